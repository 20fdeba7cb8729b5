"""The journey of a participant: enrolment, its steps and gates, certification, its children and its end."""

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any, ClassVar, Literal

import msgspec
from msgspec.structs import replace
from pydantic import Field

from domain.calendar import instant_on
from domain.command import Command, PersonId, TextGiven
from domain.event import Event, TextRef
from domain.gate import GATE, Gate, Reading, evaluate, opens_on
from domain.participant.attending import audience_of, dose_facts
from domain.participant.draft import Draft, text_ref
from domain.participant.evidence import evidence_complete, items_of, start_evidence
from domain.participant.hosting import delivery_complete, start_delivery, welcome_child
from domain.participant.mentoring import mentoring_complete, start_mentoring
from domain.participant.state import Child, Participant, Phase, SeatState, StepState, put, with_facts
from domain.participant.tasks import ask, done
from domain.participant.team import SeatTaken
from domain.programme import Opening, Programme, Tier
from domain.refusal import Reason
from domain.step import (
    AssignmentStep,
    CycleStep,
    DeliveryStep,
    EvidenceStep,
    MentoringStep,
    Step,
    TrainingStep,
)
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


class TeamCompleted(Event, frozen=True, tag="TeamCompleted"):
    """Every required seat is filled for the first time: the journey begins."""


class StepStarted(Event, frozen=True, tag="StepStarted"):
    step: str
    what: str
    audience: tuple[str, ...] = ()
    share: int = 100
    parts: int = 0
    delivers: str | None = None


class StepCompleted(Event, frozen=True, tag="StepCompleted"):
    step: str


class GateOpened(Event, frozen=True, tag="GateOpened"):
    """Which condition held, over which facts, as they stood at `position` of the log."""

    gate: str
    rule: dict[str, Any]
    position: int
    readings: tuple[Reading, ...]


class DateCame(Event, frozen=True, tag="DateCame"):
    """A day on which a gate may open by the calendar alone; the gates were looked at."""

    at: datetime


class Certified(Event, frozen=True, tag="Certified"):
    tier: str


class ChildEnrolled(Event, frozen=True, tag="ChildEnrolled"):
    child: str
    tier: str


class ChildCertified(Event, frozen=True, tag="ChildCertified"):
    child: str


class ChildEnded(Event, frozen=True, tag="ChildEnded"):
    child: str
    how: Literal["completed", "withdrawn", "closed"]


class Withdrawn(Event, frozen=True, tag="Withdrawn"):
    reason: TextRef | None = None


class JourneyCompleted(Event, frozen=True, tag="JourneyCompleted"):
    pass


class JourneyClosed(Event, frozen=True, tag="JourneyClosed"):
    """The rollout was closed before this participant came to its end."""


JourneyEvent = (
    Enrolled
    | TeamCompleted
    | StepStarted
    | StepCompleted
    | GateOpened
    | DateCame
    | Certified
    | ChildEnrolled
    | ChildCertified
    | ChildEnded
    | Withdrawn
    | JourneyCompleted
    | JourneyClosed
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


class NoteChild(Command):
    """A child's stream tells this to its parent's."""

    kind: Literal["NoteChild"] = "NoteChild"
    of_the_system: ClassVar[bool] = True
    child: str
    tier: Id
    what: Literal["enrolled", "certified", "completed", "withdrawn", "closed"]


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
    """The participant leaves the rollout."""

    kind: Literal["Withdraw"] = "Withdraw"
    reason: TextGiven


class CloseJourney(Command):
    kind: Literal["CloseJourney"] = "CloseJourney"
    of_the_system: ClassVar[bool] = True


# --- refusals

NOT_UNDER_WAY = Reason("not_under_way", "{school} takes no part in this rollout, so it cannot be withdrawn.")

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
        )
    )
    for seat in tier.seats:
        if seat.id in command.persons:
            draft.record(SeatTaken(seat.id, seat.role, command.persons[seat.id]))


def note_child(draft: Draft, command: NoteChild) -> None:
    known = draft.state.children.get(command.child)
    match command.what:
        case "enrolled":
            if known is None:
                draft.record(ChildEnrolled(command.child, command.tier))
                welcome_child(draft, command.child, command.tier)
        case "certified":
            if known is not None and not known.certified:
                draft.record(ChildCertified(command.child))
        case how:
            if known is not None and known.ended is None:
                draft.record(ChildEnded(command.child, how))


def note_nomination(draft: Draft, command: NoteNomination) -> None:
    opening = draft.programme.opening(draft.state.tier, command.tier)
    if opening is not None and command.nominated >= opening.fan_out.target:
        done(draft, f"nominate/{command.tier}")


def withdraw(draft: Draft, command: Withdraw) -> None:
    if draft.state.phase == "withdrawn":
        return
    if not draft.state.version:
        raise NOT_UNDER_WAY(school=draft.state.school)
    draft.must_be_under_way()
    if not draft.manages:
        draft.must_hold("principal")
    draft.record(Withdrawn(text_ref(command.reason)))


def close_journey(draft: Draft) -> None:
    if draft.state.version and not draft.state.ended:
        draft.record(JourneyClosed())


def advance(draft: Draft) -> None:
    """Everything that follows of itself: steps that start and end, gates that open, until nothing changes."""
    before = -1
    while before != len(draft.events) and draft.state.version and not draft.state.ended:
        before = len(draft.events)
        _fill_the_team(draft)
        if draft.state.phase == "seats" or draft.state.paused_at is not None:
            continue
        for step in draft.tier.steps:
            _move_step(draft, step)
        _certify(draft)
        for opening in draft.tier.opens:
            _open_next_tier(draft, opening)
        _complete(draft)


def _fill_the_team(draft: Draft) -> None:
    complete = draft.state.fact("seats.complete") is True
    asked = [task for task in draft.state.tasks.values() if task.kind == "fill_seats"]
    if complete:
        for task in asked:
            done(draft, task.id)
        if draft.state.phase == "seats":
            draft.record(TeamCompleted())
    elif not asked and draft.tier.team is not None:
        number = sum(name.startswith("team/fill-") for name in draft.state.done) + 1
        ask(draft, f"team/fill-{number}", "fill_seats", draft.tier.team)


def _move_step(draft: Draft, step: Step) -> None:
    under_way = draft.state.steps.get(step.id)
    if under_way is None:
        ready = all(_is_done(draft.state, each) for each in step.after)
        if ready and (step.enter is None or _opened(draft, f"enter:{step.id}", step.enter)):
            _start(draft, step)
    elif under_way.done_at is None and _is_complete(draft, step):
        draft.record(StepCompleted(step.id))


def _start(draft: Draft, step: Step) -> None:
    match step:
        case TrainingStep():
            audience = audience_of(draft, step.id)
            draft.record(StepStarted(step.id, step.kind, audience, step.dose.share))
        case DeliveryStep():
            draft.record(StepStarted(step.id, step.kind, delivers=step.step))
            start_delivery(draft, step)
        case MentoringStep():
            draft.record(StepStarted(step.id, step.kind))
            start_mentoring(draft, step)
        case EvidenceStep() | CycleStep():
            parts = len(step.phases) if isinstance(step, CycleStep) else len(list(items_of(step)))
            draft.record(StepStarted(step.id, step.kind, parts=parts))
            start_evidence(draft, step)
        case AssignmentStep():
            draft.record(StepStarted(step.id, step.kind))
            for each in step.tasks:
                ask(draft, f"{step.id}/{each.id}", "assignment", each, step.id)


def _is_complete(draft: Draft, step: Step) -> bool:
    match step:
        case TrainingStep():
            return int(draft.state.fact(f"{step.id}.hours") or 0) >= step.dose.hours
        case DeliveryStep():
            return delivery_complete(draft, step)
        case MentoringStep():
            return mentoring_complete(draft, step)
        case EvidenceStep() | CycleStep():
            return evidence_complete(draft, step)
        case AssignmentStep():
            return all(f"{step.id}/{each.id}" in draft.state.done for each in step.tasks)


def _is_done(state: Participant, step: str) -> bool:
    return step in state.steps and state.steps[step].done_at is not None


def _opened(draft: Draft, gate_id: str, gate: Gate) -> bool:
    """Whether the gate is open; the first time it is, that is recorded with what it read."""
    if gate_id in draft.state.gates:
        return True
    facts = replace(draft.facts, own=draft.state.facts)
    verdict = evaluate(gate, facts, draft.state.id, draft.at, draft.programme.time_zone)
    if verdict.open:
        rule = GATE.dump_python(gate, mode="json", by_alias=True, exclude_none=True)
        draft.record(GateOpened(gate_id, rule, draft.facts.position, verdict.readings))
    return verdict.open


def _certify(draft: Draft) -> None:
    certification = draft.tier.certification
    if certification is None or draft.state.certified_at is not None:
        return
    if _opened(draft, "certify", certification.gate):
        draft.record(Certified(draft.state.tier))
        for opening in draft.tier.opens:
            ask(draft, f"nominate/{opening.tier}", "nominate", opening.nominate, subject=opening.tier)


def _open_next_tier(draft: Draft, opening: Opening) -> None:
    if f"open:{opening.tier}" not in draft.state.gates and _opened(draft, f"open:{opening.tier}", opening.gate):
        ask(draft, f"nominate/{opening.tier}", "nominate", opening.nominate, subject=opening.tier)


def _complete(draft: Draft) -> None:
    state, tier = draft.state, draft.tier
    if not all(_is_done(state, step.id) for step in tier.steps):
        return
    if tier.certification is not None and state.certified_at is None:
        return
    for opening in tier.opens:
        under = [
            child for child in state.children.values() if child.tier == opening.tier and child.ended != "withdrawn"
        ]
        if f"open:{opening.tier}" not in state.gates or len(under) < opening.fan_out.target:
            return
    if all(child.ended is not None for child in state.children.values()):
        draft.record(JourneyCompleted())


# --- evolve


def evolve_journey(state: Participant, event: JourneyEvent, at: datetime) -> Participant:
    match event:
        case Enrolled():
            return _enrolled(state, event, at)
        case TeamCompleted():
            return replace(state, phase="journey")
        case StepStarted():
            return _started(state, event, at)
        case StepCompleted():
            over = replace(state.steps[event.step], done_at=at)
            return with_facts(replace(state, steps=put(state.steps, event.step, over)), {f"{event.step}.done": True})
        case GateOpened():
            state = replace(state, gates=put(state.gates, event.gate, state.version))
            return replace(state, phase="next_tier") if event.gate.startswith("open:") else state
        case DateCame():
            return replace(state, dates=state.dates | {event.at})
        case Certified():
            return with_facts(replace(state, certified_at=at), {"certified": True})
        case ChildEnrolled():
            return _count_children(state, event.child, Child(event.tier))
        case ChildCertified():
            return _count_children(state, event.child, replace(state.children[event.child], certified=True))
        case ChildEnded():
            return _count_children(state, event.child, replace(state.children[event.child], ended=event.how))
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
        seats={each.seat: SeatState(each.role, each.required) for each in event.seats},
    )
    complete = not any(each.required for each in event.seats)
    return with_facts(state, {"seats.filled": 0, "seats.complete": complete})


def _started(state: Participant, event: StepStarted, at: datetime) -> Participant:
    step = StepState(event.what, at, None, event.audience, event.share, event.parts, event.delivers)
    state = with_facts(replace(state, steps=put(state.steps, event.step, step)), {f"{event.step}.started": True})
    return dose_facts(state, event.step) if event.what == "training" else state


def _count_children(state: Participant, child: str, now: Child) -> Participant:
    children = put(state.children, child, now)
    return with_facts(
        replace(state, children=children),
        {
            "children.opened": len(children),
            "children.certified": sum(each.certified for each in children.values()),
            "children.completed": sum(each.ended == "completed" for each in children.values()),
        },
    )


def _ended(state: Participant, phase: Phase, at: datetime) -> Participant:
    """Nothing is asked of a participant that has come to its end."""
    return replace(state, phase=phase, ended_at=at, tasks={})


# --- agenda


def gate_agenda(programme: Programme, state: Participant) -> Iterator[tuple[datetime, Event]]:
    """Local midnights to come on which a gate that is still shut may open by the date alone."""
    for gate_id, gate in gates_of(programme.tier_by_id[state.tier]):
        if gate_id in state.gates:
            continue
        for day in opens_on(gate):
            midnight = instant_on(day, time(0), programme.time_zone)
            if midnight not in state.dates and state.enrolled_at is not None and midnight > state.enrolled_at:
                yield midnight, DateCame(midnight)


# --- questions


def gates_of(tier: Tier) -> Iterator[tuple[str, Gate]]:
    """Every gate of a tier under the id by which the log knows it."""
    yield from ((f"enter:{step.id}", step.enter) for step in tier.steps if step.enter is not None)
    if tier.certification is not None:
        yield "certify", tier.certification.gate
    yield from ((f"open:{opening.tier}", opening.gate) for opening in tier.opens)
