"""What somebody with the file in hand can do to a log: change bytes, drop the end, or write all of it anew."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eventlog.columns import to_microseconds
from eventlog.database import sqlite_module
from eventlog.merkle import Frontier, leaf_hash
from eventlog.record import decode_record

Entry = dict[str, Any]


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Without the triggers that refuse all of this."""
    connection = sqlite_module().connect(str(path), isolation_level=None)
    try:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")
    finally:
        connection.close()


def change_byte(path: Path, position: int) -> None:
    """In the stored entry: another actor of the same length."""
    with opened(path) as connection:
        (entry,) = connection.execute("SELECT entry FROM events WHERE position = ?", (position,)).fetchone()
        changed = bytes(entry).replace(b'"actor":"p-', b'"actor":"q-', 1)
        connection.execute("UPDATE events SET entry = ? WHERE position = ?", (changed, position))


def drop_last(path: Path, count: int) -> None:
    """Only the events; whoever does it may forget the rest."""
    with opened(path) as connection:
        (size,) = connection.execute("SELECT size FROM head").fetchone()
        connection.execute("DELETE FROM events WHERE position > ?", (size - count,))


def rewrite(path: Path, change: Callable[[Entry], None]) -> None:
    """Every entry, hash, column and the head, as if the log had always said so."""
    frontier = Frontier()
    with opened(path) as connection:
        for position, stored in connection.execute("SELECT position, entry FROM events ORDER BY position").fetchall():
            entry = json.loads(bytes(stored))
            change(entry)
            written = canonical(entry)
            record = decode_record(written)
            leaf = leaf_hash(written)
            frontier.append(leaf)
            values = (written, leaf, record.kind, to_microseconds(record.happened_at), position)
            connection.execute(
                "UPDATE events SET entry = ?, leaf = ?, kind = ?, happened_at = ? WHERE position = ?", values
            )
        connection.execute("UPDATE head SET frontier = ?, root = ?", (frontier.to_bytes(), frontier.root()))


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def at(position: int, change: Callable[[Entry], None]) -> Callable[[Entry], None]:
    """A change of one event alone."""

    def only_there(entry: Entry) -> None:
        if entry["position"] == position:
            change(entry)

    return only_there
