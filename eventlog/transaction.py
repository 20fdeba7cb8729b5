"""One write transaction on the log: the head is taken first, so whoever holds it is alone and numbers without gaps."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import msgspec
import sqlalchemy as sa

from eventlog.schema import commands, events, followups, head, outbox, texts
from eventlog.statements import ViewShape, insert_into, marks, where_key
from eventlog.views import VIEWS

SHAPES = {name: ViewShape(table) for name, table in VIEWS.items()}

Rows = Sequence[Sequence[Any]]


class HeadRow(msgspec.Struct):
    size: int
    frontier: bytes
    recorded_at: int | None


class Transaction(Protocol):
    """What the group needs of a database; the connection has begun and holds the head."""

    connection: sa.Connection

    def take_head(self) -> HeadRow: ...
    def versions(self, streams: Iterable[str]) -> dict[str, int]: ...
    def recorded(self, command_ids: Iterable[str]) -> dict[str, tuple[str, int, int]]: ...
    def version_at(self, position: int) -> int: ...
    def insert(self, table: str, rows: Rows) -> None: ...
    def upsert(self, view: str, rows: Rows) -> None: ...
    def delete(self, view: str, keys: Rows) -> None: ...
    def move_head(self, size: int, frontier: bytes, root: bytes, recorded_at: int) -> None: ...


#: Columns of the tables that only ever grow by a group, in the order in which rows are given.
GROWING: dict[str, tuple[str, ...]] = {
    events.name: tuple(events.columns.keys()),
    commands.name: tuple(commands.columns.keys()),
    followups.name: ("id", "stream", "version", "position", "target", "command", "created_at"),
    outbox.name: ("id", "stream", "version", "to_person", "to_role", "template", "params", "not_before"),
    texts.name: ("id", "salt", "body", "person"),
}


def transaction_on(connection: sa.Connection) -> Transaction:
    return SqliteTransaction(connection) if connection.dialect.name == "sqlite" else PostgresTransaction(connection)


class SqliteTransaction:
    """On SQLite, BEGIN IMMEDIATE takes the one write lock, and the head with it."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        driver: Any = connection.connection.driver_connection
        self._cursor = driver.cursor()

    def take_head(self) -> HeadRow:
        row = self._cursor.execute(f"SELECT size, frontier, recorded_at FROM {head.name}").fetchone()
        return HeadRow(*row)

    def versions(self, streams: Iterable[str]) -> dict[str, int]:
        found = self._cursor.execute(
            "SELECT json_group_array(json_array(value, (SELECT max(version) FROM events WHERE stream = value)))"
            " FROM json_each(?)",
            (_json(streams),),
        ).fetchone()[0]
        return {stream: version or 0 for stream, version in msgspec.json.decode(found)}

    def recorded(self, command_ids: Iterable[str]) -> dict[str, tuple[str, int, int]]:
        rows = self._cursor.execute(
            "SELECT command_id, digest, first, last FROM commands WHERE command_id IN (SELECT value FROM json_each(?))",
            (_json(command_ids),),
        ).fetchall()
        return {row[0]: row[1:] for row in rows}

    def version_at(self, position: int) -> int:
        row = self._cursor.execute("SELECT version FROM events WHERE position = ?", (position,)).fetchone()
        return int(row[0])

    def insert(self, table: str, rows: Rows) -> None:
        columns = GROWING[table]
        self._cursor.executemany(f"{insert_into(table, columns)} VALUES {marks(len(columns), '?')}", rows)

    def upsert(self, view: str, rows: Rows) -> None:
        shape = SHAPES[view]
        columns = shape.columns
        statement = f"{insert_into(view, columns)} VALUES {marks(len(columns), '?')} {shape.on_conflict}"
        self._cursor.executemany(statement, rows)

    def delete(self, view: str, keys: Rows) -> None:
        self._cursor.executemany(f"DELETE FROM {view} WHERE {where_key(SHAPES[view].key, '?')}", keys)

    def move_head(self, size: int, frontier: bytes, root: bytes, recorded_at: int) -> None:
        self._cursor.execute(
            "UPDATE head SET size = ?, frontier = ?, root = ?, recorded_at = ?", (size, frontier, root, recorded_at)
        )


class PostgresTransaction:
    """On PostgreSQL, the lock on the one row of head is what makes the order, under READ COMMITTED."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        driver: Any = connection.connection.driver_connection
        self._cursor = driver.cursor(binary=True)

    def take_head(self) -> HeadRow:
        row = self._cursor.execute("SELECT size, frontier, recorded_at FROM head FOR UPDATE").fetchone()
        return HeadRow(*row)

    def versions(self, streams: Iterable[str]) -> dict[str, int]:
        rows = self._cursor.execute(
            'SELECT s, (SELECT max(version) FROM events WHERE stream = s COLLATE "C") FROM unnest(%s::text[]) AS s',
            (list(streams),),
        ).fetchall()
        return {stream: version or 0 for stream, version in rows}

    def recorded(self, command_ids: Iterable[str]) -> dict[str, tuple[str, int, int]]:
        rows = self._cursor.execute(
            "SELECT command_id, digest, first, last FROM commands WHERE command_id = ANY(%s::text[])",
            (list(command_ids),),
        ).fetchall()
        return {row[0]: row[1:] for row in rows}

    def version_at(self, position: int) -> int:
        row = self._cursor.execute("SELECT version FROM events WHERE position = %s", (position,)).fetchone()
        return int(row[0])

    def insert(self, table: str, rows: Rows) -> None:
        columns = GROWING[table]
        self._cursor.executemany(f"{insert_into(table, columns)} VALUES {marks(len(columns), '%s')}", rows)

    def upsert(self, view: str, rows: Rows) -> None:
        shape = SHAPES[view]
        columns = shape.columns
        statement = f"{insert_into(view, columns)} VALUES {marks(len(columns), '%s')} {shape.on_conflict}"
        self._cursor.executemany(statement, rows)

    def delete(self, view: str, keys: Rows) -> None:
        self._cursor.executemany(f"DELETE FROM {view} WHERE {where_key(SHAPES[view].key, '%s')}", keys)

    def move_head(self, size: int, frontier: bytes, root: bytes, recorded_at: int) -> None:
        self._cursor.execute(
            "UPDATE head SET size = %s, frontier = %s, root = %s, recorded_at = %s", (size, frontier, root, recorded_at)
        )


def _json(values: Iterable[str]) -> str:
    return msgspec.json.encode(list(values)).decode()
