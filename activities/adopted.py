"""The definition that a rollout runs by, as the log keeps it: quick to read, for those who only need its words."""

from collections.abc import Iterator
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

import msgspec

from activities.dates import zone_of
from domain.identity import organisation_stream, rollout_stream

if TYPE_CHECKING:
    from eventlog.log import EventLog
    from eventlog.reading import Snapshot


class Adopted(msgspec.Struct, frozen=True):
    """A definition as JSON, with what the rollout was started as."""

    definition: dict[str, Any]
    rehearsal: bool

    @property
    def time_zone(self) -> str:
        return str(self.definition["time_zone"])


def adopted_by(log: "EventLog | Snapshot", rollout: str) -> Adopted | None:
    """What the rollout started from; None where there is no such rollout, or its definition is of another shape."""
    started = log.stream(rollout_stream(rollout), up_to=1)
    if not started:
        return None
    start = msgspec.json.decode(started[0].data)
    found = definition_in(log, start["definition"])
    return None if found is None else Adopted(found, bool(start.get("rehearsal", False)))


def definition_in(log: "EventLog | Snapshot", digest: str) -> dict[str, Any] | None:
    return next((each["definition"] for each in _adoptions(log, digest=digest)), None)


def definitions_of(log: "EventLog | Snapshot", programme: str, version: str) -> Iterator[dict[str, Any]]:
    """Each that was adopted of one version; they differ in the values of their parameters."""
    for each in _adoptions(log, programme=programme):
        if each["programme_version"] == version:
            yield each["definition"]


def _adoptions(log: "EventLog | Snapshot", **which: Any) -> Iterator[dict[str, Any]]:
    for row in log.rows("programmes_used", stream=organisation_stream(), **which):
        version = int(row["version"])
        for record in log.stream(organisation_stream(), after=version - 1, up_to=version):
            yield msgspec.json.decode(record.data)


def calendar_of(log: "EventLog | Snapshot", rollout: str, adopted: Adopted) -> dict[str, Any]:
    """The calendar that holds now: the definition's, or the one that was last put in its place."""
    changes = log.read(limit=1_000_000, stream=rollout_stream(rollout), kinds=["CalendarChanged"])
    calendar: dict[str, Any] = adopted.definition["calendar"]
    return msgspec.json.decode(changes[-1].data)["calendar"] if changes else calendar


def zone_in(log: "EventLog | Snapshot", rollout: str) -> tzinfo:
    """The time zone that a rollout's people go by."""
    adopted = adopted_by(log, rollout)
    return zone_of(adopted.time_zone if adopted else "UTC")
