"""What follows for other streams from what happens to a participant: the commands that are sent to them."""

from collections.abc import Iterator
from typing import Any

import msgspec

from domain import gate_ids
from domain.command import Command
from domain.event import Event
from domain.history import Corrected
from domain.identity import participant_stream, peers_of, rollout_stream
from domain.participant import (
    attending,
    catching_up,
    children,
    hosting,
    journey,
    left_behind,
    steps,
    team,
)
from domain.participant.dose import to_be_had, to_catch_up
from domain.participant.plans import may_begin_later
from domain.participant.state import Participant
from domain.programme import Programme
from domain.rollout import commands as to_rollout
from domain.step import TrainingStep


class Onward(msgspec.Struct, frozen=True):
    """A command for another stream. The door gives it its id, made of the event and the target."""

    stream: str
    command: type[Command]
    arguments: dict[str, Any]


def consequences(programme: Programme, before: Participant, state: Participant, event: Event) -> Iterator[Onward]:
    """The commands that an event brings about elsewhere; `state` is that after the event."""
    match event:
        case (
            journey.Enrolled()
            | journey.Certified()
            | journey.Withdrawn()
            | journey.JourneyCompleted()
            | journey.JourneyClosed()
        ):
            yield from _tell_above(state, event)
            if isinstance(event, journey.Withdrawn):
                yield from _tell_below(state)
        case left_behind.HandedOver():
            yield from _go_on_below(programme, state, event.parent)
        case steps.GateOpened(gate=gate) if tier := gate_ids.tier_behind(gate):
            yield Onward(rollout_stream(state.rollout), to_rollout.OpenTier, {"parent": state.id, "tier": tier})
        case children.ChildEnrolled():
            yield from _duties_for(programme, state, event.child)
        case team.SeatTaken():
            for child, each in state.children.items():
                if each.ended is None:
                    yield from _duties_for(programme, state, child, event.role)
        case hosting.SessionPlanned():
            yield from _book(state, event.session, event.participants)
        case hosting.SessionWidened():
            yield from _book(state, event.session, (event.participant,))
        case hosting.SessionMoved():
            yield from _book(state, event.session, state.hosted[event.session].participants)
        case hosting.SessionCancelled():
            for child in state.hosted[event.session].participants:
                yield Onward(participant_stream(child), attending.UnbookSession, {"session": event.session})
        case hosting.AttendanceRecorded():
            yield from _credit(state, event)
        case steps.StepStarted():
            yield from _expect(programme, state, event.step)
            yield from _catch_up(programme, state)
        case attending.AttendanceCredited() | Corrected():
            yield from _catch_up(programme, state)
        case _:
            pass
    yield from _reconsider(programme, before, state)


def _tell_above(state: Participant, event: Event) -> Iterator[Onward]:
    """The rollout keeps the roster, the parent keeps count of its children."""
    what = {
        journey.Enrolled: "enrolled",
        journey.Certified: "certified",
        journey.Withdrawn: "withdrawn",
        journey.JourneyCompleted: "completed",
        journey.JourneyClosed: "closed",
    }[type(event)]
    if what != "enrolled":
        arguments = {"participant": state.id, "what": what}
        yield Onward(rollout_stream(state.rollout), to_rollout.NoteParticipant, arguments)
    if state.parent is not None:
        yield Onward(
            participant_stream(state.parent), journey.NoteChild, {"child": state.id, "tier": state.tier, "what": what}
        )


def _tell_below(state: Participant) -> Iterator[Onward]:
    for child, each in state.children.items():
        if each.ended is None:
            yield Onward(participant_stream(child), left_behind.NoteParentLeft, {"parent": state.id})


def _go_on_below(programme: Programme, state: Participant, parent: str) -> Iterator[Onward]:
    """The new parent hears of the child as it is, and is asked for the sessions that it has not had."""
    trainings = [step for step in programme.tier_by_id[state.tier].steps if isinstance(step, TrainingStep)]
    begun = tuple(step.id for step in trainings if step.id in state.steps)
    child = {"child": state.id, "tier": state.tier}
    yield Onward(participant_stream(parent), journey.NoteChild, {**child, "what": "enrolled", "begun": begun})
    if state.certified_at is not None:
        yield Onward(participant_stream(parent), journey.NoteChild, {**child, "what": "certified"})
    for training in trainings:
        is_expected = training.id in begun or not may_begin_later(training)
        for definition in to_be_had(state, training) if is_expected else ():
            arguments = {"child": state.id, "step": training.id, "definition": definition}
            yield Onward(participant_stream(parent), catching_up.AskToCatchUp, arguments)
    # its gates may open on the facts of the new parent
    yield Onward(participant_stream(state.id), journey.Reconsider, {})


def _duties_for(programme: Programme, state: Participant, child: str, role: str | None = None) -> Iterator[Onward]:
    """Duties towards a child that go with a seat of this team."""
    for duty in programme.tier_by_id[state.children[child].tier].duties:
        if duty.from_parent is None or role not in (None, duty.from_parent):
            continue
        holder = next(
            (seat.person for seat in state.seats.values() if seat.role == duty.from_parent and seat.person), None
        )
        if holder is not None:
            yield Onward(participant_stream(child), team.AssignDuty, {"duty": duty.role, "person": holder})


def _book(state: Participant, name: str, children: tuple[str, ...]) -> Iterator[Onward]:
    session = state.hosted[name]
    for child in children:
        yield Onward(
            participant_stream(child),
            attending.BookSession,
            {
                "session": name,
                "step": session.step,
                "definition": session.definition,
                "starts_at": session.starts_at,
                "hours": session.hours,
                "mode": session.mode,
                "host": state.id,
            },
        )


def _credit(state: Participant, event: hosting.AttendanceRecorded) -> Iterator[Onward]:
    session = state.hosted[event.session]
    for child in session.participants:
        yield Onward(
            participant_stream(child),
            attending.CreditAttendance,
            {
                "session": event.session,
                "step": session.step,
                "hours": session.hours,
                "absent": event.absent.get(child, ()),
            },
        )


def _expect(programme: Programme, state: Participant, step: str) -> Iterator[Onward]:
    """Whoever trains it hears when it has come to a training that it could not begin at once."""
    training = programme.tier_by_id[state.tier].step_by_id.get(step)
    if state.parent is not None and isinstance(training, TrainingStep) and may_begin_later(training):
        arguments = {"child": state.id, "step": step}
        yield Onward(participant_stream(state.parent), catching_up.ExpectChild, arguments)


def _catch_up(programme: Programme, state: Participant) -> Iterator[Onward]:
    """Whoever trains it is asked to hold again what too few of it attended."""
    if state.parent is None or state.ended:
        return
    for training in programme.tier_by_id[state.tier].steps:
        if isinstance(training, TrainingStep):
            for definition in to_catch_up(state, training):
                arguments = {"child": state.id, "step": training.id, "definition": definition}
                yield Onward(participant_stream(state.parent), catching_up.AskToCatchUp, arguments)


def _reconsider(programme: Programme, before: Participant, state: Participant) -> Iterator[Onward]:
    """Whose gates read a fact that has just changed."""
    if before.facts is state.facts:
        return
    changed = {name for name, fact in state.facts.items() if before.facts.get(name) != fact}
    if state.parent is not None and changed & _read_by(programme, programme.parents_of[state.tier], "children"):
        yield Onward(participant_stream(state.parent), journey.Reconsider, {})
    yield from _reconsider_below(programme, state, changed)
    if changed & _read_by(programme, (state.tier,), "peers"):
        yield Onward(peers_of(state.id), journey.Reconsider, {})


def _reconsider_below(programme: Programme, state: Participant, changed: set[str]) -> Iterator[Onward]:
    """What the children could read is asked first: a team at the top has thousands, who read next to nothing."""
    if not changed & _read_by(programme, programme.tiers_below[state.tier], "parent"):
        return
    below = {child.tier for child in state.children.values()}
    if changed & _read_by(programme, tuple(below), "parent"):
        for child, each in state.children.items():
            if each.ended is None:
                yield Onward(participant_stream(child), journey.Reconsider, {})


def _read_by(programme: Programme, tiers: tuple[str, ...], relation: str) -> frozenset[str]:
    names: set[str] = set()
    for tier in tiers:
        for read in programme.tier_by_id[tier].facts_of_others.values():
            names |= read.get(relation, frozenset())
    return frozenset(names)
