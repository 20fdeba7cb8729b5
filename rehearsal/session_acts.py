"""Sessions as simulated trainers plan them and record who was there."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from domain.calendar import due_at
from domain.identity import participant_id
from domain.participant.attendance import RecordAttendance
from domain.participant.hosting import CancelSession, PlanSession
from domain.participant.plans import plan_in
from domain.participant.state import Participant, Task
from domain.step import DeliveryStep, TrainingStep
from rehearsal.acting import Acting
from rehearsal.deed import Deed, Turn
from rehearsal.drawing import happens
from rehearsal.scene import Scene

_A_WEEK = timedelta(days=7)
_BEFORE_DUE = timedelta(hours=8)


def plan(acting: Acting, scene: Scene, turn: Turn, state: Participant, task: Task, now: datetime) -> Deed:
    """For the schools that are named, or for everybody.

    In the morning of the day by which the definition wants it, else in a week; so also for those who had it before.
    """
    step = acting.programme.tier_by_id[state.tier].step_by_id[task.step or ""]
    assert isinstance(step, DeliveryStep)
    name, schools = plan_in(task)
    definition = acting.sessions(step)[name]
    held = due_at(definition.held, task.asked_at, acting.timing.calendar, acting.timing.time_zone)
    starts = held - _BEFORE_DUE
    if starts < now + _A_WEEK or _have_had(scene, state, schools, step.step, name):
        starts = acting.timing.after(now, 7)
    given: dict[str, Any] = {"step": step.step, "definition": definition.id, "starts_at": starts}
    command = acting.command(PlanSession, turn, now, **given, participants=schools)
    return Deed(((turn.stream, command),))


def _have_had(scene: Scene, state: Participant, schools: Sequence[str], step: str, definition: str) -> bool:
    """Whether all that is asked is to hold a session again for those who were at it, and too few of them."""
    children = [scene.participant(participant_id(state.rollout, school)) for school in schools]
    return bool(children) and all(
        (step, definition) in {(each.step, each.definition) for each in child.bookings.values()} for child in children
    )


def record(acting: Acting, scene: Scene, turn: Turn, state: Participant, task: Task, now: datetime) -> Deed:
    """Everybody was there but for a few; where nobody had come to the training, nothing was held."""
    session = state.hosted[task.subject or ""]
    if not session.participants:
        return Deed(((turn.stream, acting.command(CancelSession, turn, now, session=task.subject)),))
    absent = {}
    for participant in session.participants:
        child = scene.participant(participant)
        if child.ended:
            continue
        training = acting.programme.tier_by_id[child.tier].step_by_id[session.step]
        assert isinstance(training, TrainingStep)
        seats = _absent(acting, child, training.audience, task.subject or "")
        if seats:
            absent[participant] = seats
    command = acting.command(RecordAttendance, turn, now, session=task.subject, absent=absent)
    return Deed(((turn.stream, command),))


def _absent(acting: Acting, child: Participant, audience: tuple[str, ...], session: str) -> tuple[str, ...]:
    per_cent = acting.plan.habits.attendance.absent
    return tuple(
        name
        for name, seat in child.seats.items()
        if seat.person is not None
        and (not audience or seat.role in audience)
        and happens(per_cent, acting.plan.seed, seat.person, session, "absent")
    )
