"""Copies an SQLite log's write-ahead log into its file while the writer goes on: hardly anybody waits for it."""

import os
import sys
import threading
from contextlib import closing, suppress
from typing import Any

from eventlog.database import Database

#: Rows after which there is something to copy; each touches about a page.
_ROWS = 20_000
#: Pages from which on the write-ahead log is to begin anew, and those that the writer may be left to copy for that.
_LONG = 25_000
_LITTLE = 400
#: What comes while it copies is less each time, unless the disk is slower than the writer.
_MOST_ROUNDS = 6
_NICENESS = 10


class Checkpointer:
    """A thread with a connection of its own, from the first time that there is something to copy.

    The write-ahead log begins anew when all of it is copied at a moment at which nothing is written. Under load that is
    never, so when little is left the writer is told to copy the rest itself, between two of its groups.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = 0
        self._called = threading.Event()
        self._closed = False
        self._is_nearly_done = False
        self._thread: threading.Thread | None = None

    def note(self, rows: int) -> None:
        """So many were written; by the writer's thread alone."""
        self._rows += rows
        if self._rows < _ROWS:
            return
        self._rows = 0
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="eventlog-checkpointer", daemon=True)
            self._thread.start()
        self._called.set()

    def is_nearly_done(self) -> bool:
        """Whether the writer is to copy the little that is left; said once."""
        nearly_done, self._is_nearly_done = self._is_nearly_done, False
        return nearly_done

    def close(self) -> None:
        self._closed = True
        self._called.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        _give_way()
        while self._called.wait() and not self._closed:
            self._called.clear()
            # What it meets is the writer's to meet and to tell: it is at the same disk.
            with (
                suppress(*self._database.driver_errors),
                closing(self._database.connect_for_checkpoints()) as connection,
            ):
                self._is_nearly_done = copy_in_rounds(connection)


def copy_in_rounds(connection: Any) -> bool:
    """Whether so little is left that the writer may copy it, after which the write-ahead log begins anew."""
    before = 0
    for _ in range(_MOST_ROUNDS):
        # Of the pages as they were when it began: what has come since, only the next round tells.
        busy, pages, copied = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if busy or pages < _LONG:
            return False
        if pages - before <= _LITTLE:
            return True
        before = copied
    return False


def _give_way() -> None:
    """Take a core only while neither the writer nor its callers want it; elsewhere niceness is a whole process's."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
