"""One write transaction on the log: the head is taken first, so whoever holds it is alone and numbers without gaps."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
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
        """The end of the log: `left` itself, taken on trust, or else what the head says, which is then locked."""

    def find_streams(self, names: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Number and version of those that exist. Raises Outrun."""

    def find_commands(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """Position of the first event of each command that is recorded, by its key. Raises Outrun."""

    def records_from(self, position: int, limit: int) -> list[Record]: ...

    def move(self, tip: Tip) -> None:
        """Move the head, before anything else is written. Raises Outrun, at the latest when it is closed."""

    def insert(self, table: str, rows: Rows) -> None:
        """Into a table that only grows; columns as in GROWING."""

    def upsert(self, view: str, rows: Rows) -> None: ...

    def delete(self, view: str, keys: Rows) -> None: ...

    def flush(self) -> None:
        """See to it that what was written so far is with the database; `close` does."""

    def close(self) -> None:
        """Commit. Raises Outrun."""


class Trusting(ABC):
    """The part of a transaction that is the same on every database: what a writer left is taken on trust."""

    def __init__(self) -> None:
        #: What the end of the log is taken to be, while nobody has looked.
        self._trusted: Tip | None = None

    def open(self, left: Tip | None) -> Tip:
        self._trusted = left
        return self._take_head() if left is None else left

    @abstractmethod
    def _take_head(self) -> Tip:
        """Begin, and lock the head."""

    @abstractmethod
    def _roll_back(self) -> None: ...

    def _make_sure(self) -> None:
        """What is looked up has to be so when the rest is written, so the head is locked before."""
        trusted, self._trusted = self._trusted, None
        if trusted is None:
            return
        tip = self._take_head()
        if (tip.size, tip.root) != (trusted.size, trusted.root):
            self._roll_back()
            raise Outrun


_PAGE = 16

#: Columns of the tables that only grow by a group, in the order in which rows are given.
GROWING: dict[str, tuple[str, ...]] = {
    streams.name: ("number", "name"),
    events.name: tuple(str(column.name) for column in events.columns),
    followups.name: ("id", "stream", "version", "position", "target", "command", "created_at"),
    outbox.name: ("id", "stream", "version", "to_person", "to_role", "template", "params", "not_before"),
    texts.name: ("id", "salt", "body", "person"),
}


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
