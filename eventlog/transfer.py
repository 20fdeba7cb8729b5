"""Carries a whole log from one database to another, row by row, with the bytes as they are."""

import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from eventlog.database import Database
from eventlog.errors import LogUnavailable
from eventlog.migration import migrate
from eventlog.schema import events, followups, head, outbox, streams, texts
from eventlog.views import VIEWS

HISTORY = (streams, events)
EVERYTHING = (*HISTORY, followups, outbox, texts, *VIEWS.values())

#: A row as it goes over; None leaves it behind.
Mask = Callable[[sa.Table, dict[str, Any]], dict[str, Any] | None]

_BATCH = 1000


def carry(source: sa.Connection, target: sa.Connection, tables: Iterable[sa.Table], mask: Mask | None = None) -> None:
    """Copy the tables and the head; `source` is in one read transaction, `target` in the one that writes."""
    for table in tables:
        select = sa.select(table).order_by(*table.primary_key.columns)
        found = source.execute(select, execution_options={"yield_per": _BATCH})
        for rows in found.mappings().partitions():
            kept = [dict(row) for row in rows]
            if mask is not None:
                kept = [row for row in (mask(table, row) for row in kept) if row is not None]
            if kept:
                target.execute(table.insert(), kept)
    moved = dict(source.execute(sa.select(head)).mappings().one())
    target.execute(head.update().values(moved))


@contextmanager
def new_file(path: Path) -> Iterator[Database]:
    """An empty log in one file that needs nothing beside it; it gets its name when it is whole and on the disk."""
    if path.exists():
        raise FileExistsError(f"{path} is there already: a copy replaces nothing.")
    # a name of its own: somebody else may be making the same file, and a killed copy may have left its own behind
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        database = Database(part)
    except LogUnavailable as error:
        raise _named(error, part, path) from error
    try:
        with database.translated():
            assert database.writer is not None
            migrate(database.writer)
            yield database
            _leave_wal_mode(database.writer)
        database.close()
        _finish(part, path)
    except LogUnavailable as error:
        raise _named(error, part, path) from error
    finally:
        database.close()
        for rest in (part, Path(f"{part}-wal"), Path(f"{part}-shm"), Path(f"{part}-journal")):
            rest.unlink(missing_ok=True)


def _named(error: LogUnavailable, part: Path, path: Path) -> LogUnavailable:
    """By the name that somebody asked for, not by the hidden one that the file has until it is whole."""
    reason = error.reason
    for words in (f"the event log {part}", f"The event log {part}", str(part)):
        reason = reason.replace(words, str(path))
    return LogUnavailable(reason)


def _leave_wal_mode(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        driver.execute("PRAGMA journal_mode = DELETE").fetchall()


def _finish(part: Path, path: Path) -> None:
    try:
        with part.open("rb") as file:
            os.fsync(file.fileno())
        os.link(part, path)  # unlike a rename, this replaces nothing that came meanwhile
    except FileExistsError:
        raise
    except OSError as error:
        raise LogUnavailable(f"{path} can't be written: {error.strerror}.") from error
