"""The whole of a log, with what stands beside it, into one file and back."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from eventlog.erasing import Shows, unescaped
from eventlog.errors import LogNotEmpty
from eventlog.log import EventLog, open_log
from eventlog.schema import events, head, outbox, texts
from eventlog.transfer import EVERYTHING, carry, new_file


def backup_log(source: EventLog, path: str | os.PathLike[str]) -> None:
    """Write everything as of now into a new SQLite file, while the log is in use.

    Raises FileExistsError if there is something at `path`, FileUnwritable, and LogCorrupt.
    """
    # Within the snapshot, so that a disk that is full is told as that of the new file.
    with source.snapshot() as snapshot, new_file(Path(path)) as database:
        assert database.writer is not None
        with database.writer.begin() as target:
            carry(source, snapshot, target, EVERYTHING)


def restore_log(
    path: str | os.PathLike[str],
    target_url: str | os.PathLike[str],
    *,
    erased: Iterable[str] = (),
    shows: Shows = lambda _: None,
) -> int:
    """Bring a backup into an empty log; says how many events it has.

    The texts of and the notices to the `erased` persons stay behind, and those that show one of them, as `shows` says:
    they are not in the target at any moment.
    Raises LogNotEmpty if the target has events.
    """
    persons, now = frozenset(erased), datetime.now(UTC)

    def without_erased(table: sa.Table, row: dict[str, Any]) -> dict[str, Any] | None:
        if table is outbox and (row["to_person"] in persons or shows(unescaped(row["params"])) is not None):
            return None
        if table is texts and row["erased_at"] is None:
            whose = row["person"] if row["person"] in persons else shows(row["body"] or "")
            if whose is not None:
                return {**row, "salt": None, "body": None, "person": whose, "erased_at": now}
        return row

    with open_log(path, read_only=True) as source, open_log(target_url) as target:

        def work(connection: sa.Connection) -> int:
            size = connection.execute(sa.select(head.c.size).with_for_update()).scalar_one()
            if size or connection.execute(sa.select(events.c.position).limit(1)).first():
                raise LogNotEmpty(target.database.place)
            with source.snapshot() as snapshot:
                carry(source, snapshot, connection, EVERYTHING, without_erased)
                return snapshot.position

        return target.run(work, patience=None)
