"""The journey of a participant: enrolment, its steps and gates, certification, its children and its end."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, ClassVar, Literal

import msgspec
from msgspec.structs import replace
from pydantic import Field

from domain import gate_ids, task_ids
from domain.calendar import instant_on
from domain.command import Command, PersonId, TextGiven
from domain.event import Event, TextRef
from domain.identity import school_of
from domain.participant.children import What, children_are_done, open_next_tier
from domain.participant.dead_end import comes_to_a_dead_end
from domain.participant.draft import Draft, text_ref
from domain.participant.interruptions import pause
from domain.participant.left_behind import HandedOver, ParentLeft
from domain.participant.state import Participant, PastParent, Phase, SeatState, with_facts
from domain.participant.steps import DateCame, is_done, move_step, opened
from domain.participant.tasks import MANAGER_DECIDES, ask, done
from domain.participant.team import STAFFING, SeatTaken, ask_for_holders
from domain.programme import Programme
from domain.text import Id, Text

# --- events


class SeatOffered(msgspec.Struct, frozen=True):
    seat: str
    role: str
    required: bool


class Enrolled(Event, frozen=True, tag="Enrolled"):
    participant: str
    rollout: str
    school: str
    names: dict[str, str]
    tier: str
    parent: str | None
    region: str
    language: str
    seats: tuple[SeatOffered, ...]
    calendar: dict[str, Any] | None = None
    #: the last day of the cohort
    ends: date | None = None


class TeamCompleted(Event, frozen=True, tag="TeamCompleted"):
    """Every required seat is filled for the first time: the journey begins."""


class Certified(Event, frozen=True, tag="Certified"):
    tier: str


class Withdrawn(Event, frozen=True, tag="Withdrawn"):
    reason: TextRef | None = None


class JourneyCompleted(Event, frozen=True, tag="JourneyCompleted"):
    pass


class JourneyClosed(Event, frozen=True, tag="JourneyClosed"):
    """It came to no end of its own: the rollout was closed, or it could go no further."""


JourneyEvent = (
    Enrolled | TeamCompleted | Certified | ParentLeft | HandedOver | Withdrawn | JourneyCompleted | JourneyClosed
)

# --- commands


class Enrol(Command):
    """The rollout's stream asks this: take part, at this tier, prepared by this parent."""

    kind: Literal["Enrol"] = "Enrol"
    of_the_system: ClassVar[bool] = True
    participant: str
    rollout: Id
    school: Id
    names: Text
    tier: Id
    parent: str | None = None
    region: str
    language: str
    persons: dict[Id, PersonId] = Field(default_factory=dict)
    calendar: dict[str, Any] | None = None
    ends: date | None = None
    #: the rollout is paused, so the journey begins with a pause
    paused: bool = False


class NoteChild(Command):
    """A child's stream tells this to its parent's."""

    kind: Literal["NoteChild"] = "NoteChild"
    of_the_system: ClassVar[bool] = True
    child: str
    tier: Id
    what: What
    #: of one that is handed over, the trainings that it has begun; none: it is new
    begun: tuple[Id, ...] | None = None


class NoteNomination(Command):
    """The rollout's stream tells this: so many children are nominated."""

    kind: Literal["NoteNomination"] = "NoteNomination"
    of_the_system: ClassVar[bool] = True
    tier: Id
    nominated: int


class Reconsider(Command):
    """A fact of somebody else changed that a gate here reads."""

    kind: Literal["Reconsider"] = "Reconsider"
    of_the_system: ClassVar[bool] = True


class Withdraw(Command):
    """The participant leaves the rollout: the programme manager says so, or its head, whose seat is the first.

    Those that it was preparing stay behind, and the programme manager is asked to decide about them.
    """

    kind: Literal["Withdraw"] = "Withdraw"
    reason: TextGiven


class CloseJourney(Command):
    kind: Literal["CloseJourney"] = "CloseJourney"
    of_the_system: ClassVar[bool] = True


# --- decide


def enrol(draft: Draft, command: Enrol) -> None:
    if draft.state.version:
        return
    tier = draft.programme.tier_by_id[command.tier]
    draft.record(
        Enrolled(
            participant=command.participant,
            rollout=command.rollout,
            school=command.school,
            names=command.names.model_dump(),
            tier=command.tier,
            parent=command.parent,
            region=command.region,
            language=command.language,
            seats=tuple(SeatOffered(seat.id, seat.role, seat.required) for seat in tier.seats),
            calendar=command.calendar,
            ends=command.ends,
        )
    )
    for seat in tier.seats:
        if seat.id in command.persons:
            draft.record(SeatTaken(seat.id, seat.role, command.persons[seat.id]))
    if command.paused:
        pause(draft)


def withdraw(draft: Draft, command: Withdraw) -> None:
    if draft.state.phase == "withdrawn":
        return
    draft.must_be_under_way(even_paused=True)
    if not draft.manages:
        draft.must_hold(draft.tier.seats[0].role)
    draft.record(Withdrawn(text_ref(command.reason)))
    left = sorted(school_of(name) for name, child in draft.state.children.items() if child.ended is None)
    if left:
        ask(draft, task_ids.LEFT_BEHIND, "decide", MANAGER_DECIDES, subject=" ".join(left))


def close_journey(draft: Draft) -> None:
    if draft.state.version and not draft.state.ended:
        draft.record(JourneyClosed())


def advance(draft: Draft) -> None:
    """Everything that follows of itself: steps that start and end, gates that open, until nothing changes.

    Whether it can go no further is asked last, when all else stands still.
    """
    before = -1
    while before != len(draft.events) and draft.state.version and not draft.state.ended:
        before = len(draft.events)
        _fill_the_team(draft)
        if draft.state.phase == "seats" or draft.state.paused_at is not None:
            continue
        for step in draft.tier.steps:
            move_step(draft, step)
        _certify(draft)
        for opening in draft.tier.opens:
            open_next_tier(draft, opening)
        ask_for_holders(draft)
        _complete(draft)
        if before == len(draft.events) and comes_to_a_dead_end(draft):
            draft.record(JourneyClosed())


def _fill_the_team(draft: Draft) -> None:
    complete = draft.state.fact("seats.complete") is True
    asked = [task for task in draft.state.tasks.values() if task.kind == "fill_seats"]
    if complete:
        for task in asked:
            done(draft, task.id)
        if draft.state.phase == "seats":
            draft.record(TeamCompleted())
    elif not asked:
        number = sum(task_ids.is_fill_seats(name) for name in draft.state.done) + 1
        ask(draft, task_ids.fill_seats(number), "fill_seats", draft.tier.team or STAFFING)


def _certify(draft: Draft) -> None:
    certification = draft.tier.certification
    if certification is None or draft.state.certified_at is not None:
        return
    if opened(draft, gate_ids.CERTIFY, certification.gate):
        draft.record(Certified(draft.state.tier))


def _complete(draft: Draft) -> None:
    state, tier = draft.state, draft.tier
    certified = tier.certification is None or state.certified_at is not None
    if certified and all(is_done(state, step.id) for step in tier.steps) and children_are_done(draft):
        draft.record(JourneyCompleted())


# --- evolve


def evolve_journey(state: Participant, event: JourneyEvent, at: datetime) -> Participant:
    match event:
        case Enrolled():
            return _enrolled(state, event, at)
        case TeamCompleted():
            return replace(state, phase="journey")
        case Certified():
            return with_facts(replace(state, certified_at=at), {"certified": True})
        case ParentLeft():
            return replace(state, parent_left=True)
        case HandedOver():
            past = PastParent(event.instead_of, state.parent_since or state.enrolled_at or at, at)
            past_parents = (*state.past_parents, past)
            return replace(state, parent=event.parent, parent_left=False, parent_since=at, past_parents=past_parents)
        case Withdrawn():
            return with_facts(_ended(state, "withdrawn", at), {"withdrawn": True})
        case JourneyCompleted():
            return with_facts(_ended(state, "completed", at), {"completed": True})
        case JourneyClosed():
            return _ended(state, "closed", at)


def _enrolled(state: Participant, event: Enrolled, at: datetime) -> Participant:
    state = replace(
        state,
        id=event.participant,
        rollout=event.rollout,
        school=event.school,
        names=event.names,
        tier=event.tier,
        parent=event.parent,
        region=event.region,
        language=event.language,
        enrolled_at=at,
        phase="seats",
        calendar=event.calendar,
        ends=event.ends,
        seats={each.seat: SeatState(each.role, each.required) for each in event.seats},
    )
    complete = not any(each.required for each in event.seats)
    return with_facts(state, {"seats.filled": 0, "seats.complete": complete})


def _ended(state: Participant, phase: Phase, at: datetime) -> Participant:
    """Nothing is asked of a participant that has come to its end."""
    return replace(state, phase=phase, ended_at=at, paused_at=None, tasks={})


# --- agenda


def gate_agenda(programme: Programme, state: Participant) -> Iterator[tuple[datetime, Event]]:
    """Local midnights to come on which a gate that is still shut may open by the date alone."""
    for gate_id, day in programme.tier_by_id[state.tier].gate_dates:
        if gate_id in state.gates:
            continue
        midnight = instant_on(day, time(0), programme.time_zone)
        if midnight not in state.dates and state.enrolled_at is not None and midnight > state.enrolled_at:
            yield midnight, DateCame(midnight)
