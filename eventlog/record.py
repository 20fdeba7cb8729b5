"""What goes into the event log and what comes out of it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec

from eventlog.canonical import Canonical
from eventlog.errors import LogCorrupt

_PAGE = 16

#: A time without a zone is none: it can't be compared with others.
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class NewEvent(msgspec.Struct, frozen=True, gc=False):
    kind: str
    schema: int
    data: Canonical
    happened_at: datetime


class RowChange(msgspec.Struct, frozen=True, gc=False):
    """A row of a view as it is after the events: put there, or taken away when `row` is None."""

    view: str
    key: tuple[object, ...]
    #: The columns that are not of the key; those not named become NULL.
    row: dict[str, object] | None = None


class NewFollowup(msgspec.Struct, frozen=True, gc=False):
    """A command for another stream that follows from an event of this append."""

    id: str
    target: str
    #: JSON.
    command: bytes
    #: Which event of the append it follows from, counted from 0.
    event: int = 0


class NewNotice(msgspec.Struct, frozen=True, gc=False):
    """Something to tell a person or a role, once its time has come."""

    id: str
    template: str
    #: JSON.
    params: str
    not_before: datetime
    to_person: str | None = None
    to_role: str | None = None
    event: int = 0


class NewText(msgspec.Struct, frozen=True, gc=False):
    """Free text that stands beside the log and can be erased; an event holds its salted hash."""

    id: str
    salt: bytes
    body: str
    person: str | None = None


class Append(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The events that one command adds to one stream, with everything to be written in the same transaction."""

    stream: str
    #: Version of the stream that the command was decided upon; 0 means that it must not exist.
    expected: int
    #: Unique in the log.
    command_id: str
    #: Hex SHA-256 over the command's kind, arguments and actor.
    command_digest: str
    events: tuple[NewEvent, ...]
    #: The rollout's clock; in the log of a rehearsal it becomes `recorded_at`.
    at: datetime
    actor: str
    on_behalf_of: str | None = None
    entered_by: str | None = None
    rollout: str | None = None
    programme: str | None = None
    programme_version: str | None = None
    trace_id: str | None = None
    rows: tuple[RowChange, ...] = ()
    followups: tuple[NewFollowup, ...] = ()
    notices: tuple[NewNotice, ...] = ()
    texts: tuple[NewText, ...] = ()


class Receipt(msgspec.Struct, frozen=True, gc=False):
    #: Positions of the first and the last event of the command.
    first: int
    last: int
    #: Version of the stream after the last event.
    version: int
    command_id: str
    #: The command was recorded by an earlier call.
    repeated: bool = False


class CommandRecord(msgspec.Struct, frozen=True, gc=False):
    command_id: str
    digest: str
    stream: str
    first: int
    last: int


class Head(msgspec.Struct, frozen=True, gc=False):
    #: Number of events, which is the position of the last one.
    size: int
    #: Hex of the Merkle tree's root.
    root: str
    recorded_at: datetime | None


class Glance(msgspec.Struct, frozen=True, gc=False):
    """What one look at the log tells somebody who remembers it as it was."""

    #: Position of the last event.
    position: int
    #: Streams that have moved since, and to which version; None where that was too long ago to tell.
    moved: dict[str, int] | None
    #: Those of the commands asked for that are recorded.
    recorded: set[str]


class Record(msgspec.Struct, frozen=True, gc=False):
    """One event as recorded. Its encoding is what is hashed, so the fields stand in the order of their names."""

    actor: str
    command_digest: str
    command_id: str
    data: msgspec.Raw
    entered_by: str | None
    happened_at: Instant
    kind: str
    on_behalf_of: str | None
    position: int
    programme: str | None
    programme_version: str | None
    recorded_at: Instant
    rollout: str | None
    schema: int
    stream: str
    trace_id: str | None
    version: int


class Entry(msgspec.Struct, frozen=True, gc=False):
    """The stored row of one event: what an auditor recomputes."""

    position: int
    stream: str
    version: int
    kind: str
    rollout: str | None
    command: bytes | None
    happened_at: int
    recorded_at: int
    entry: bytes
    leaf: bytes


encode_record = msgspec.json.Encoder().encode
decode_record = msgspec.json.Decoder(Record).decode


def decode_records(rows: Iterable[Sequence[Any]]) -> list[Record]:
    """The records of rows that begin with an entry."""
    try:
        return [decode_record(row[0]) for row in rows]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, TypeError) as error:
        raise LogCorrupt(f"An event of the log can't be read ({error}): `kaskad audit verify` tells which.") from error


def last_of(first: Record, records_from: Callable[[int, int], list[Record]]) -> Record:
    """The last event of the command that begins with `first`; its events stand next to each other.

    `records_from` gives the records from a position on, at most so many.
    """
    last, page = first, _PAGE
    while True:
        following = records_from(last.position + 1, page)
        for record in following:
            if record.command_id != first.command_id:
                return last
            last = record
        if len(following) < page:
            return last
