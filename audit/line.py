"""One event as a line that people read: when, whose it is, what happened, who acted and who entered it."""

from datetime import datetime
from typing import Any

import msgspec

from audit.archive import Archive
from audit.correcting import correction_told
from audit.moment import shown
from audit.wording import sentence_for, sentence_of
from domain import codec
from domain.command import CASCADE, CLOCK
from domain.event import Event
from domain.history import Corrected
from domain.identity import school_of, stream_kind, stream_subject
from eventlog.record import Record

#: recorded so much later than it happened is worth telling
_LATE_SECONDS = 3600


class Line(msgspec.Struct, frozen=True):
    position: int
    happened_at: datetime
    recorded_at: datetime
    stream: str
    version: int
    kind: str
    sentence: str
    actor: str
    on_behalf_of: str | None
    entered_by: str | None
    rollout: str | None
    command_id: str
    trace_id: str | None
    data: Any


def line_of(archive: Archive, record: Record, time_zone: str) -> Line:
    return Line(
        position=record.position,
        happened_at=record.happened_at,
        recorded_at=record.recorded_at,
        stream=record.stream,
        version=record.version,
        kind=record.kind,
        sentence=told(archive, record, time_zone),
        actor=record.actor,
        on_behalf_of=record.on_behalf_of,
        entered_by=record.entered_by,
        rollout=record.rollout,
        command_id=record.command_id,
        trace_id=record.trace_id,
        data=record.data,
    )


def told(archive: Archive, record: Record, time_zone: str, about: str | None = None) -> str:
    """Whose event it is, and what happened; where it happened to many, only what is `about` one participant."""
    event = event_of(record)
    words = correction_told(archive, record, event, time_zone) if isinstance(event, Corrected) else None
    said = words or (sentence_of(event, time_zone) if about is None else sentence_for(event, about, time_zone))
    return f"{whose(record.stream)}: {said}"


def event_of(record: Record) -> Event:
    """Raises UnknownEvent for what a newer version wrote."""
    return codec.decode(record.kind, record.schema, bytes(record.data))


def whose(stream: str) -> str:
    """The school, the rollout or the organisation, as short as people say it."""
    subject = stream_subject(stream)
    return school_of(subject) if stream_kind(stream) == "participant" else subject


def who_acted(record: Record | Line) -> str:
    """The actor, on whose behalf, and the account that entered it."""
    words = {CLOCK: "the clock", CASCADE: "the cascade"}.get(record.actor, record.actor)
    if record.on_behalf_of:
        words += f" for {record.on_behalf_of}"
    if record.entered_by:
        words += f", entered by {record.entered_by}"
    return words


def words_of(line: Line, time_zone: str) -> str:
    late = (line.recorded_at - line.happened_at).total_seconds() > _LATE_SECONDS
    recorded = f", recorded {shown(line.recorded_at, time_zone)}" if late else ""
    moment = shown(line.happened_at, time_zone)
    return f"{line.position:>7}  {moment}  {line.sentence}  [{who_acted(line)}{recorded}]"
