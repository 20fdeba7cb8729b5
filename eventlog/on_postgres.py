"""The write transaction on PostgreSQL: the lock on the one row of head makes the order, under READ COMMITTED.

Each statement of READ COMMITTED sees what was committed when it begins, so whatever follows the lock sees all that
those who held it before have done. Statements go out in a pipeline: the server is waited for twice, not a dozen times.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec

from eventlog.columns import BYTES, Instant
from eventlog.schema import metadata
from eventlog.statements import insert_into
from eventlog.transaction import GROWING, SHAPES, Closing, Opening, Rows

_HEAD = "SELECT size, frontier, recorded_at, streams FROM head FOR UPDATE"
_STREAMS = (
    "SELECT name, number, (SELECT max(version) FROM events WHERE stream = number)"
    " FROM streams WHERE name = ANY(%s::text[])"
)
_COMMANDS = "SELECT key, first, last FROM commands WHERE key = ANY(%s::bytea[])"
_MOVE = "UPDATE head SET size = %s, frontier = %s, root = %s, recorded_at = %s, streams = %s"

_encode = msgspec.json.Encoder().encode


class PostgresTransaction:
    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self._cursor = driver.cursor(binary=True)
        self._pipeline: Any = None

    def open(self, names: Sequence[str], keys: Sequence[bytes]) -> Opening:
        self._pipeline = self._driver.pipeline()
        self._pipeline.__enter__()
        head, streams, commands = (self._driver.cursor(binary=True) for _ in range(3))
        head.execute(_HEAD)
        streams.execute(_STREAMS, (list(names),))
        commands.execute(_COMMANDS, (list(keys),))
        found = {name: (number, version) for name, number, version in streams.fetchall()}
        known = {bytes(key): (first, last) for key, first, last in commands.fetchall()}
        size, frontier, recorded_at, count = head.fetchone()
        return Opening(size, bytes(frontier), recorded_at, count, found, known)

    def entry_at(self, position: int) -> bytes:
        row = self._cursor.execute("SELECT entry FROM events WHERE position = %s", (position,)).fetchone()
        return bytes(row[0])

    def insert(self, table: str, rows: Rows) -> None:
        self._cursor.execute(_insert_statement(table), [list(column) for column in zip(*rows, strict=True)])

    def upsert(self, view: str, rows: Rows) -> None:
        self._cursor.execute(_upsert_statement(view), (_encode(rows).decode(),))

    def delete(self, view: str, keys: Rows) -> None:
        self._cursor.execute(_delete_statement(view), (_encode(keys).decode(),))

    def close(self, head: Closing | None) -> None:
        if head is not None:
            moved = (head.size, head.frontier, head.root, head.recorded_at, head.stream_count)
            self._cursor.execute(_MOVE, moved)
        self._driver.commit()
        self._end_pipeline()

    def abandon(self) -> None:
        try:
            self._end_pipeline()
        finally:
            self._driver.rollback()

    def _end_pipeline(self) -> None:
        pipeline, self._pipeline = self._pipeline, None
        if pipeline is not None:
            pipeline.__exit__(None, None, None)


def _sql_type(table: str, column: str) -> str:
    kind = metadata.tables[table].columns[column].type
    if kind is BYTES:
        return "bytea"
    if isinstance(kind, Instant):
        return "bigint"
    return {"String": "text", "BigInteger": "bigint", "Boolean": "boolean"}[type(kind).__name__]


@lru_cache
def _insert_statement(table: str) -> str:
    columns = GROWING[table]
    arrays = ", ".join(f"%s::{_sql_type(table, column)}[]" for column in columns)
    return f"{insert_into(table, columns)} SELECT * FROM unnest({arrays})"


def _fields(view: str, columns: Sequence[str]) -> str:
    return ", ".join(f"(r ->> {index})::{_sql_type(view, column)}" for index, column in enumerate(columns))


@lru_cache
def _upsert_statement(view: str) -> str:
    shape = SHAPES[view]
    source = f"SELECT {_fields(view, shape.columns)} FROM jsonb_array_elements(%s::jsonb) AS r"
    return f"{insert_into(view, shape.columns)} {source} {shape.on_conflict}"


@lru_cache
def _delete_statement(view: str) -> str:
    key = SHAPES[view].key
    names = ", ".join(f'"{column}"' for column in key)
    return f"DELETE FROM {view} WHERE ({names}) IN (SELECT {_fields(view, key)} FROM jsonb_array_elements(%s::jsonb) r)"
