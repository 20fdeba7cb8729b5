"""Which events an auditor wants to see: by school, person, kind, rollout and time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from audit.archive import Archive
from audit.subject import NotInLog, find_rollout, find_school, require_person
from domain.codec import EVENT_BY_KIND
from domain.identity import nearest, rollout_of, rollout_stream, school_of, stream_subject
from eventlog.record import Record

Clock = Literal["happened", "recorded"]

_PAGE = 1000
#: two clocks on two machines differ a little; nothing is recorded long before it happens
_SKEW = timedelta(days=1)


class Selection(msgspec.Struct, frozen=True):
    """What is None selects nothing out. A school's events are those of its stream and those that name it."""

    rollout: str | None = None
    #: a participant's stream
    school: str | None = None
    person: str | None = None
    kinds: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    clock: Clock = "happened"
    after: int = 0
    limit: int | None = None


def checked(archive: Archive, wanted: Selection) -> Selection:
    """With every name found in the log. Raises NotInLog, with the nearest, or Ambiguous."""
    rollout = None if wanted.rollout is None else find_rollout(archive, wanted.rollout)
    school = None if wanted.school is None else find_school(archive, wanted.school, rollout)
    if wanted.person is not None:
        require_person(archive, wanted.person)
    folded = {kind.casefold(): kind for kind in EVENT_BY_KIND}
    kinds = tuple(folded.get(kind.casefold()) or _unknown_kind(kind) for kind in wanted.kinds)
    return msgspec.structs.replace(wanted, rollout=rollout, school=school, kinds=kinds)


def _unknown_kind(kind: str) -> str:
    close = nearest(kind, EVENT_BY_KIND)
    raise NotInLog(f"There are no events of kind '{kind}'" + (f"; did you mean '{close}'?" if close else "."))


def select(archive: Archive, wanted: Selection) -> Iterator[Record]:
    """In the order of the log, page by page."""
    after, count = wanted.after, 0
    since = None if wanted.since is None else wanted.since - _SKEW
    until = wanted.until if wanted.clock == "recorded" else None
    while True:
        page = archive.snapshot.read(
            after, _PAGE, rollout=wanted.rollout, kinds=wanted.kinds or None, since=since, until=until
        )
        for record in page:
            if _is_wanted(record, wanted):
                yield record
                count += 1
                if count == wanted.limit:
                    return
        if len(page) < _PAGE:
            return
        after = page[-1].position


def _is_wanted(record: Record, wanted: Selection) -> bool:
    instant = record.happened_at if wanted.clock == "happened" else record.recorded_at
    if wanted.since is not None and instant < wanted.since:
        return False
    if wanted.until is not None and instant > wanted.until:
        return False
    if wanted.person is not None and not names_person(record, wanted.person):
        return False
    return wanted.school is None or names_school(record, wanted.school)


def names_person(record: Record, person: str) -> bool:
    return person in (record.actor, record.on_behalf_of) or f'"{person}"'.encode() in bytes(record.data)


def names_school(record: Record, stream: str) -> bool:
    """The school's own events, those that name the participant, and the roster's that name the school."""
    participant = stream_subject(stream)
    if record.stream == stream:
        return True
    data = bytes(record.data)
    if f'"{participant}"'.encode() in data:
        return True
    on_roster = record.stream == rollout_stream(rollout_of(participant))
    return on_roster and f'"{school_of(participant)}"'.encode() in data
