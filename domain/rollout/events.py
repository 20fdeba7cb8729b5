"""What happens to a rollout."""

from typing import Any, Literal

from domain.event import Event, TextRef


class RolloutStarted(Event, frozen=True, tag="RolloutStarted"):
    rollout: str
    programme: str
    programme_version: str
    definition: str
    cohort: str
    rehearsal: bool = False


class SchoolEnrolled(Event, frozen=True, tag="SchoolEnrolled"):
    """A participant came onto the roster, by a list, by a nomination or in the place of another."""

    participant: str
    school: str
    tier: str
    parent: str | None
    names: dict[str, str]
    region: str
    language: str
    persons: dict[str, str]
    replaces: str | None = None


class SchoolNominated(Event, frozen=True, tag="SchoolNominated"):
    school: str
    tier: str
    parent: str
    names: dict[str, str]
    region: str
    language: str
    persons: dict[str, str]


class TierOpened(Event, frozen=True, tag="TierOpened"):
    """The parent's gate is open: its nominated schools take part from now on."""

    parent: str
    tier: str


class SchoolHandedOver(Event, frozen=True, tag="SchoolHandedOver"):
    """A participant that its parent had left behind is prepared by another from now on."""

    participant: str
    parent: str
    instead_of: str


class ParticipantNoted(Event, frozen=True, tag="ParticipantNoted"):
    participant: str
    what: Literal["certified", "withdrawn", "completed", "closed"]


class RolloutPaused(Event, frozen=True, tag="RolloutPaused"):
    reason: TextRef | None = None


class RolloutResumed(Event, frozen=True, tag="RolloutResumed"):
    """The due dates of every participant move by so many seconds."""

    seconds: int


class CalendarChanged(Event, frozen=True, tag="CalendarChanged"):
    calendar: dict[str, Any]
    reason: TextRef | None = None


class RolloutClosed(Event, frozen=True, tag="RolloutClosed"):
    reason: TextRef | None = None


RolloutEvent = (
    RolloutStarted
    | SchoolEnrolled
    | SchoolNominated
    | TierOpened
    | SchoolHandedOver
    | ParticipantNoted
    | RolloutPaused
    | RolloutResumed
    | CalendarChanged
    | RolloutClosed
)
