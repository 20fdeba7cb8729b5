"""Hosting: the sessions that a participant's people plan and hold for its children."""

from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace
from pydantic import Field

from domain.command import Command, Instant, TextGiven
from domain.event import Event, TextRef
from domain.identity import school_of
from domain.participant.draft import Draft, text_ref
from domain.participant.state import HostedSession, Participant, put, with_facts
from domain.participant.tasks import ask, done, move, withdraw_task
from domain.refusal import Reason
from domain.step import DeliveryStep, SessionDefinition, TrainingStep
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
    #: participants; none: every child under way
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


class RecordAttendance(Command):
    """A whole session at once: everybody was there, but for these seats of these participants."""

    kind: Literal["RecordAttendance"] = "RecordAttendance"
    session: str = Field(max_length=200)
    absent: dict[str, tuple[Id, ...]] = Field(default_factory=dict)


# --- refusals

NO_DELIVERY = Reason("no_delivery", "{school} holds no sessions of '{step}'; it holds those of {steps}.")
NO_DEFINITION = Reason("no_session_definition", "The step '{step}' has no session '{definition}'; it has {sessions}.")
NO_SESSION = Reason("no_session", "{school} has no session '{session}'; its sessions are {sessions}.")
NOT_A_CHILD = Reason("not_a_child", "'{participant}' is not prepared by {school}; these are: {children}.")
NOBODY_TO_TRAIN = Reason("nobody_to_train", "{school} prepares nobody yet, so there is nobody to hold a session for.")
SESSION_IN_PAST = Reason("session_in_past", "{starts} is over already; a session is planned for a time to come.")
SESSION_OVER = Reason("session_over", "The session '{session}' is {status}; it can no longer be changed.")
NOT_HELD_YET = Reason("not_held_yet", "The session '{session}' begins on {starts}; attendance is recorded afterwards.")
NOT_INVITED = Reason("not_invited", "'{participant}' was not asked to the session '{session}'.")
NO_SUCH_SEAT = Reason("no_such_seat", "{school} has no seat '{seat}' that this session asks for; it asks for {seats}.")
RECORDED_OTHERWISE = Reason(
    "recorded_otherwise", "The attendance of '{session}' is recorded already; to change it, use 'kaskad correct'."
)

# --- decide


def start_delivery(draft: Draft, step: DeliveryStep) -> None:
    """Ask for every session of the children's training to be planned."""
    for definition in sessions_of(draft, step):
        ask(draft, f"{step.id}/plan-{definition.id}", "plan", step.plan, step.id, subject=definition.id)


def delivery_complete(draft: Draft, step: DeliveryStep) -> bool:
    held = {each.definition for each in draft.state.hosted.values() if each.step == step.step and each.status == "held"}
    return all(definition.id in held for definition in sessions_of(draft, step))


def sessions_of(draft: Draft, step: DeliveryStep) -> tuple[SessionDefinition, ...]:
    """The sessions to be held, as the first of the step's tiers defines them."""
    return training_of(draft, step.tiers[0], step.step).sessions


def training_of(draft: Draft, tier: str, step: str) -> TrainingStep:
    found = draft.programme.tier_by_id[tier].step_by_id[step]
    assert isinstance(found, TrainingStep)
    return found


def plan_session(draft: Draft, command: PlanSession) -> None:
    draft.must_be_under_way()
    delivery = _delivery(draft, command.step)
    draft.must_hold(delivery.plan.by)
    definition = next((each for each in sessions_of(draft, delivery) if each.id == command.definition), None)
    if definition is None:
        known = ", ".join(each.id for each in sessions_of(draft, delivery))
        raise NO_DEFINITION(step=command.step, definition=command.definition, sessions=known)
    if command.starts_at <= draft.at:
        raise SESSION_IN_PAST(starts=f"{command.starts_at:%Y-%m-%d %H:%M}")
    invited = _invited(draft, delivery, command.participants)
    if _planned_already(draft, command, invited):
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
    _close_plan_tasks(draft, delivery, definition.id, invited)
    over = command.starts_at + timedelta(hours=definition.hours)
    ask(
        draft,
        f"{delivery.id}/record-{session}",
        "record",
        delivery.record,
        delivery.id,
        subject=session,
        due=draft.due(delivery.record.due, over),
    )


def move_session(draft: Draft, command: MoveSession) -> None:
    session = _changeable(draft, command.session)
    if session.starts_at == command.starts_at:
        return
    if command.starts_at <= draft.at:
        raise SESSION_IN_PAST(starts=f"{command.starts_at:%Y-%m-%d %H:%M}")
    draft.record(SessionMoved(command.session, command.starts_at, text_ref(command.reason)))
    delivery = _delivery(draft, session.step)
    again = f"{delivery.id}/record-{command.session}"
    task = draft.state.tasks.get(again)
    if task is not None:
        move(draft, task, command.starts_at - session.starts_at, "calendar")


def cancel_session(draft: Draft, command: CancelSession) -> None:
    found = draft.state.hosted.get(command.session)
    if found is not None and found.status == "cancelled":
        return
    session = _changeable(draft, command.session)
    draft.record(SessionCancelled(command.session, text_ref(command.reason)))
    delivery = _delivery(draft, session.step)
    withdraw_task(draft, f"{delivery.id}/record-{command.session}")
    ask(
        draft,
        f"{delivery.id}/plan-{session.definition}-again-{command.session.rpartition('.')[2]}",
        "plan",
        delivery.plan,
        delivery.id,
        subject=session.definition,
    )


def record_attendance(draft: Draft, command: RecordAttendance) -> None:
    draft.must_be_under_way()
    session = _hosted(draft, command.session)
    delivery = _delivery(draft, session.step)
    draft.must_hold(delivery.record.by)
    absent = {_child(draft, each): tuple(sorted(set(seats))) for each, seats in command.absent.items() if seats}
    for participant in absent:
        if participant not in session.participants:
            raise NOT_INVITED(participant=school_of(participant), session=command.session)
    _check_seats(draft, session, absent)
    if session.status == "held":
        if dict(session.absent) != absent:
            raise RECORDED_OTHERWISE(session=command.session)
        return
    if session.status == "cancelled":
        raise SESSION_OVER(session=command.session, status="cancelled")
    if draft.at < session.starts_at:
        raise NOT_HELD_YET(session=command.session, starts=f"{session.starts_at:%Y-%m-%d %H:%M}")
    draft.record(AttendanceRecorded(command.session, absent))
    done(draft, f"{delivery.id}/record-{command.session}")


def welcome_child(draft: Draft, participant: str, tier: str) -> None:
    """A child that came later joins what is still to be held, and what it missed is planned again for it."""
    for step in draft.tier.steps:
        if not isinstance(step, DeliveryStep) or tier not in step.tiers or step.id not in draft.state.steps:
            continue
        hosted = [(name, each) for name, each in draft.state.hosted.items() if each.step == step.step]
        for definition in sessions_of(draft, step):
            planned = [name for name, each in hosted if each.definition == definition.id and each.status == "planned"]
            held = any(each.definition == definition.id and each.status == "held" for _, each in hosted)
            if planned:
                draft.record(SessionWidened(planned[-1], participant))
            elif held:
                ask(
                    draft,
                    f"{step.id}/plan-{definition.id}-{school_of(participant)}",
                    "plan",
                    step.plan,
                    step.id,
                    subject=f"{definition.id} {school_of(participant)}",
                )


def _delivery(draft: Draft, step: str) -> DeliveryStep:
    deliveries = [each for each in draft.tier.steps if isinstance(each, DeliveryStep)]
    for each in deliveries:
        if each.step == step:
            return each
    known = ", ".join(each.step for each in deliveries) or "nobody"
    raise NO_DELIVERY(school=draft.state.school, step=step, steps=known)


def _invited(draft: Draft, delivery: DeliveryStep, chosen: tuple[str, ...]) -> tuple[str, ...]:
    under_way = {
        name: child
        for name, child in draft.state.children.items()
        if child.ended is None and child.tier in delivery.tiers
    }
    if not under_way:
        raise NOBODY_TO_TRAIN(school=draft.state.school)
    if not chosen:
        return tuple(sorted(under_way))
    return tuple(sorted({_child(draft, each) for each in chosen}))


def _child(draft: Draft, name: str) -> str:
    """A child by its participant id or its school."""
    wanted = name if "/" in name else f"{draft.state.rollout}/{name}"
    if wanted not in draft.state.children:
        known = ", ".join(school_of(each) for each in draft.state.children) or "nobody"
        raise NOT_A_CHILD(participant=name, school=draft.state.school, children=known)
    return wanted


def _planned_already(draft: Draft, command: PlanSession, invited: tuple[str, ...]) -> bool:
    return any(
        (each.step, each.definition, each.starts_at, each.participants)
        == (command.step, command.definition, command.starts_at, invited)
        and each.status == "planned"
        for each in draft.state.hosted.values()
    )


def _session_id(draft: Draft, command: PlanSession) -> str:
    """Unique in the rollout: host, step and session, counted."""
    stem = f"{draft.state.school}.{command.step}.{command.definition}"
    return f"{stem}.{sum(name.rpartition('.')[0] == stem for name in draft.state.hosted) + 1}"


def _close_plan_tasks(draft: Draft, delivery: DeliveryStep, definition: str, invited: tuple[str, ...]) -> None:
    """The tasks that this session answers: the general one, one after a cancellation, those of late-comers."""
    stem = f"{delivery.id}/plan-{definition}"
    late = {f"{stem}-{school_of(each)}" for each in invited}
    for task in list(draft.state.tasks):
        if task == stem or task in late or task.startswith(f"{stem}-again-"):
            done(draft, task)


def _hosted(draft: Draft, session: str) -> HostedSession:
    found = draft.state.hosted.get(session)
    if found is None:
        known = ", ".join(draft.state.hosted) or "none yet"
        raise NO_SESSION(school=draft.state.school, session=session, sessions=known)
    return found


def _check_seats(draft: Draft, session: HostedSession, absent: dict[str, tuple[str, ...]]) -> None:
    """Whoever is marked absent has a seat that the session asks for."""
    for participant, seats in absent.items():
        tier = draft.programme.tier_by_id[draft.state.children[participant].tier]
        audience = training_of(draft, tier.id, session.step).audience
        known = [seat.id for seat in tier.seats if not audience or seat.role in audience]
        for seat in seats:
            if seat not in known:
                raise NO_SUCH_SEAT(seat=seat, school=school_of(participant), seats=", ".join(known))


def _changeable(draft: Draft, name: str) -> HostedSession:
    draft.must_be_under_way()
    session = _hosted(draft, name)
    draft.must_hold(_delivery(draft, session.step).plan.by)
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
