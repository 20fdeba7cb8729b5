"""The write transaction on PostgreSQL: the lock on the one row of head makes the order, under READ COMMITTED.

Mostly nobody else has written since this writer did. Then all is one statement, and the server is waited for once: it
moves the head from where this writer left it and, only if it stood there, writes the rest. Otherwise the server is
waited for at the lock, the lookups, all writes in one statement, and the commit; each statement of READ COMMITTED sees
what was committed when it begins, so whatever follows the lock sees all that those who held it before have done.
(Not by a pipeline: psycopg's waits for ever when the server is slower to take a large statement than the client is to
go on to the commit.)
"""

from base64 import b64decode
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import count
from typing import Any

from psycopg import RawCursor
from psycopg.pq import Format

from eventlog.arrays import ARRAYS, BytesArray, TextArray, register
from eventlog.columns import BYTES, Instant
from eventlog.record import Record, decode_records
from eventlog.schema import metadata
from eventlog.statements import GROWING, SHAPES, insert_into, names_of
from eventlog.transaction import Outrun, Rows, Tip, Trusting

_HEAD = (
    "BEGIN; SELECT size, encode(frontier, 'base64'), encode(root, 'base64'), recorded_at, streams FROM head FOR UPDATE"
)
_STREAMS = (
    "SELECT name, number, (SELECT max(version) FROM events WHERE stream = number) FROM streams WHERE name = ANY($1)"
)
_COMMANDS = "SELECT command, position FROM events WHERE command = ANY($1)"
_ENTRIES = "SELECT entry FROM events WHERE position >= $1 ORDER BY position LIMIT $2"
_MOVE = "UPDATE head SET size = $1, frontier = $2, root = $3, recorded_at = $4, streams = $5"
_MOVE_ON = f"moved AS ({_MOVE} WHERE size = $6 AND root = $7 RETURNING 1)"


class PostgresTransaction(Trusting):
    def __init__(self, driver: Any) -> None:
        super().__init__()
        self._driver = driver
        register(driver)
        # With PostgreSQL's own placeholders: statements with so many would be looked through for psycopg's each time.
        self._cursor = RawCursor(driver)
        self._cursor.format = Format.BINARY
        self._tip: Tip | None = None
        self._parts: list[Part] = []
        self._arrays: list[Any] = []

    def open(self, left: Tip | None) -> Tip:
        # A transaction is begun by hand, in the message that asks for the lock, or not at all.
        self._driver.autocommit = True
        return super().open(left)

    def _take_head(self) -> Tip:
        head = self._driver.execute(_HEAD)
        head.nextset()
        size, frontier, root, recorded_at, count = head.fetchone()
        return Tip(size, b64decode(frontier), b64decode(root), recorded_at, count)

    def _roll_back(self) -> None:
        self._driver.execute("ROLLBACK")

    def find_streams(self, names: Sequence[str]) -> dict[str, tuple[int, int]]:
        self._make_sure()
        found = self._cursor.execute(_STREAMS, (TextArray(names),)).fetchall()
        return {name: (number, version) for name, number, version in found}

    def find_commands(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        self._make_sure()
        return dict(self._cursor.execute(_COMMANDS, (BytesArray(keys),)).fetchall())

    def records_from(self, position: int, limit: int) -> list[Record]:
        return decode_records(self._cursor.execute(_ENTRIES, (position, limit)).fetchall())

    def move(self, tip: Tip) -> None:
        self._tip = tip

    def insert(self, table: str, rows: Rows) -> None:
        columns = GROWING[table]
        self._add((insert_into(table, columns), len(columns), ""), table, columns, rows)

    def upsert(self, view: str, rows: Rows) -> None:
        shape = SHAPES[view]
        part = (insert_into(view, shape.columns), len(shape.columns), shape.on_conflict)
        self._add(part, view, shape.columns, rows)

    def delete(self, view: str, keys: Rows) -> None:
        key = SHAPES[view].key
        self._add((f"DELETE FROM {view} WHERE ({names_of(key)}) IN (", len(key), ")"), view, key, keys)

    def _add(self, part: "Part", table: str, columns: Sequence[str], rows: Rows) -> None:
        kinds = _kinds(table, columns)
        self._parts.append(part)
        self._arrays += [ARRAYS[kind](values) for kind, values in zip(kinds, zip(*rows, strict=True), strict=True)]

    def flush(self) -> None:
        if self._parts:
            self._cursor.execute(_alone(tuple(self._parts)), self._arrays)
            self._parts, self._arrays = [], []

    def close(self) -> None:
        if self._trusted is None:
            if self._tip is not None:
                self._cursor.execute(_moving(tuple(self._parts)), [*self._tip.row, *self._arrays])
            self._driver.execute("COMMIT")
        elif self._tip is not None:
            self._move_on(self._trusted, self._tip)
        # Not where it failed: what the server said of that is to be told, and the connection is made anew.
        self._driver.autocommit = False

    def _move_on(self, left: Tip, tip: Tip) -> None:
        """One statement that is a transaction of its own: all of it is written, or nothing."""
        found = self._cursor.execute(_moving_on(tuple(self._parts)), [*tip.row, left.size, left.root, *self._arrays])
        if found.fetchone() == (0,):
            raise Outrun


#: What writes to one table: the statement before the SELECT that unfolds its rows, its columns' count, the rest.
Part = tuple[str, int, str]


@lru_cache
def _alone(parts: tuple[Part, ...]) -> str:
    return f"WITH {_written(parts, 0, '')} SELECT 1"


@lru_cache
def _moving(parts: tuple[Part, ...]) -> str:
    return f"WITH {_written(parts, 5, '')} {_MOVE}"


@lru_cache
def _moving_on(parts: tuple[Part, ...]) -> str:
    """The rows are unfolded once for each head that moved: once, or not at all."""
    return f"WITH {_MOVE_ON}, {_written(parts, 7, ', moved')} SELECT count(*) FROM moved"


def _written(parts: Iterable[Part], before: int, beside: str) -> str:
    """The parts as those of one statement; `before` so many of its placeholders stand in front of theirs."""
    numbers = count(before + 1)
    return ", ".join(
        f"w{ordinal} AS ({begin} SELECT given.* FROM unnest({', '.join(f'${next(numbers)}' for _ in range(columns))})"
        f" AS given{beside} {end})"
        for ordinal, (begin, columns, end) in enumerate(parts)
    )


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
