"""A standstill: while a backup is brought back, every worker of a data folder lets go, and waits until it is over.

Two locks, which a killed process lets go by itself: `restoring` is held by whoever calls for the standstill, `working`
is shared by the workers. A worker that sees the call ends, is started again by what keeps it, and waits at its start.
"""

import asyncio
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime.folder import DataFolder

#: Exit code of a worker that made room (EX_TEMPFAIL): it is to be started again.
MADE_ROOM = 75

_LOOK_EVERY = 0.2


class StillWorking(Exception):
    """A worker did not let go in time."""


class CalledAlready(Exception):
    """Somebody else brings a backup back at this moment."""


class Standstill:
    """On one data folder."""

    def __init__(self, folder: DataFolder) -> None:
        self._restoring = folder.run / "restoring.lock"
        self._working = folder.run / "working.lock"
        self._folder = folder

    def is_called(self) -> bool:
        if not self._restoring.exists():
            return False
        descriptor = _lock(self._restoring, fcntl.LOCK_SH)
        _unlock(descriptor)
        return descriptor is None

    def is_worked(self) -> bool:
        """Whether a worker works here."""
        if not self._working.exists():
            return False
        descriptor = _lock(self._working, fcntl.LOCK_EX)
        _unlock(descriptor)
        return descriptor is None

    async def called(self) -> None:
        """Returns once a standstill is called for."""
        while not self.is_called():  # noqa: ASYNC110 - another process's lock tells nobody when it is taken
            await asyncio.sleep(_LOOK_EVERY)

    async def over(self) -> None:
        """Returns once nobody calls for one."""
        while self.is_called():  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_EVERY)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Held by a worker as long as it works. Raises CalledAlready where a standstill has been called for."""
        self._folder.prepare()
        descriptor = _lock(self._working, fcntl.LOCK_SH)
        try:
            if descriptor is None or self.is_called():
                raise CalledAlready("A backup is being brought back into this folder.")
            yield
        finally:
            _unlock(descriptor)

    @contextmanager
    def held(self, within: float = 30.0) -> Iterator[None]:
        """Nobody works. Raises StillWorking or CalledAlready."""
        self._folder.prepare()
        # patiently, since whoever looks whether a standstill is called for takes the lock for a moment
        calling = _lock_within(self._restoring, 2.0)
        if calling is None:
            raise CalledAlready("Another backup is being brought back into this folder.")
        alone = None
        try:
            alone = _lock_within(self._working, within)
            if alone is None:
                raise StillWorking(f"A worker did not let go of the event log within {within:.0f} seconds.")
            yield
        finally:
            _unlock(alone)
            _unlock(calling)


def _lock_within(path: Path, seconds: float) -> int | None:
    end = time.monotonic() + seconds
    while (descriptor := _lock(path, fcntl.LOCK_EX)) is None and time.monotonic() < end:
        time.sleep(_LOOK_EVERY)
    return descriptor


def _lock(path: Path, how: int) -> int | None:
    """The open file that holds the lock; None where somebody else has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _unlock(descriptor: int | None) -> None:
    if descriptor is not None:
        os.close(descriptor)
