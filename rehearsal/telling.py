"""What has just happened in a rehearsal, in a few English words; what happens every day is left out."""

from collections.abc import Callable
from typing import Any

from domain.identity import read_session, school_of, stream_subject
from rehearsal.scene import Seen

_TOLD: dict[str, Callable[[str, Any], str]] = {
    "Certified": lambda who, event: f"{who} is certified",
    "Withdrawn": lambda who, event: f"{who} withdraws",
    "JourneyCompleted": lambda who, event: f"{who} has come to its end",
    "SeatFreed": lambda who, event: f"{who}: {event.person} leaves the seat {event.seat}",
    "SubstituteNamed": lambda who, event: f"{who}: {event.person} stands in for the {event.seat}",
    "CheckpointMissed": lambda who, event: f"{who}: mentoring checkpoint {event.number} was missed",
    "TaskEscalated": lambda who, event: f"{who}: {event.task} is escalated to the {event.to}",
    "DeadlineMoved": lambda who, event: f"{who}: {event.task} is due later, on {event.due_at:%d %b}",
    "AttendanceRecorded": lambda who, event: f"{who} held {_held(event.session)}",
}


def told(seen: Seen) -> str | None:
    """A sentence for what is worth one; None for the rest."""
    who = stream_subject(seen.record.stream)
    who = school_of(who) or who
    event: Any = seen.event
    match seen.record.kind:
        case "EvidenceReviewed":
            return None if event.verdict == "accepted" else f"{who}: {event.step}/{event.item} was {event.verdict}"
        case "SchoolEnrolled" if event.replaces is not None:
            return f"{event.school} takes the place of {school_of(event.replaces)}"
        case "TierOpened":
            return f"{school_of(event.parent)} opens the tier {event.tier}"
        case kind if kind in _TOLD:
            return _TOLD[kind](who, event)
        case _:
            return None


def _held(session: str) -> str:
    named = read_session(session)
    return f"{named.step}.{named.definition}" if named else session
