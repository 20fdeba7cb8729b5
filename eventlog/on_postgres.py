"""The write transaction on PostgreSQL: the lock on the one row of head makes the order, under READ COMMITTED.

Each statement of READ COMMITTED sees what was committed when it begins, so whatever follows the lock sees all that
those who held it before have done. The server is waited for four times, however much there is to write: for the lock,
the lookups, all writes in one statement, the commit. (Not by a pipeline: psycopg's waits for ever when the server is
slower to take a large statement than the client is to go on to the commit.)
"""

from base64 import b64decode
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from eventlog.arrays import ARRAYS, BigintArray, TextArray, register
from eventlog.columns import BYTES, Instant
from eventlog.record import Record, decode_record
from eventlog.schema import metadata
from eventlog.statements import insert_into
from eventlog.transaction import GROWING, SHAPES, Closing, Opening, Rows

_HEAD = "BEGIN; SELECT size, encode(frontier, 'base64'), recorded_at, streams FROM head FOR UPDATE"
_LOOKUPS = (
    "SELECT name, number, (SELECT max(version) FROM events WHERE stream = number) FROM streams WHERE name = ANY(%s)"
    " UNION ALL SELECT NULL, command, position FROM events WHERE command = ANY(%s)"
)
_ENTRIES = "SELECT entry FROM events WHERE position >= %s ORDER BY position LIMIT %s"
_MOVE = "UPDATE head SET size = %s, frontier = %s, root = %s, recorded_at = %s, streams = %s"


class PostgresTransaction:
    def __init__(self, driver: Any) -> None:
        self._driver = driver
        register(driver)
        self._cursor = driver.cursor(binary=True)
        self._statements: list[str] = []
        self._arrays: list[Any] = []

    def open(self, names: Sequence[str], keys: Sequence[int]) -> Opening:
        # Begun by hand, in the message that asks for the lock.
        self._driver.autocommit = True
        head = self._driver.execute(_HEAD)
        head.nextset()
        size, frontier, recorded_at, count = head.fetchone()
        streams: dict[str, tuple[int, int]] = {}
        commands: dict[int, int] = {}
        found = self._cursor.execute(_LOOKUPS, (TextArray(names), BigintArray(keys))).fetchall()
        for name, number, value in found:
            if name is None:
                commands[number] = value
            else:
                streams[name] = (number, value)
        return Opening(size, b64decode(frontier), recorded_at, count, streams, commands)

    def records_from(self, position: int, limit: int) -> list[Record]:
        return [decode_record(row[0]) for row in self._cursor.execute(_ENTRIES, (position, limit)).fetchall()]

    def insert(self, table: str, rows: Rows) -> None:
        self._add(_insert_statement(table), table, GROWING[table], rows)

    def upsert(self, view: str, rows: Rows) -> None:
        self._add(_upsert_statement(view), view, SHAPES[view].columns, rows)

    def delete(self, view: str, keys: Rows) -> None:
        self._add(_delete_statement(view), view, SHAPES[view].key, keys)

    def _add(self, statement: str, table: str, columns: Sequence[str], rows: Rows) -> None:
        kinds = _kinds(table, columns)
        self._statements.append(statement)
        self._arrays += [ARRAYS[kind](values) for kind, values in zip(kinds, zip(*rows, strict=True), strict=True)]

    def flush(self) -> None:
        if self._statements:
            self._execute("SELECT 1", ())

    def _execute(self, last: str, values: tuple[Any, ...]) -> None:
        """Everything added, as parts of one statement."""
        parts = ", ".join(f"w{number} AS ({statement})" for number, statement in enumerate(self._statements))
        self._cursor.execute(f"WITH {parts} {last}", [*self._arrays, *values])
        self._statements, self._arrays = [], []

    def close(self, head: Closing | None) -> None:
        if head is not None:
            self._execute(_MOVE, (head.size, head.frontier, head.root, head.recorded_at, head.stream_count))
        self._driver.execute("COMMIT")
        self._driver.autocommit = False


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
