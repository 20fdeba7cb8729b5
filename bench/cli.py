"""How long a command takes from the first key to the prompt: whole processes, on a log with a rollout in it."""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

from activities.courier import COMMANDS
from activities.door import Door
from bench.cascading.ours import Ours
from bench.cascading.process import ROOT
from domain.command import Command, parse
from domain.identity import rollout_stream
from eventlog.log import EventLog

#: Seconds that a command may take, at most.
TARGETS: Final = {("--help",): 0.3, ("task", "list"): 0.8}
_ROLLOUT = "measured"


async def play(log: EventLog, ours: Ours, schools: int) -> None:
    """A rollout without Temporal: the door is asked for whatever follows."""
    door, now = Door(log), datetime.now(UTC)

    async def ask(stream: str, command: Command) -> None:
        answer = await door.ask(stream, command.model_copy(update={"at": now}))
        assert answer.refusal is None, answer.refusal

    await ours.adopt()
    for command in ours.beginning(_ROLLOUT, schools):
        await ask(rollout_stream(_ROLLOUT), command)
    while waiting := log.followups.pending(500):
        for each in waiting:
            await ask(each.target, parse(each.command, COMMANDS))
        log.followups.acknowledge([each.id for each in waiting], "recorded")


def seconds(arguments: Sequence[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(
        [str(Path(sys.executable).with_name("kaskad")), *arguments],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench cli", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--schools", type=int, default=20)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="kaskad-bench-") as folder:
        with Ours("", Path(folder)) as ours:
            asyncio.run(play(ours.log, ours, given.schools))
            tasks = len(ours.log.rows("tasks"))
        environment = {**os.environ, "KASKAD_HOME": str(ours.settings.home)}
        took: dict[tuple[str, ...], list[float]] = {command: [] for command in TARGETS}
        for _ in range(given.rounds + 1):
            for command, found in took.items():
                found.append(seconds(command, environment))
    print(f"{given.schools} schools, {tasks} open tasks, {given.rounds} rounds, the first start not counted")
    for command, target in TARGETS.items():
        middle = median(took[command][1:])
        verdict = "met" if middle < target else "MISSED"
        print(f"  kaskad {' '.join(command):12} {middle:6.3f} s: {verdict}, under {target:g} s")


if __name__ == "__main__":
    main()
