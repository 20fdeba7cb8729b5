"""What is known of a participant: the fold of its stream."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal, TypeVar

import msgspec

from domain.event import Artefact
from domain.gate import Fact, Value

Phase = Literal["unknown", "seats", "journey", "next_tier", "completed", "withdrawn", "closed"]
TaskKind = Literal["fill_seats", "assignment", "submit", "review", "checkpoint", "plan", "record", "nominate", "decide"]
Outcome = Literal["on_track", "needs_support", "at_risk"]
_V = TypeVar("_V")
ENDED: frozenset[Phase] = frozenset({"completed", "withdrawn", "closed"})
#: of a booking: the session was held, and who was there is known
CREDITED: frozenset[str] = frozenset({"attended", "missed"})


class SeatState(msgspec.Struct, frozen=True):
    role: str
    required: bool
    person: str | None = None
    since: datetime | None = None
    substitute: str | None = None
    substitute_until: datetime | None = None


class DutyState(msgspec.Struct, frozen=True):
    person: str
    since: datetime


class PastDuty(msgspec.Struct, frozen=True):
    """Who had a duty towards the participant, from when until when."""

    duty: str
    person: str
    since: datetime
    until: datetime


class PastParent(msgspec.Struct, frozen=True):
    """Who prepared the participant until it was handed over."""

    parent: str
    since: datetime
    until: datetime


class Task(msgspec.Struct, frozen=True):
    """One thing asked of one role; `version` is that of the event that asked it."""

    id: str
    step: str | None
    kind: TaskKind
    role: str
    asked_at: datetime
    due_at: datetime
    #: reminders still to come, in order
    remind_at: tuple[datetime, ...]
    escalate_at: datetime | None
    escalate_to: str | None
    subject: str | None = None
    version: int = 0
    overdue: bool = False
    escalated: bool = False


class TaskDone(msgspec.Struct, frozen=True):
    """How a task ended: with an answer, or withdrawn when nobody needs it any more."""

    answer: str | None
    at: datetime
    version: int
    withdrawn: bool = False


class StepState(msgspec.Struct, frozen=True):
    """A step under way or done. `audience` and `share` are a training's, `parts` a cycle's phases, `delivers` the
    children's training that a delivery holds."""

    kind: str
    started_at: datetime
    done_at: datetime | None = None
    audience: tuple[str, ...] = ()
    share: int = 100
    parts: int = 0
    delivers: str | None = None


class HostedSession(msgspec.Struct, frozen=True):
    """A session that this participant's people hold for its children."""

    step: str
    definition: str
    starts_at: datetime
    hours: int
    mode: str
    participants: tuple[str, ...]
    status: Literal["planned", "cancelled", "held"] = "planned"
    absent: Mapping[str, tuple[str, ...]] = {}


class Booking(msgspec.Struct, frozen=True):
    """A session that this participant's seats are asked to attend."""

    step: str
    definition: str
    starts_at: datetime
    hours: int
    mode: str
    host: str
    #: missed: it was held, and none of the seats that it asked for was there
    status: Literal["booked", "cancelled", "attended", "missed"] = "booked"
    present: tuple[str, ...] = ()


class Review(msgspec.Struct, frozen=True):
    verdict: Literal["accepted", "returned", "refused"]
    reviewer: str
    score: int
    version: int


class Attempt(msgspec.Struct, frozen=True):
    artefacts: tuple[Artefact, ...]
    submitter: str
    submitted_at: datetime
    version: int
    review: Review | None = None


class Checkpoint(msgspec.Struct, frozen=True):
    number: int
    outcome: Outcome | Literal["missed"]
    at: datetime
    version: int


class Child(msgspec.Struct, frozen=True):
    tier: str
    certified: bool = False
    ended: str | None = None
    #: trainings to whose sessions it is not expected yet: what comes before them is not done, or their gate is shut
    awaits: tuple[str, ...] = ()


class Participant(msgspec.Struct, frozen=True):
    """The whole state. Mappings are never changed in place: evolve puts new ones."""

    version: int = 0
    id: str = ""
    rollout: str = ""
    school: str = ""
    names: Mapping[str, str] = {}
    tier: str = ""
    parent: str | None = None
    #: the parent has withdrawn
    parent_left: bool = False
    parent_since: datetime | None = None
    past_parents: tuple[PastParent, ...] = ()
    region: str = ""
    language: str = ""
    enrolled_at: datetime | None = None
    phase: Phase = "unknown"
    paused_at: datetime | None = None
    certified_at: datetime | None = None
    ended_at: datetime | None = None
    #: the last day of the cohort
    ends: date | None = None
    calendar: Mapping[str, Any] | None = None
    seats: Mapping[str, SeatState] = {}
    duties: Mapping[str, DutyState] = {}
    past_duties: tuple[PastDuty, ...] = ()
    tasks: Mapping[str, Task] = {}
    done: Mapping[str, TaskDone] = {}
    steps: Mapping[str, StepState] = {}
    hosted: Mapping[str, HostedSession] = {}
    bookings: Mapping[str, Booking] = {}
    #: by item_key: attempts, oldest first
    evidence: Mapping[str, tuple[Attempt, ...]] = {}
    checkpoints: Mapping[str, tuple[Checkpoint, ...]] = {}
    children: Mapping[str, Child] = {}
    #: tier -> how many children are named for it, as the rollout last said
    nominated: Mapping[str, int] = {}
    #: gate id -> version of the event that opened it
    gates: Mapping[str, int] = {}
    #: midnights on which gates were looked at for the date's sake
    dates: frozenset[datetime] = frozenset()
    facts: Mapping[str, Fact] = {}

    @property
    def ended(self) -> bool:
        return self.phase in ENDED

    def attempts(self, step: str, item: str) -> tuple[Attempt, ...]:
        """At a piece of evidence, the oldest first."""
        return self.evidence.get(item_key(step, item), ())

    def fact(self, name: str) -> Value:
        found = self.facts.get(name)
        return None if found is None else found.value


def item_key(step: str, item: str) -> str:
    """Where `evidence` has the attempts at an item."""
    return f"{step}/{item}"


def put(mapping: Mapping[str, _V], key: str, value: _V) -> dict[str, _V]:
    """A copy of the mapping with one entry set."""
    return {**mapping, key: value}


def without(mapping: Mapping[str, _V], key: str) -> dict[str, _V]:
    """A copy of the mapping without one entry."""
    return {each: value for each, value in mapping.items() if each != key}


def with_facts(state: Participant, values: Mapping[str, Value]) -> Participant:
    """The facts set by the event at hand; a fact that keeps its value keeps its version."""
    new = {name: Fact(value, state.version) for name, value in values.items() if state.fact(name) != value}
    return msgspec.structs.replace(state, facts={**state.facts, **new}) if new else state
