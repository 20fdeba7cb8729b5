"""The write transaction on SQLite: BEGIN IMMEDIATE takes the one write lock, and the head with it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec

from eventlog.record import Record, decode_record
from eventlog.statements import insert_into, marks, where_key
from eventlog.transaction import GROWING, SHAPES, Closing, Opening, Rows

_STREAMS = (
    "SELECT json_group_array(json_array(name, number, (SELECT max(version) FROM events WHERE stream = number)))"
    " FROM streams WHERE name IN (SELECT value FROM json_each(?))"
)
_COMMANDS = "SELECT command, position FROM events WHERE command IN (SELECT value FROM json_each(?))"
_ENTRIES = "SELECT entry FROM events WHERE position >= ? ORDER BY position LIMIT ?"
_MOVE = "UPDATE head SET size = ?, frontier = ?, root = ?, recorded_at = ?, streams = ?"

_decode_streams = msgspec.json.Decoder(list[tuple[str, int, int]]).decode


class SqliteTransaction:
    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self._cursor = driver.cursor()

    def open(self, names: Sequence[str], keys: Sequence[int]) -> Opening:
        execute = self._cursor.execute
        execute("BEGIN IMMEDIATE")
        size, frontier, recorded_at, count = execute("SELECT size, frontier, recorded_at, streams FROM head").fetchone()
        found = execute(_STREAMS, (msgspec.json.encode(names).decode(),)).fetchone()[0]
        streams = {name: (number, version) for name, number, version in _decode_streams(found)}
        commands = dict(execute(_COMMANDS, (msgspec.json.encode(keys).decode(),)).fetchall())
        return Opening(size, frontier, recorded_at, count, streams, commands)

    def records_from(self, position: int, limit: int) -> list[Record]:
        return [decode_record(row[0]) for row in self._cursor.execute(_ENTRIES, (position, limit)).fetchall()]

    def insert(self, table: str, rows: Rows) -> None:
        self._cursor.executemany(_insert_statement(table), rows)

    def upsert(self, view: str, rows: Rows) -> None:
        self._cursor.executemany(_upsert_statement(view), rows)

    def delete(self, view: str, keys: Rows) -> None:
        self._cursor.executemany(f"DELETE FROM {view} WHERE {where_key(SHAPES[view].key, '?')}", keys)

    def flush(self) -> None:
        """Nothing to do: it is there with each statement."""

    def close(self, head: Closing | None) -> None:
        if head is not None:
            moved = (head.size, head.frontier, head.root, head.recorded_at, head.stream_count)
            self._cursor.execute(_MOVE, moved)
        self._cursor.execute("COMMIT")


@lru_cache
def _insert_statement(table: str) -> str:
    columns = GROWING[table]
    return f"{insert_into(table, columns)} VALUES {marks(len(columns), '?')}"


@lru_cache
def _upsert_statement(view: str) -> str:
    shape = SHAPES[view]
    return f"{insert_into(view, shape.columns)} VALUES {marks(len(shape.columns), '?')} {shape.on_conflict}"
