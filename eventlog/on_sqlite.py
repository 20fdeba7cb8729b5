"""The write transaction on SQLite: BEGIN IMMEDIATE takes the one write lock, and the head with it.

Mostly nobody else has written since this writer did; then the head moves only from where this writer left it. At each
call the driver gives the interpreter away, and may wait long to get it back: so there are few.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import msgspec
import sqlalchemy as sa

from eventlog.record import Record, decode_records
from eventlog.statements import GROWING, SHAPES, insert_into, marks, names_of
from eventlog.transaction import Outrun, Rows, Tip, Trusting

_HEAD = "SELECT size, frontier, root, recorded_at, streams FROM head"
_STREAMS = (
    "SELECT json_group_array(json_array(name, number, (SELECT max(version) FROM events WHERE stream = number)))"
    " FROM streams WHERE name IN (SELECT value FROM json_each(?))"
)
_COMMANDS = "SELECT command, position FROM events WHERE command IN "
_ENTRIES = "SELECT entry FROM events WHERE position >= ? ORDER BY position LIMIT ?"
_MOVE = "UPDATE head SET size = ?, frontier = ?, root = ?, recorded_at = ?, streams = ?"
_MOVE_ON = f"{_MOVE} WHERE size = ? AND root = ?"

_decode_streams = msgspec.json.Decoder(list[tuple[str, int, int]]).decode

#: Rows in one statement: few kinds, which stay prepared, and any number of rows is a few of them together.
_TOGETHER = (64, 48, 32, 24, 16, 12, 8, 6, 4, 3, 2, 1)


class SqliteTransaction(Trusting):
    def __init__(self, driver: Any) -> None:
        super().__init__()
        self._driver = driver
        self._cursor = driver.cursor()

    def _take_head(self) -> Tip:
        self._cursor.execute("BEGIN IMMEDIATE")
        return Tip(*self._cursor.execute(_HEAD).fetchone())

    def _roll_back(self) -> None:
        self._cursor.execute("ROLLBACK")

    def find_streams(self, names: Sequence[str]) -> dict[str, tuple[int, int]]:
        self._make_sure()
        found = self._cursor.execute(_STREAMS, (msgspec.json.encode(names).decode(),)).fetchone()[0]
        return {name: (number, version) for name, number, version in _decode_streams(found)}

    def find_commands(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        self._make_sure()
        return dict(self._cursor.execute(_COMMANDS + marks(len(keys), "?"), keys).fetchall())

    def records_from(self, position: int, limit: int) -> list[Record]:
        return decode_records(self._cursor.execute(_ENTRIES, (position, limit)).fetchall())

    def move(self, tip: Tip) -> None:
        if self._trusted is None:
            self._cursor.execute(_MOVE, tip.row)
            return
        self._cursor.execute("BEGIN IMMEDIATE")
        self._cursor.execute(_MOVE_ON, (*tip.row, self._trusted.size, self._trusted.root))
        if not self._cursor.rowcount:
            self._roll_back()
            raise Outrun
        self._trusted = None

    def insert(self, table: str, rows: Rows) -> None:
        self._put(_insert_statement, table, rows)

    def upsert(self, view: str, rows: Rows) -> None:
        self._put(_upsert_statement, view, rows)

    def delete(self, view: str, keys: Rows) -> None:
        self._put(_delete_statement, view, keys)

    def _put(self, statement: Callable[[str, int], str], table: str, rows: Rows) -> None:
        done, count = 0, len(rows)
        for together in _TOGETHER:
            while count - done >= together:
                values = list(chain.from_iterable(rows[done : done + together]))
                self._cursor.execute(statement(table, together), values)
                done += together

    def flush(self) -> None:
        """Nothing to do: it is there with each statement."""

    def close(self) -> None:
        if self._trusted is None:
            self._driver.commit()


def copy_write_ahead_log(connection: sa.Connection) -> None:
    """Into the file, as far as readers allow."""
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


@lru_cache
def _insert_statement(table: str, count: int) -> str:
    columns = GROWING[table]
    return f"{insert_into(table, columns)} VALUES {_values(columns, count)}"


@lru_cache
def _upsert_statement(view: str, count: int) -> str:
    shape = SHAPES[view]
    return f"{insert_into(view, shape.columns)} VALUES {_values(shape.columns, count)} {shape.on_conflict}"


@lru_cache
def _delete_statement(view: str, count: int) -> str:
    key = SHAPES[view].key
    return f"DELETE FROM {view} WHERE ({names_of(key)}) IN (VALUES {_values(key, count)})"


def _values(columns: Sequence[str], count: int) -> str:
    return ", ".join([marks(len(columns), "?")] * count)
