"""Child processes that end with their parent, however it ends."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def spawn(
    command: Sequence[str | Path], *, output: Path | None, environment: Mapping[str, str], gives_way: int = 0
) -> subprocess.Popen[bytes]:
    """Starts a child in a process group of its own, so that a Ctrl-C reaches the parent alone, which ends it in order.

    It gives way to others by so many steps of niceness. To be called on the main thread: Linux ends the child with the
    thread that made it.
    """
    # Append mode, so that writing goes on at the new end after the file has been cut.
    descriptor = None if output is None else os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            env=dict(environment),
            process_group=0,
            preexec_fn=_before_it_runs(gives_way),
        )
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _before_it_runs(gives_way: int) -> Callable[[], None] | None:
    tie = _tie_to_parent()
    if not gives_way:
        return tie

    def prepare() -> None:
        os.nice(gives_way)
        if tie is not None:
            tie()

    return prepare


def _tie_to_parent() -> Callable[[], None] | None:
    """Linux only: elsewhere a child of a killed parent is ended by the next start, which finds it by its note."""
    if sys.platform != "linux":
        return None
    parent = os.getpid()
    # Loaded here: between fork and exec nothing may be imported or allocated that another thread could hold locked.
    prctl = ctypes.CDLL(None).prctl

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return tie


def stop(process: subprocess.Popen[bytes], within: float) -> None:
    """Asks a child to end, and ends it after so many seconds."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(within)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def cut(log: Path, largest: int) -> None:
    """Keeps a log that a child writes within a size: beyond it, it becomes `….1` and starts again.

    On a full disk its lines are lost instead: what runs is worth more than they are, and needs the room.
    """
    try:
        if log.stat().st_size <= largest:
            return
    except FileNotFoundError:
        return
    before = log.with_name(log.name + ".1")
    try:
        descriptor = os.open(before, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "wb") as copy:
            copy.write(log.read_bytes())
    except OSError:
        before.unlink(missing_ok=True)
    os.truncate(log, 0)
