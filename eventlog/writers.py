"""The writers of this process: one for each SQLite file, however often it is opened."""

import threading
from pathlib import Path

from eventlog.committer import Committer
from eventlog.database import Database

_lock = threading.Lock()
_shared: dict[Path, "Writer"] = {}


class Writer:
    """A committer, shared by those who opened the same file."""

    def __init__(self, database: Database, file: Path | None) -> None:
        self.committer = Committer(database)
        self._file = file
        self._users = 1

    def release(self) -> None:
        """The last one to let go stops it, after what waits is recorded."""
        with _lock:
            self._users -= 1
            last = self._users == 0
            if last and self._file is not None:
                del _shared[self._file]
        if last:
            self.committer.close()

    def join(self) -> None:
        self._users += 1


def writer_of(database: Database) -> Writer:
    """The writer of a log; two connections of a process that write and checkpoint gain nothing and risk much."""
    if not database.is_sqlite or database.read_only:
        return Writer(database, None)
    file = database.path.resolve()
    with _lock:
        found = _shared.get(file)
        if found is None:
            found = _shared[file] = Writer(database, file)
        else:
            found.join()
        return found
