"""The write transaction on SQLite: BEGIN IMMEDIATE takes the one write lock, and the head with it."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import msgspec
import sqlalchemy as sa

from eventlog.record import Record, decode_record
from eventlog.statements import insert_into, marks, names_of
from eventlog.transaction import GROWING, SHAPES, Rows, Tip

_HEAD = "SELECT size, frontier, root, recorded_at, streams FROM head"
_STREAMS = (
    "SELECT json_group_array(json_array(name, number, (SELECT max(version) FROM events WHERE stream = number)))"
    " FROM streams WHERE name IN (SELECT value FROM json_each(?))"
)
_COMMANDS = "SELECT command, position FROM events WHERE command IN (SELECT value FROM json_each(?))"
_ENTRIES = "SELECT entry FROM events WHERE position >= ? ORDER BY position LIMIT ?"
_MOVE = "UPDATE head SET size = ?, frontier = ?, root = ?, recorded_at = ?, streams = ?"

_decode_streams = msgspec.json.Decoder(list[tuple[str, int, int]]).decode

#: Rows in one statement. The driver gives the interpreter lock away at each, and may wait long to get it back.
_TOGETHER = (32, 8, 2, 1)


class SqliteTransaction:
    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self._cursor = driver.cursor()

    def open(self, left: Tip | None) -> Tip:
        execute = self._cursor.execute
        execute("BEGIN IMMEDIATE")
        tip = Tip(*execute(_HEAD).fetchone())
        return left if left is not None and (left.size, left.root) == (tip.size, tip.root) else tip

    def find_streams(self, names: Sequence[str]) -> dict[str, tuple[int, int]]:
        found = self._cursor.execute(_STREAMS, (msgspec.json.encode(names).decode(),)).fetchone()[0]
        return {name: (number, version) for name, number, version in _decode_streams(found)}

    def find_commands(self, keys: Sequence[int]) -> dict[int, int]:
        return dict(self._cursor.execute(_COMMANDS, (msgspec.json.encode(keys).decode(),)).fetchall())

    def records_from(self, position: int, limit: int) -> list[Record]:
        return [decode_record(row[0]) for row in self._cursor.execute(_ENTRIES, (position, limit)).fetchall()]

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

    def close(self, tip: Tip | None) -> None:
        if tip is not None:
            moved = (tip.size, tip.frontier, tip.root, tip.recorded_at, tip.stream_count)
            self._cursor.execute(_MOVE, moved)
        self._cursor.execute("COMMIT")


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
