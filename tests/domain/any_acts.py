"""Anything that anybody might do in a tiny rollout, sensible or not, drawn at random."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from domain.calendar import SchoolCalendar
from domain.command import Command
from domain.participant.attendance import RecordAttendance
from domain.participant.corrections import Correct
from domain.participant.deadlines import ExtendDeadline
from domain.participant.evidence import SubmitEvidence
from domain.participant.hosting import CancelSession, MoveSession, PlanSession
from domain.participant.journey import Withdraw
from domain.participant.mentoring import HoldCheckpoint
from domain.participant.reviews import ReviewEvidence
from domain.participant.state import Task
from domain.participant.tasks import CompleteTask
from domain.participant.team import AssignDuty, FreeSeat, NameSubstitute, TakeSeat
from domain.refusal import Refused
from domain.rollout.commands import (
    ChangeCalendar,
    CloseRollout,
    EnrolSchools,
    NominateSchools,
    PauseRollout,
    ResumeRollout,
)
from tests.domain.given import CLERK, HEAD, MANAGER, MEMBER, MENTOR, REASON, REVIEWER, SPARE, STRANGER
from tests.domain.little_world import LittleWorld, place
from tests.domain.tiny import TINY, text

SCHOOLS = ("house", "one", "two", "three")
PERSONS = (MANAGER, HEAD, MEMBER, SPARE, MENTOR, REVIEWER, CLERK, STRANGER)
SEATS = ("head", "member-1", "member-2", "aide", "driver")
ITEMS = (("work", "essay"), ("work", "photo"), ("round", "1-plan"), ("round", "1-act"), ("round", "2-plan"))
CHANGES: dict[str, tuple[dict[str, Any], ...]] = {
    "TaskCompleted": ({"answer": "yes"}, {"answer": "no"}),
    "CheckpointHeld": ({"outcome": "at_risk"}, {"outcome": "on_track"}),
    "EvidenceReviewed": ({"verdict": "accepted"}, {"verdict": "returned"}, {"points": {"clear": 1, "true": 2}}),
    "AttendanceCredited": ({"seats": ["head"]}, {"seats": ["head", "member-1"]}, {"hours": 2}),
}
CHOICES = ("dutiful",) * 24 + ("school",) * 8 + ("wait",) * 4 + ("rollout",)
Act = tuple[type[Command], str, dict[str, Any]]
Asked = tuple[type[Command], dict[str, Any]]


def acts(world: LittleWorld, draw: Any) -> None:
    """One thing that somebody does, or some days in which nobody does anything."""
    choice = draw(st.sampled_from(CHOICES))
    if choice == "wait":
        world.wait(days=draw(st.sampled_from((1, 3, 9, 40))))
        return
    if choice == "dutiful":
        _does_a_task(world, draw)
        return
    school = draw(st.sampled_from((*world.participants, *SCHOOLS)))
    kind, actor, given = _rollout_act(draw) if choice == "rollout" else _school_act(world, school, draw)
    if draw(st.integers(0, 9)) == 0:
        given["happened_at"] = world.now - timedelta(days=draw(st.integers(0, 20)))
    try:
        if choice == "rollout":
            world.ask_rollout(kind, actor, **given)
        else:
            world.ask_school(school, kind, actor, **given)
    except Refused:
        return


def _does_a_task(world: LittleWorld, draw: Any) -> None:
    """Somebody does what is asked, well or not so well."""
    open_tasks = [(school, task) for school, state in world.participants.items() for task in state.tasks.values()]
    if not open_tasks:
        return
    school, task = draw(st.sampled_from(open_tasks))
    verdict = draw(st.sampled_from(("accepted", "accepted", "accepted", "returned", "refused")))
    outcome = draw(st.sampled_from(("on_track", "on_track", "at_risk")))
    does(world, school, task, verdict=verdict, outcome=outcome)


def does(world: LittleWorld, school: str, task: Task, **how: str) -> None:
    """Do a task, if it is still asked and may be done now."""
    try:
        if task.id in world.school(school).tasks:
            world.act(school, task, **how)
    except Refused:
        return


def _rollout_act(draw: Any) -> Act:
    holiday = {"id": "free", "title": text("Free"), "first": "2024-09-16", "last": "2024-09-30"}
    other = SchoolCalendar.model_validate({**TINY["calendar"], "holidays": [holiday]})
    schools = tuple(place(each) for each in draw(st.lists(st.sampled_from(SCHOOLS[1:]), min_size=1, max_size=2)))
    act: Act = draw(
        st.sampled_from(
            (
                (EnrolSchools, MANAGER, {"places": schools, "replaces": draw(st.sampled_from((None, "one")))}),
                (NominateSchools, HEAD, {"parent": "house", "places": schools}),
                (PauseRollout, MANAGER, {}),
                (ResumeRollout, MANAGER, {}),
                (ResumeRollout, MANAGER, {}),
                (ChangeCalendar, MANAGER, {"calendar": other, "reason": REASON}),
                (CloseRollout, MANAGER, {"force": draw(st.integers(0, 5)) == 0}),
            )
        )
    )
    return act


def _school_act(world: LittleWorld, school: str, draw: Any) -> Act:
    state = world.school(school)
    some = draw(st.sampled_from((_staffing, _work, _work, _teaching, _teaching, _correcting, _correcting)))
    kind, given = some(world, state, draw)
    return kind, draw(st.sampled_from((*(MANAGER,) * 12, *PERSONS))), given


def _staffing(world: LittleWorld, state: Any, draw: Any) -> Asked:
    seat, person = {"seat": draw(st.sampled_from(SEATS))}, {"person": draw(st.sampled_from(PERSONS))}
    until = draw(st.sampled_from((None, world.now + timedelta(days=5))))
    act: Asked = draw(
        st.sampled_from(
            (
                (TakeSeat, {**seat, **person}),
                (TakeSeat, {**seat, **person}),
                (FreeSeat, seat),
                (NameSubstitute, {**seat, **person, "until": until}),
                (NameSubstitute, seat),
                (AssignDuty, {**person, "duty": draw(st.sampled_from(("mentor", "reviewer")))}),
            )
        )
    )
    return act


def _work(world: LittleWorld, state: Any, draw: Any) -> Asked:
    task = {"task": draw(st.sampled_from((*state.tasks, *state.done, "ready/go", "no/such")))}
    step, item = draw(st.sampled_from(ITEMS))
    files = [
        {"sha256": letter * 64, "size": 100, "media_type": "application/pdf"}
        for letter in draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=2, unique=True))
    ]
    piece = {"step": step, "item": item}
    verdict = draw(st.sampled_from(("accepted", "accepted", "returned", "refused")))
    points = {"clear": 2, "true": 3} if item == "essay" else {}
    outcome = draw(st.sampled_from(("on_track", "at_risk")))
    due = {"due_at": world.now + timedelta(days=draw(st.integers(-10, 60))), "reason": REASON}
    act: Asked = draw(
        st.sampled_from(
            (
                (CompleteTask, {**task, "answer": draw(st.sampled_from((None, "yes", "no", "stands", "acted")))}),
                (CompleteTask, task),
                (ExtendDeadline, {**task, **due}),
                (SubmitEvidence, {**piece, "artefacts": tuple(files)}),
                (SubmitEvidence, {**piece, "artefacts": tuple(files)}),
                (ReviewEvidence, {**piece, "verdict": verdict, "points": points, "remark": REASON}),
                (ReviewEvidence, {**piece, "verdict": verdict, "points": points, "remark": REASON}),
                (HoldCheckpoint, {"step": "talk", "outcome": outcome}),
            )
        )
    )
    return act


def _teaching(world: LittleWorld, state: Any, draw: Any) -> Asked:
    session = {"session": draw(st.sampled_from((*state.hosted, "house.course.one.1")))}
    starts = {"starts_at": world.now + timedelta(days=draw(st.integers(-1, 10)))}
    definition = {"step": "course", "definition": draw(st.sampled_from(("one", "two")))}
    some = {"participants": tuple(draw(st.lists(st.sampled_from(SCHOOLS[1:]), max_size=2)))}
    absent = {"absent": draw(st.sampled_from(({}, {"one": ("head",)}, {"two": ("member-1",)})))}
    act: Asked = draw(
        st.sampled_from(
            (
                (PlanSession, {**definition, **starts, **some}),
                (PlanSession, {**definition, **starts}),
                (RecordAttendance, {**session, **absent}),
                (RecordAttendance, {**session, **absent}),
                (MoveSession, {**session, **starts}),
                (CancelSession, session),
            )
        )
    )
    return act


def _correcting(world: LittleWorld, state: Any, draw: Any) -> Asked:
    if draw(st.integers(0, 9)) == 0:
        return Withdraw, {"reason": REASON}
    past = [each for each in world.history.get(f"participant:{state.id}", ()) if each.event.kind() in CHANGES]
    version, kind = draw(
        st.sampled_from([(each.version, each.event.kind()) for each in past] or [(1, "TaskCompleted")])
    )
    took_place = draw(st.sampled_from((None, None, world.now - timedelta(days=draw(st.integers(0, 30))))))
    change = {"version": version, "changes": draw(st.sampled_from(CHANGES[kind])), "reason": REASON}
    return Correct, {**change, "took_place": took_place}
