"""Carries a whole log from one database to another, row by row, with the bytes as they are."""

import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from eventlog.access import Access
from eventlog.database import Database
from eventlog.errors import FileUnwritable, LogCorrupt, LogUnavailable
from eventlog.migration import migrate
from eventlog.reading import Snapshot
from eventlog.schema import events, followups, head, outbox, streams, texts
from eventlog.views import VIEWS

HISTORY = (streams, events)
EVERYTHING = (*HISTORY, followups, outbox, texts, *VIEWS.values())

#: A row as it goes over; None leaves it behind.
Mask = Callable[[sa.Table, dict[str, Any]], dict[str, Any] | None]

_BATCH = 1000


def carry(
    source: Access, snapshot: Snapshot, target: sa.Connection, tables: Iterable[sa.Table], mask: Mask | None = None
) -> None:
    """Copy the tables and the head; `snapshot` is of the source, and `target` in the one transaction that writes.

    Raises LogCorrupt where the source holds what no log can.
    """
    for table in tables:
        for rows in _partitions(source, snapshot, sa.select(table).order_by(*table.primary_key.columns)):
            kept = rows if mask is None else [row for row in (mask(table, row) for row in rows) if row is not None]
            if kept:
                _put(target, table.insert(), kept)
    moved = list(_partitions(source, snapshot, sa.select(head)))
    if not moved:
        raise LogCorrupt("The event log has lost its head.")
    _put(target, head.update(), moved[0])


def _partitions(source: Access, snapshot: Snapshot, select: sa.Select[Any]) -> Iterator[list[dict[str, Any]]]:
    """What goes wrong while reading is told of the source."""
    with source.database.translated():
        found = snapshot.connection.execute(select, execution_options={"yield_per": _BATCH})
        for rows in found.mappings().partitions():
            yield [dict(row) for row in rows]


def _put(target: sa.Connection, statement: sa.Insert | sa.Update, rows: list[dict[str, Any]]) -> None:
    """The target has the tables of a log, and nothing in them: what they do not take is nothing that a log holds."""
    try:
        target.execute(statement, rows)
    except sa.exc.StatementError as error:
        if isinstance(error, sa.exc.DBAPIError) and not isinstance(error, sa.exc.IntegrityError | sa.exc.DataError):
            raise
        table = statement.table.description
        said = f"The log's table {table} holds what no log does: `kaskad audit verify` tells what is wrong."
        raise LogCorrupt(said) from error


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
        raise _unwritable(error.reason, part, path) from error
    try:
        with _told_of(database, part, path):
            assert database.writer is not None
            migrate(database.writer)
            yield database
            _leave_wal_mode(database.writer)
        database.close()
        _finish(part, path)
    finally:
        database.close()
        for rest in (part, Path(f"{part}-wal"), Path(f"{part}-shm"), Path(f"{part}-journal")):
            rest.unlink(missing_ok=True)


@contextmanager
def _told_of(database: Database, part: Path, path: Path) -> Iterator[None]:
    try:
        yield
    except database.errors as error:
        explained = database.explain(error)
        if not isinstance(explained, LogUnavailable):
            raise explained from error
        raise _unwritable(explained.reason, part, path) from error


def _unwritable(reason: str, part: Path, path: Path) -> FileUnwritable:
    """By the name that somebody asked for, not by the hidden one that the file has until it is whole."""
    for words in (f"the event log {part}", f"The event log {part}", str(part)):
        reason = reason.replace(words, str(path))
    return FileUnwritable(reason)


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
        raise FileUnwritable(f"{path} can't be written: {error.strerror}.") from error
