"""People who do what they are asked: for every kind of task, what a dutiful person does about it."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from domain import task_ids
from domain.calendar import due_at
from domain.participant.attendance import RecordAttendance
from domain.participant.draft import holders_of
from domain.participant.evidence import SubmitEvidence, items_of
from domain.participant.hosting import CancelSession, PlanSession
from domain.participant.mentoring import HoldCheckpoint
from domain.participant.reviews import ReviewEvidence
from domain.participant.state import Task
from domain.participant.tasks import CompleteTask
from domain.participant.team import AssignDuty, TakeSeat
from domain.programme import Programme
from domain.rollout.commands import NominateSchools, Place
from domain.step import (
    AssignmentStep,
    CycleStep,
    DeliveryStep,
    EvidenceItem,
    EvidenceStep,
    Step,
    TrainingStep,
)
from domain.text import Text
from tests.domain.world import World


class PeopledWorld(World):
    """A rollout with a person for every seat."""

    def __init__(self, programme: Programme, rollout_id: str, now: datetime, *, twice: bool = False) -> None:
        super().__init__(programme, rollout_id, now, twice=twice)
        self._persons = 0

    def person(self) -> str:
        self._persons += 1
        return f"p-{self._persons:08d}"

    def place(self, school: str, tier: str, region: str = "astana") -> Place:
        seats = self.programme.tier_by_id[tier].seats
        persons = {seat.id: self.person() for seat in seats if seat.required}
        names = Text(kk=school, ru=school, en=school)
        return Place(school=school, tier=tier, names=names, region=region, language="both", persons=persons)

    def holder(self, school: str, role: str) -> str:
        """Whoever holds a role at a school: a seat, a duty or an office; where nobody does, the programme manager."""
        offices = [person for person, rights in self.rights.items() if role in rights]
        managers = [person for person, rights in self.rights.items() if "programme-manager" in rights]
        return [*holders_of(self.school(school), role, self.now), *offices, *managers][0]

    def act(self, school: str, task: Task, *, verdict: str = "accepted", outcome: str = "on_track") -> None:
        """What a dutiful person does about a task."""
        actor = self.holder(school, task.role)
        match task.kind:
            case "assignment":
                self.ask_school(school, CompleteTask, actor, task=task.id, answer=self._answer(school, task))
            case "decide" if task_ids.read(task.id).of == task_ids.DUTY:
                self.ask_school(school, AssignDuty, actor, duty=task.subject, person=self.person())
            case "decide" if task_ids.is_decision(task.id, task_ids.ABOUT_JOURNEY):
                self.ask_school(school, CompleteTask, actor, task=task.id, answer="stands")
            case "decide":
                self.ask_school(school, CompleteTask, actor, task=task.id, answer="acted")
            case "checkpoint":
                number = int(task.subject or 0)
                self.ask_school(school, HoldCheckpoint, actor, step=task.step, outcome=outcome, number=number)
            case "submit":
                self._submit(school, actor, task)
            case "review":
                self._review(school, actor, task, verdict)
            case "plan":
                self._plan(school, actor, task)
            case "record" if not self.school(school).hosted[task.subject or ""].participants:
                self.ask_school(school, CancelSession, actor, session=task.subject)
            case "record":
                self.ask_school(school, RecordAttendance, actor, session=task.subject)
            case "nominate":
                self._nominate(school, actor, task)
            case "fill_seats":
                self._fill_seats(school, actor)

    def _step(self, school: str, task: Task) -> Step:
        return self.programme.tier_by_id[self.school(school).tier].step_by_id[task.step or ""]

    def _answer(self, school: str, task: Task) -> str | None:
        step = self._step(school, task)
        assert isinstance(step, AssignmentStep)
        (asked,) = (each for each in step.tasks if f"{step.id}/{each.id}" == task.id)
        return asked.answers[0] if asked.answers else None

    def _item(self, school: str, task: Task) -> EvidenceItem:
        step = self._step(school, task)
        assert isinstance(step, EvidenceStep | CycleStep)
        return dict(items_of(step))[task.subject or ""]

    def _submit(self, school: str, actor: str, task: Task) -> None:
        accepts = self._item(school, task).accepts
        digests = [sha256(f"{task.id}/{number}".encode()).hexdigest() for number in range(accepts.min_files)]
        files = tuple({"sha256": each, "size": 100, "media_type": accepts.media_types[0]} for each in digests)
        self.ask_school(school, SubmitEvidence, actor, step=task.step, item=task.subject, artefacts=files)

    def _review(self, school: str, actor: str, task: Task, verdict: str) -> None:
        review = self._item(school, task).review
        assert review is not None
        criteria = self.programme.rubrics[review.rubric].criteria if review.rubric else ()
        given: dict[str, Any] = {"step": task.step, "item": task.subject, "verdict": verdict}
        given["points"] = {each.id: each.points for each in criteria}
        given["remark"] = {"id": "t-1", "hash": "a" * 64}
        self.ask_school(school, ReviewEvidence, actor, **given)

    def _plan(self, school: str, actor: str, task: Task) -> None:
        """On the morning of the day by which the definition wants it, else in a week."""
        step = self._step(school, task)
        assert isinstance(step, DeliveryStep)
        training = self.programme.tier_by_id[step.tiers[0]].step_by_id[step.step]
        assert isinstance(training, TrainingStep)
        definition, *some = (task.subject or "").split()
        (session,) = (each for each in training.sessions if each.id == definition)
        held = due_at(session.held, task.asked_at, self.programme.calendar, self.programme.time_zone)
        starts = max(held - timedelta(hours=8), self.now + timedelta(days=7))
        given: dict[str, Any] = {"step": step.step, "definition": definition, "starts_at": starts}
        self.ask_school(school, PlanSession, actor, **given, participants=tuple(some))

    def _nominate(self, school: str, actor: str, task: Task) -> None:
        state, tier = self.school(school), task.subject or ""
        opening = self.programme.opening(state.tier, tier)
        assert opening is not None
        wanted = opening.fan_out.target - state.nominated.get(tier, 0)
        known = len(self.rollout.roster)
        names = [f"{school}-{known + number}" for number in range(wanted)]
        places = tuple(self.place(name, tier, state.region) for name in names)
        if places:
            self.ask_rollout(NominateSchools, actor, parent=school, places=places)

    def _fill_seats(self, school: str, actor: str) -> None:
        for name, seat in self.school(school).seats.items():
            if seat.required and seat.person is None:
                self.ask_school(school, TakeSeat, actor, seat=name, person=self.person())
