"""One write transaction on the log: whoever moves the head is alone, and numbers without gaps.

The head is taken first, or moved only from where this writer left it.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from eventlog.record import Record

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

    @property
    def row(self) -> tuple[Any, ...]:
        """The columns of the head, in the order in which it is read and moved."""
        return self.size, self.frontier, self.root, self.recorded_at, self.stream_count


class Outrun(Exception):
    """Somebody else has moved the head since this writer left it; nothing was written."""


class Transaction(Protocol):
    """What a group needs of a database, any number of rows at a time."""

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
        """Into a table that only grows; columns as in `statements.GROWING`."""

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
