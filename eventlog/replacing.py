"""Another log in the place of one, in the same file: whoever has it open sees the other at the next read."""

import os
from typing import Any

from eventlog.database import Database, sqlite_module
from eventlog.errors import LogNotEmpty


def replace_log(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Put the log of one SQLite file into another, as one transaction.

    Not by renaming: a process that has the old file open would go on writing into what nobody reads any more, or
    leave its write-ahead log beside the new one. Whoever decides on what it remembers of the old log must have stopped.
    Raises LogNotEmpty for a log in PostgreSQL, in which nothing is ever replaced.
    """
    database = Database(target)
    try:
        if not database.is_sqlite:
            raise LogNotEmpty(database.place)
        with database.translated():
            _copy_pages(source, database)
    finally:
        database.close()


def _copy_pages(source: str | os.PathLike[str], database: Database) -> None:
    assert database.writer is not None
    given: Any = sqlite_module().connect(os.fspath(source))
    try:
        with database.writer.connect() as connection:
            driver: Any = connection.connection.driver_connection
            given.backup(driver)
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        given.close()
