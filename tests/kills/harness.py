"""Servers and workers that are killed and started again, and callers that do not give up."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

from temporalio.client import Client, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from activities.answer import Answer
from activities.asking import Asker
from domain.command import Command
from eventlog.errors import LogUnavailable
from runtime import lifeline
from runtime.embedded import EmbeddedServer, start_server, start_somewhere
from runtime.folder import DataFolder

ROOT = Path(__file__).parents[2]
_UPDATE_WITHIN = 6.0

T = TypeVar("T")


class Machines:
    """A Temporal server and a worker, each a process; `kill` ends one with SIGKILL and starts it again."""

    def __init__(self, folder: Path, log: Path, task_queue: str) -> None:
        self._folder = DataFolder(folder)
        self._log = log
        self._task_queue = task_queue
        self.server: EmbeddedServer = start_somewhere(self._folder)
        self.worker = self._start_worker()
        self.kills = 0

    @property
    def address(self) -> str:
        return self.server.address

    def kill_worker(self) -> None:
        os.kill(self.worker.pid, signal.SIGKILL)
        self.worker.wait()
        self.worker = self._start_worker()
        self.kills += 1

    def kill_server(self) -> None:
        os.kill(self.server.process.pid, signal.SIGKILL)
        self.server.process.wait()
        self.server = start_server(self._folder, self.server.ports)
        self.kills += 1

    def lose_the_cluster(self) -> None:
        """Everything that Temporal knew is gone."""
        os.kill(self.server.process.pid, signal.SIGKILL)
        self.server.process.wait()
        for file in self._folder.temporal_database.parent.glob("*"):
            file.unlink()
        self.server = start_server(self._folder, self.server.ports)

    def stop(self) -> None:
        lifeline.stop(self.worker, 5)
        self.server.stop()

    def _start_worker(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.kills.worker", str(self._log), self.server.address, self._task_queue]
        output = self._log.with_name("worker.out")
        return lifeline.spawn(command, output=output, environment={**os.environ, "PYTHONPATH": str(ROOT)})


class PatientAsker(Asker):
    """Asks under the same command id until there is an answer, as a person or a script would; keeps the answers."""

    def __init__(self, client: Client, task_queue: str) -> None:
        super().__init__(client, task_queue, "rehearsal")
        self.acknowledged: dict[str, Answer] = {}

    async def ask(self, stream: str, command: Command) -> Answer:
        answer = await _until_answered(lambda: super(PatientAsker, self).ask(stream, command))
        self.acknowledged[command.id] = answer
        return answer

    async def follow(self, stream: str, commands: Sequence[Command]) -> Sequence[Answer]:
        answers = await _until_answered(lambda: super(PatientAsker, self).follow(stream, commands))
        for command, answer in zip(commands, answers, strict=False):
            if answer.unavailable is None:
                self.acknowledged[command.id] = answer
        return answers


async def _until_answered(ask: Callable[[], Awaitable[T]]) -> T:
    while True:
        try:
            async with asyncio.timeout(_UPDATE_WITHIN):
                return await ask()
        except (RPCError, TimeoutError, LogUnavailable, WorkflowUpdateRPCTimeoutOrCancelledError):
            await asyncio.sleep(0.2)


async def kill_at_random(machines: Machines, seed: int, most: int) -> None:
    """The worker and the server in turn, at moments that only the seed knows."""
    dice = random.Random(seed)
    for number in range(most):
        await asyncio.sleep(dice.uniform(0.3, 2.5))
        # starting again blocks the callers for a moment, as a machine that reboots does
        if number % 3 == 2:
            machines.kill_server()
        else:
            machines.kill_worker()
