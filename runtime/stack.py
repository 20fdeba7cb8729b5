"""The embedded stack: one process that starts the Temporal server and the worker, starts them again, and stops both."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from runtime import lifeline
from runtime.connection import names_a_server
from runtime.embedded import (
    LARGEST_LOG,
    EmbeddedServer,
    PortLost,
    ServerFailed,
    find_binary,
    start_server,
    start_somewhere,
)
from runtime.folder import DataFolder
from runtime.ports import Ports, PortTaken
from runtime.settings import Settings
from runtime.standstill import MADE_ROOM

Say = Callable[[str], None]

#: A child that lived this long is taken to be well: its next end is answered at once again.
_WELL_AFTER = 30.0
_LONGEST_PAUSE = 20.0
#: Together with the server's four seconds this keeps a stop within ten.
_WORKER_STOPS_WITHIN = 5.0
_LOOK_EVERY = 0.1


@dataclass(slots=True)
class Pause:
    """How long to wait before a child is started again: doubled each time that it ends soon after its start."""

    seconds: float = 0.0
    started: float = field(default_factory=time.monotonic)

    def next(self) -> float:
        lived = time.monotonic() - self.started
        self.seconds = 0.2 if lived > _WELL_AFTER or self.seconds == 0 else min(self.seconds * 2, _LONGEST_PAUSE)
        return self.seconds


@dataclass(slots=True)
class Signals:
    """Stop signals seen so far; the second one forces."""

    seen: int = 0

    def note(self, *_: object) -> None:
        self.seen += 1

    def any(self) -> bool:
        return self.seen > 0

    def sleep(self, seconds: float) -> None:
        """Sleeps, but not through a signal."""
        end = time.monotonic() + seconds
        while not self.seen and time.monotonic() < end:
            time.sleep(min(_LOOK_EVERY, max(0.0, end - time.monotonic())))


class Stack:
    """The children of one `up`, on a folder that it holds."""

    def __init__(self, settings: Settings, say: Say, signals: Signals) -> None:
        self.settings = settings
        self.folder = DataFolder(settings.home)
        self.say = say
        self.signals = signals
        self.server: EmbeddedServer | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self._server_pause = Pause()
        self._worker_pause = Pause()

    def look_for_temporal(self) -> None:
        """Whether a server can be started, unless the environment names one. Raises PortTaken, ServerMissing."""
        if not names_a_server():
            find_binary()
            Ports.choose(self.settings)

    def start_temporal(self) -> None:
        """Raises PortTaken, ServerFailed."""
        if names_a_server():
            self.say("Temporal   the server that the environment names; none is started here")
            return
        self.server = start_somewhere(self.folder, lambda: Ports.choose(self.settings), is_called_off=self.signals.any)
        self._say_where(self.server)

    def _say_where(self, server: EmbeddedServer) -> None:
        self.say(f"Temporal   {server.address}")
        if server.listening.page:
            self.say(f"Web page   {server.listening.page}")

    def start_worker(self) -> None:
        self._worker_pause.started = time.monotonic()
        self.worker = lifeline.spawn(
            # Safe path: a file named like a module of ours, in the folder that `up` was called from, is none of ours.
            [sys.executable, "-P", "-m", "worker"],
            output=self.folder.worker_log,
            environment={**os.environ, "KASKAD_HOME": str(self.folder.home)},
        )

    def watch(self) -> None:
        """Keeps both running until a signal comes."""
        while not self.signals.seen:
            self.signals.sleep(0.25)
            if self.server is not None and not self.server.is_alive():
                self._start_temporal_again(self.server)
            if self.worker is not None and self.worker.poll() is not None:
                self._start_worker_again(self.worker)
            lifeline.cut(self.folder.temporal_log, LARGEST_LOG)
            lifeline.cut(self.folder.worker_log, LARGEST_LOG)

    def stop(self) -> None:
        """The worker first, so that it can say goodbye to the server; by force once a second signal has come."""
        for name, process, within in (
            ("worker", self.worker, _WORKER_STOPS_WITHIN),
            ("server", self.server.process if self.server else None, 4.0),
        ):
            if process is not None:
                self._end(name, process, within)
        self.folder.temporal_note.unlink(missing_ok=True)

    def _end(self, name: str, process: subprocess.Popen[bytes], within: float) -> None:
        end = time.monotonic() + within
        if process.poll() is None:
            process.terminate()
        while process.poll() is None and time.monotonic() < end and self.signals.seen < 2:
            time.sleep(0.02)
        if process.poll() is None:
            self.say(f"The {name} did not stop by itself and is ended.")
            process.kill()
        process.wait()

    def _start_temporal_again(self, server: EmbeddedServer) -> None:
        pause = self._server_pause.next()
        self.say(f"The Temporal server ended ({_how(server.process)}); starting it again in {pause:.1f} s.")
        self.signals.sleep(pause)
        if self.signals.seen:
            return
        self._server_pause.started = time.monotonic()
        try:
            self.server = start_server(self.folder, server.ports, is_called_off=self.signals.any)
        except PortLost:
            self._move_temporal(server.ports)
        except (ServerFailed, OSError) as error:
            self.say(f"It did not start: {error}")

    def _move_temporal(self, before: Ports) -> None:
        """To other ports, since another program took one of them while the server was away."""
        if self.worker is not None:
            # At the old address there may be the server of another stack by now, whose work is none of this worker's.
            self._end("worker", self.worker, _WORKER_STOPS_WITHIN)
        try:
            self.server = start_somewhere(
                self.folder,
                lambda: Ports.choose(self.settings, grpc=before.grpc, ui=before.ui),
                is_called_off=self.signals.any,
            )
        except (PortTaken, ServerFailed, OSError) as error:
            self.say(f"It did not start: {error}")
        else:
            self._say_where(self.server)

    def _start_worker_again(self, worker: subprocess.Popen[bytes]) -> None:
        pause = self._worker_pause.next()
        if worker.returncode == MADE_ROOM:
            self.say("The worker made room for a backup that is brought back; it goes on afterwards.")
        else:
            again = f"starting it again in {pause:.1f} s. Why: {self.folder.worker_log}"
            self.say(f"The worker ended ({_how(worker)}); {again}")
        self.signals.sleep(pause)
        if self.signals.seen:
            return
        try:
            self.start_worker()
        except OSError as error:
            self.say(f"It did not start: {error}")


@contextmanager
def stop_signals() -> Iterator[Signals]:
    """Counts Ctrl-C, SIGTERM and a terminal that went away."""
    signals = Signals()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signals.note) for number in numbers}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_stack(settings: Settings, say: Say, prepare: Callable[[], None]) -> None:
    """Starts everything and stays. `prepare` is called with the folder held: it opens the log, makes the operator."""
    folder = DataFolder(settings.home)
    with folder.held(), stop_signals() as signals:
        stack = Stack(settings, say, signals)
        say(f"Data       {folder.home}")
        try:
            stack.look_for_temporal()
            # before any server: a log that can't be opened is told at once, and leaves nothing behind
            prepare()
            stack.start_temporal()
            if not signals.seen:
                stack.start_worker()
                say(f"Worker     process {stack.worker.pid if stack.worker else '-'}, log {folder.worker_log}")
                say("Ctrl-C stops it.")
            stack.watch()
            say("Stopping.")
        finally:
            stack.stop()
    say("Stopped.")


def _how(process: subprocess.Popen[bytes]) -> str:
    code = process.returncode
    return f"signal {-code}" if code is not None and code < 0 else f"code {code}"
