"""One write transaction on the log: the head is taken first, so whoever holds it is alone and numbers without gaps."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, Protocol

import msgspec

from eventlog.record import Record
from eventlog.schema import events, followups, outbox, streams, texts
from eventlog.statements import ViewShape
from eventlog.views import VIEWS

SHAPES = {name: ViewShape(table) for name, table in VIEWS.items()}

Rows = Sequence[Sequence[Any]]


class Tip(msgspec.Struct):
    """The end of the log: what its head says, and the streams that are known."""

    size: int
    frontier: bytes
    root: bytes
    recorded_at: int | None
    #: How many streams there are.
    stream_count: int
    #: Number and version by name; 0 and 0 for one that does not exist.
    streams: dict[str, tuple[int, int]] = {}


class Outrun(Exception):
    """Somebody else has moved the head since this writer left it; nothing was written."""


class Transaction(Protocol):
    """What a group needs of a database, each method one statement for any number of rows."""

    def open(self, left: Tip | None) -> Tip:
        """Begin, and take the head: `left` itself if that is still the end of the log, else a tip without streams.

        A database may take it on trust and find out later that it was `Outrun`.
        """

    def find_streams(self, names: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Number and version of those that exist."""

    def find_commands(self, keys: Sequence[int]) -> dict[int, int]:
        """Position of the first event of each command that is recorded, by its key."""

    def records_from(self, position: int, limit: int) -> list[Record]: ...

    def insert(self, table: str, rows: Rows) -> None:
        """Into a table that only grows; columns as in GROWING."""

    def upsert(self, view: str, rows: Rows) -> None: ...

    def delete(self, view: str, keys: Rows) -> None: ...

    def flush(self) -> None:
        """See to it that what was written so far is with the database; `close` does."""

    def close(self, tip: Tip | None) -> None:
        """Move the head, if it moves, and commit. Raises Outrun where `open` trusted and should not have."""


_PAGE = 16

#: Columns of the tables that only grow by a group, in the order in which rows are given.
GROWING: dict[str, tuple[str, ...]] = {
    streams.name: ("number", "name"),
    events.name: tuple(str(column.name) for column in events.columns),
    followups.name: ("id", "stream", "version", "position", "target", "command", "created_at"),
    outbox.name: ("id", "stream", "version", "to_person", "to_role", "template", "params", "not_before"),
    texts.name: ("id", "salt", "body", "person"),
}


def key_of(command_id: str) -> int:
    """The number under which a command is found. Should two ids ever share one, the second is refused as a conflict."""
    return int.from_bytes(sha256(command_id.encode()).digest()[:8], signed=True)


def last_of(first: Record, records_from: Callable[[int, int], list[Record]]) -> Record:
    """The last event of the command that begins with `first`; its events stand next to each other."""
    last, page = first, _PAGE
    while True:
        following = records_from(last.position + 1, page)
        for record in following:
            if record.command_id != first.command_id:
                return last
            last = record
        if len(following) < page:
            return last
