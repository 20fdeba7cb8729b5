"""A copy for an auditor: one file with the history and its evidence, and nothing that can be erased."""

import os
from pathlib import Path

from eventlog.access import COPY
from eventlog.log import EventLog
from eventlog.transfer import HISTORY, carry, new_file


def copy_log(source: EventLog, path: str | os.PathLike[str]) -> None:
    """Write the streams, their events and the head as of now into a new SQLite file, while the log is in use.

    Raises FileExistsError if there is something at `path`, FileUnwritable, and LogCorrupt.
    """
    # Within the snapshot, so that a disk that is full is told as that of the new file.
    with source.snapshot() as snapshot, new_file(Path(path)) as database:
        snapshot.must_be_whole()
        assert database.writer is not None
        with database.writer.begin() as target:
            carry(source, snapshot, target, HISTORY)
            target.exec_driver_sql(f"PRAGMA user_version = {COPY}")
