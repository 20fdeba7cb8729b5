"""One write transaction on the log: the head is taken first, so whoever holds it is alone and numbers without gaps."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Protocol

import msgspec

from eventlog.schema import commands, events, followups, outbox, streams, texts
from eventlog.statements import ViewShape
from eventlog.views import VIEWS

SHAPES = {name: ViewShape(table) for name, table in VIEWS.items()}

Rows = Sequence[Sequence[Any]]


class Opening(msgspec.Struct):
    """What the log says once its head is taken."""

    size: int
    frontier: bytes
    recorded_at: int | None
    #: How many streams there are.
    stream_count: int
    #: Number and version of each stream asked for; those that do not exist are not in it.
    streams: dict[str, tuple[int, int]]
    #: First and last position of each command asked for that is recorded, by its key.
    commands: dict[bytes, tuple[int, int]]


class Closing(msgspec.Struct):
    """The head as it is to be left."""

    size: int
    frontier: bytes
    root: bytes
    recorded_at: int
    stream_count: int


class Transaction(Protocol):
    """What a group needs of a database, each method one statement for any number of rows."""

    def open(self, names: Sequence[str], keys: Sequence[bytes]) -> Opening:
        """Begin, take the head, and look up streams by name and commands by key."""

    def entry_at(self, position: int) -> bytes: ...

    def insert(self, table: str, rows: Rows) -> None:
        """Into a table that only grows; columns as in GROWING."""

    def upsert(self, view: str, rows: Rows) -> None: ...

    def delete(self, view: str, keys: Rows) -> None: ...

    def close(self, head: Closing | None) -> None:
        """Move the head, if it moves, and commit."""

    def abandon(self) -> None: ...


#: Columns of the tables that only grow by a group, in the order in which rows are given.
GROWING: dict[str, tuple[str, ...]] = {
    streams.name: ("number", "name"),
    events.name: tuple(str(column.name) for column in events.columns),
    commands.name: ("key", "first", "last"),
    followups.name: ("id", "stream", "version", "position", "target", "command", "created_at"),
    outbox.name: ("id", "stream", "version", "to_person", "to_role", "template", "params", "not_before"),
    texts.name: ("id", "salt", "body", "person"),
}


def key_of(command_id: str) -> bytes:
    """Under which a command is found: half of a SHA-256, which nobody makes collide by chance."""
    return sha256(command_id.encode()).digest()[:16]
