"""Hosting: the sessions that a participant's people plan and hold for its children."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace
from pydantic import Field

from domain import task_ids
from domain.command import Command, Instant, TextGiven
from domain.event import Event, TextRef
from domain.identity import nearest, participant_id, rollout_and_school, school_of, session_id
from domain.participant.deadlines import move
from domain.participant.draft import Draft, text_ref
from domain.participant.plans import (
    ask_again,
    expected_at,
    is_for_nobody,
    is_invited,
    sessions_of,
    settle_plans,
)
from domain.participant.state import HostedSession, Participant, put, with_facts
from domain.participant.tasks import ask, withdraw_task
from domain.refusal import Reason, Refused
from domain.step import DeliveryStep
from domain.text import Id

# --- events


class SessionPlanned(Event, frozen=True, tag="SessionPlanned"):
    """On the stream of the host: a session for some or all of its children. `step` is the children's training."""

    session: str
    step: str
    definition: str
    starts_at: datetime
    hours: int
    mode: str
    participants: tuple[str, ...]
    delivery: str = ""
    place: TextRef | None = None


class SessionWidened(Event, frozen=True, tag="SessionWidened"):
    """A participant that came later joins a session that is still to be held."""

    session: str
    participant: str


class SessionMoved(Event, frozen=True, tag="SessionMoved"):
    session: str
    starts_at: datetime
    reason: TextRef | None = None


class SessionCancelled(Event, frozen=True, tag="SessionCancelled"):
    session: str
    reason: TextRef | None = None


class AttendanceRecorded(Event, frozen=True, tag="AttendanceRecorded"):
    """Everybody was there, but for these: participant -> seats."""

    session: str
    absent: dict[str, tuple[str, ...]]


HostingEvent = SessionPlanned | SessionWidened | SessionMoved | SessionCancelled | AttendanceRecorded

# --- commands


class PlanSession(Command):
    """Plan a session of the children's training, for all children or for some (a catch-up)."""

    kind: Literal["PlanSession"] = "PlanSession"
    step: Id
    definition: Id
    starts_at: Instant
    #: participants; none: every child under way that is not asked to it yet, or all once more when all have had it
    participants: tuple[str, ...] = ()
    place: TextGiven | None = None


class MoveSession(Command):
    kind: Literal["MoveSession"] = "MoveSession"
    session: str = Field(max_length=200)
    starts_at: Instant
    reason: TextGiven | None = None


class CancelSession(Command):
    kind: Literal["CancelSession"] = "CancelSession"
    session: str = Field(max_length=200)
    reason: TextGiven | None = None


# --- refusals

NO_DELIVERY = Reason("no_delivery", "{school} holds no sessions of '{step}'; it holds those of {steps}.")
NO_DEFINITION = Reason("no_session_definition", "The step '{step}' has no session '{definition}'; it has {sessions}.")
NO_SESSION = Reason("no_session", "{school} has no session '{session}'; its sessions are {sessions}.")
PLANNED_OTHERWISE = Reason(
    "planned_otherwise",
    "'{definition}' is planned already, as '{session}' on {starts}; 'kaskad session move' changes when.",
)
NOT_A_CHILD = Reason("not_a_child", "'{participant}' is not prepared by {school}{hint}.")
NOT_EXPECTED = Reason(
    "not_expected", "'{participant}' has not come to '{step}' yet; it is asked to the sessions when it has."
)
NOBODY_TO_TRAIN = Reason("nobody_to_train", "{school} prepares nobody yet, so there is nobody to hold a session for.")
SESSION_IN_PAST = Reason("session_in_past", "{starts} is over already; a session is planned for a time to come.")
SESSION_OVER = Reason("session_over", "The session '{session}' is {status}; it can no longer be changed.")

# --- decide


def plan_session(draft: Draft, command: PlanSession) -> None:
    draft.must_be_under_way()
    delivery = delivery_of(draft, command.step)
    draft.must_hold(delivery.plan.by)
    definition = next((each for each in sessions_of(draft, delivery) if each.id == command.definition), None)
    if definition is None:
        known = ", ".join(each.id for each in sessions_of(draft, delivery))
        raise NO_DEFINITION(step=command.step, definition=command.definition, sessions=known)
    if command.starts_at <= draft.at:
        raise SESSION_IN_PAST(starts=draft.clock(command.starts_at))
    draft.must_not_be_far(command.starts_at)
    invited = _invited(draft, delivery, command)
    if invited is None:
        return
    session = _session_id(draft, command)
    draft.record(
        SessionPlanned(
            session=session,
            step=command.step,
            definition=definition.id,
            starts_at=command.starts_at,
            hours=definition.hours,
            mode=definition.mode,
            participants=invited,
            delivery=delivery.id,
            place=text_ref(command.place),
        )
    )
    settle_plans(draft, delivery)
    due = _record_due(draft, delivery, command.starts_at, definition.hours)
    ask(draft, task_ids.record(delivery.id, session), "record", delivery.record, delivery.id, subject=session, due=due)


def move_session(draft: Draft, command: MoveSession) -> None:
    session = _changeable(draft, command.session)
    if session.starts_at == command.starts_at:
        return
    if command.starts_at <= draft.at:
        raise SESSION_IN_PAST(starts=draft.clock(command.starts_at))
    draft.must_not_be_far(command.starts_at)
    draft.record(SessionMoved(command.session, command.starts_at, text_ref(command.reason)))
    delivery = delivery_of(draft, session.step)
    task = draft.state.tasks.get(task_ids.record(delivery.id, command.session))
    if task is not None:
        due = _record_due(draft, delivery, command.starts_at, session.hours)
        move(draft, task, due - task.due_at, "session")


def cancel_session(draft: Draft, command: CancelSession) -> None:
    found = draft.state.hosted.get(command.session)
    if found is not None and found.status == "cancelled":
        return
    session = _changeable(draft, command.session)
    draft.record(SessionCancelled(command.session, text_ref(command.reason)))
    delivery = delivery_of(draft, session.step)
    withdraw_task(draft, task_ids.record(delivery.id, command.session))
    ask_again(draft, delivery, command.session)


def delivery_of(draft: Draft, step: str) -> DeliveryStep:
    deliveries = [each for each in draft.tier.steps if isinstance(each, DeliveryStep)]
    for each in deliveries:
        if each.step == step:
            return each
    known = ", ".join(each.step for each in deliveries) or "nobody"
    raise NO_DELIVERY(school=draft.state.school, step=step, steps=known)


def _invited(draft: Draft, delivery: DeliveryStep, command: PlanSession) -> tuple[str, ...] | None:
    """Who is asked to the session, nobody if nobody is expected yet; None when exactly that is planned already."""
    if is_for_nobody(draft, delivery):
        raise NOBODY_TO_TRAIN(school=draft.state.school)
    expected = expected_at(draft, delivery)
    chosen = tuple(sorted({child_named(draft, each) for each in command.participants}))
    for each in chosen:
        if each not in expected:
            raise _not_expected(draft, delivery, each, expected)
    new = chosen or tuple(each for each in expected if not is_invited(draft, command.step, command.definition, each))
    planned = [
        (name, session)
        for name, session in draft.state.hosted.items()
        if (session.step, session.definition, session.status) == (command.step, command.definition, "planned")
    ]
    same = [session for _, session in planned if session.starts_at == command.starts_at]
    if any(set(new) <= set(session.participants) for session in same):
        return None
    asked = new or expected
    for name, session in planned:
        if set(asked).intersection(session.participants) or not (asked or session.participants):
            raise PLANNED_OTHERWISE(definition=command.definition, session=name, starts=draft.clock(session.starts_at))
    return asked


def _not_expected(draft: Draft, delivery: DeliveryStep, child: str, expected: tuple[str, ...]) -> Refused:
    known = draft.state.children[child]
    if known.ended is None and delivery.step in known.awaits:
        return NOT_EXPECTED(participant=school_of(child), step=delivery.step)
    return _not_a_child(draft, school_of(child), expected)


def _record_due(draft: Draft, delivery: DeliveryStep, starts: datetime, hours: int) -> datetime:
    return draft.due(delivery.record.due, starts + timedelta(hours=hours))


def child_named(draft: Draft, name: str) -> str:
    """A child by its participant id or its school."""
    rollout, school = rollout_and_school(name)
    wanted = participant_id(rollout or draft.state.rollout, school)
    if wanted not in draft.state.children:
        raise _not_a_child(draft, school, draft.state.children)
    return wanted


def _not_a_child(draft: Draft, school: str, children: Iterable[str]) -> Refused:
    known = [school_of(each) for each in children]
    close = nearest(school, known)
    hint = f"; did you mean '{close}'?" if close else f"; it prepares {', '.join(known) or 'nobody'}"
    return NOT_A_CHILD(participant=school, school=draft.state.school, hint=hint)


def _session_id(draft: Draft, command: PlanSession) -> str:
    planned = [(each.step, each.definition) for each in draft.state.hosted.values()]
    number = planned.count((command.step, command.definition)) + 1
    return session_id(draft.state.school, command.step, command.definition, number)


def session_named(draft: Draft, session: str) -> HostedSession:
    found = draft.state.hosted.get(session)
    if found is None:
        known = ", ".join(draft.state.hosted) or "none yet"
        raise NO_SESSION(school=draft.state.school, session=session, sessions=known)
    return found


def _changeable(draft: Draft, name: str) -> HostedSession:
    draft.must_be_under_way()
    session = session_named(draft, name)
    draft.must_hold(delivery_of(draft, session.step).plan.by)
    if session.status != "planned":
        raise SESSION_OVER(session=name, status=session.status)
    return session


# --- evolve


def evolve_hosting(state: Participant, event: HostingEvent, at: datetime) -> Participant:
    match event:
        case SessionPlanned():
            session = HostedSession(
                event.step, event.definition, event.starts_at, event.hours, event.mode, event.participants
            )
            return replace(state, hosted=put(state.hosted, event.session, session))
        case SessionWidened():
            wider = tuple(sorted({*state.hosted[event.session].participants, event.participant}))
            return _hosting(state, event.session, participants=wider)
        case SessionMoved():
            return _hosting(state, event.session, starts_at=event.starts_at)
        case SessionCancelled():
            return _hosting(state, event.session, status="cancelled")
        case AttendanceRecorded():
            state = _hosting(state, event.session, status="held", absent=event.absent)
            return _count_held(state, state.hosted[event.session].step)


def _hosting(state: Participant, session: str, **changes: object) -> Participant:
    return replace(state, hosted=put(state.hosted, session, replace(state.hosted[session], **changes)))


def _count_held(state: Participant, step: str) -> Participant:
    """`<delivery>.sessions`; a delivery that has not started has no such fact yet."""
    held = sum(each.status == "held" and each.step == step for each in state.hosted.values())
    deliveries = [name for name, each in state.steps.items() if each.delivers == step]
    return with_facts(state, {f"{name}.sessions": held for name in deliveries})
