"""The data folder of one embedded stack: where what lies, and that one stack at a time uses it."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class FolderInUse(Exception):
    """Another stack runs on this data folder."""

    def __init__(self, folder: Path, pid: str) -> None:
        super().__init__(
            f"{folder} is in use by another `kaskad up`"
            + (f" (process {pid})" if pid else "")
            + ": stop that one first, or name another folder with KASKAD_HOME."
        )
        self.folder = folder
        self.pid = pid


class NoFolder(Exception):
    """Nothing can be kept where the data are to lie."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} can't be made: name another folder with KASKAD_HOME.")
        self.folder = folder


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The paths below KASKAD_HOME that the stack itself uses."""

    home: Path

    @property
    def run(self) -> Path:
        return self.home / "run"

    @property
    def temporal_database(self) -> Path:
        return self.home / "temporal" / "temporal.db"

    @property
    def temporal_note(self) -> Path:
        """Where the embedded server listens, for every other process."""
        return self.run / "temporal.json"

    @property
    def temporal_log(self) -> Path:
        return self.run / "temporal.log"

    @property
    def worker_log(self) -> Path:
        return self.run / "worker.log"

    @property
    def lock(self) -> Path:
        return self.run / "lock"

    def prepare(self) -> None:
        """Makes the folders, for the eyes of this account only: what lies in them is about people. Raises NoFolder."""
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except FileNotFoundError as error:  # what /proc says to everybody
            raise NoFolder(self.home) from error
        for folder in (self.run, self.temporal_database.parent):
            folder.mkdir(mode=0o700, exist_ok=True)

    def is_held(self) -> bool:
        """Whether a stack runs on this folder now."""
        try:
            descriptor = os.open(self.lock, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the folder; raises FolderInUse when another process does. A killed holder lets go by itself."""
        self.prepare()
        descriptor = os.open(self.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if not _is_locked_by_us(descriptor):
                raise FolderInUse(self.home, os.pread(descriptor, 20, 0).decode().strip())
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            yield
        finally:
            os.close(descriptor)


def _is_locked_by_us(descriptor: int) -> bool:
    """Tries for a moment: so long does a lock stand of somebody who only looks whether the folder is held."""
    for _ in range(10):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02)
        else:
            return True
    return False
