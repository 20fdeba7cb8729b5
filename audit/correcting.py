"""A correction in words: which event it is for, and what that says otherwise since."""

from collections.abc import Iterator

import msgspec

from audit.archive import Archive
from audit.moment import shown
from domain.history import Corrected, Happening, corrected
from eventlog.record import Record


def correction_told(archive: Archive, record: Record, event: Corrected, time_zone: str) -> str | None:
    """None where the stream has no such event before it, which a sound log always has."""
    past = corrected(each for each in archive.history(record.stream) if each.version < record.version)
    if not 0 < event.version <= len(past):
        return None
    before = past[event.version - 1]
    changes = "; ".join(_changes(before, event.applied_to(before), time_zone))
    return f"{before.event.kind()}, event {before.position}, corrected: {changes}"


def _changes(before: Happening, after: Happening, time_zone: str) -> Iterator[str]:
    said = msgspec.structs.asdict(before.event)
    for name, value in msgspec.structs.asdict(after.event).items():
        if value != said[name]:
            yield f"{name} {in_words(said[name])} -> {in_words(value)}"
    if before.happened_at != after.happened_at:
        yield f"took place {shown(before.happened_at, time_zone)} -> {shown(after.happened_at, time_zone)}"


def in_words(value: object) -> str:
    """What can be corrected of an event, as people read it: seats, persons, points, an outcome."""
    if value is None or value in ((), [], {}):
        return "none"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {in_words(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(in_words(each) for each in value)
    return str(value)
