"""The write transaction on PostgreSQL: the lock on the one row of head makes the order, under READ COMMITTED.

Each statement of READ COMMITTED sees what was committed when it begins, so whatever follows the lock sees all that
those who held it before have done. Statements go out in a pipeline: the server is waited for twice, not a dozen times.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from eventlog.arrays import ARRAYS, BigintArray, TextArray, register
from eventlog.columns import BYTES, Instant
from eventlog.record import Record, decode_record
from eventlog.schema import metadata
from eventlog.statements import insert_into
from eventlog.transaction import GROWING, SHAPES, Closing, Opening, Rows

_HEAD = "SELECT size, frontier, recorded_at, streams FROM head FOR UPDATE"
_STREAMS = (
    "SELECT name, number, (SELECT max(version) FROM events WHERE stream = number) FROM streams WHERE name = ANY(%s)"
)
_COMMANDS = "SELECT command, position FROM events WHERE command = ANY(%s)"
_ENTRIES = "SELECT entry FROM events WHERE position >= %s ORDER BY position LIMIT %s"
_MOVE = "UPDATE head SET size = %s, frontier = %s, root = %s, recorded_at = %s, streams = %s"


class PostgresTransaction:
    def __init__(self, driver: Any) -> None:
        self._driver = driver
        register(driver)
        self._cursor = driver.cursor(binary=True)
        self._pipeline: Any = None

    def open(self, names: Sequence[str], keys: Sequence[int]) -> Opening:
        self._pipeline = self._driver.pipeline()
        self._pipeline.__enter__()
        head, streams, commands = (self._driver.cursor(binary=True) for _ in range(3))
        head.execute(_HEAD)
        streams.execute(_STREAMS, (TextArray(names),))
        commands.execute(_COMMANDS, (BigintArray(keys),))
        found = {name: (number, version) for name, number, version in streams.fetchall()}
        known = dict(commands.fetchall())
        size, frontier, recorded_at, count = head.fetchone()
        return Opening(size, bytes(frontier), recorded_at, count, found, known)

    def records_from(self, position: int, limit: int) -> list[Record]:
        return [decode_record(row[0]) for row in self._cursor.execute(_ENTRIES, (position, limit)).fetchall()]

    def insert(self, table: str, rows: Rows) -> None:
        self._execute(_insert_statement(table), table, GROWING[table], rows)

    def upsert(self, view: str, rows: Rows) -> None:
        self._execute(_upsert_statement(view), view, SHAPES[view].columns, rows)

    def delete(self, view: str, keys: Rows) -> None:
        self._execute(_delete_statement(view), view, SHAPES[view].key, keys)

    def _execute(self, statement: str, table: str, columns: Sequence[str], rows: Rows) -> None:
        kinds = _kinds(table, columns)
        arrays = [ARRAYS[kind](values) for kind, values in zip(kinds, zip(*rows, strict=True), strict=True)]
        self._cursor.execute(statement, arrays)

    def close(self, head: Closing | None) -> None:
        if head is not None:
            moved = (head.size, head.frontier, head.root, head.recorded_at, head.stream_count)
            self._cursor.execute(_MOVE, moved)
        self._driver.commit()
        pipeline, self._pipeline = self._pipeline, None
        pipeline.__exit__(None, None, None)


@lru_cache
def _kinds(table: str, columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(_sql_type(table, column) for column in columns)


def _sql_type(table: str, column: str) -> str:
    kind = metadata.tables[table].columns[column].type
    if kind is BYTES:
        return "bytea"
    if isinstance(kind, Instant):
        return "bigint"
    return {"String": "text", "BigInteger": "bigint", "Boolean": "boolean"}[type(kind).__name__]


def _from_arrays(count: int) -> str:
    return f"SELECT * FROM unnest({', '.join(['%s'] * count)})"


@lru_cache
def _insert_statement(table: str) -> str:
    columns = GROWING[table]
    return f"{insert_into(table, columns)} {_from_arrays(len(columns))}"


@lru_cache
def _upsert_statement(view: str) -> str:
    shape = SHAPES[view]
    return f"{insert_into(view, shape.columns)} {_from_arrays(len(shape.columns))} {shape.on_conflict}"


@lru_cache
def _delete_statement(view: str) -> str:
    key = SHAPES[view].key
    names = ", ".join(f'"{column}"' for column in key)
    return f"DELETE FROM {view} WHERE ({names}) IN ({_from_arrays(len(key))})"
