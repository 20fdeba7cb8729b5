"""What simulated people do about a task: the very commands that real people's command line sends."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from domain.calendar import due_at
from domain.command import Command
from domain.identity import rollout_stream
from domain.participant.evidence import ArtefactGiven, ReviewEvidence, SubmitEvidence, items_of
from domain.participant.hosting import PlanSession, RecordAttendance
from domain.participant.mentoring import HoldCheckpoint
from domain.participant.state import Participant, Task
from domain.participant.tasks import CompleteTask
from domain.participant.team import TakeSeat
from domain.programme import Programme
from domain.rollout.commands import NominateSchools
from domain.step import CycleStep, DeliveryStep, EvidenceItem, EvidenceStep, SessionDefinition, TrainingStep
from eventlog.record import NewText
from rehearsal.cast import made_up_places, person_id
from rehearsal.deed import Deed, Turn, given_text
from rehearsal.drawing import digest, draw, draw_between, happens, pick
from rehearsal.pages import page
from rehearsal.plan import Plan
from rehearsal.scene import Scene
from rehearsal.timing import Timing

PDF = "application/pdf"
_A_WEEK = timedelta(days=7)
_BEFORE_DUE = timedelta(hours=8)


class Acting:
    """Turns what a person is asked into what the person does, by the habits and the seed."""

    def __init__(self, plan: Plan, timing: Timing) -> None:
        self.plan = plan
        self.timing = timing

    @property
    def programme(self) -> Programme:
        return self.plan.programme

    def command(self, kind: type[Command], turn: Turn, now: datetime, number: int = 0, **arguments: Any) -> Command:
        """The id says who acts for what, so that the same turn is the same command."""
        name = f"{turn.stream.partition(':')[2]}/{turn.what}/{turn.person}/{number}"
        if len(name) > 200:
            name = f"{name[:150]}-{digest(0, name)[:40]}"
        return kind(id=f"{name}", actor=turn.person, at=now, entered_by="rehearsal", **arguments)

    def about_task(self, scene: Scene, turn: Turn, task: Task, now: datetime) -> Deed:
        state = scene.participants[turn.stream]
        does: dict[str, Callable[[Scene, Turn, Participant, Task, datetime], Deed]] = {
            "fill_seats": self._fill_seats,
            "assignment": self._complete,
            "decide": self._decide,
            "submit": self._submit,
            "review": self._review,
            "checkpoint": self._hold_checkpoint,
            "plan": self._plan_session,
            "record": self._record,
            "nominate": self._nominate,
        }
        return does[task.kind](scene, turn, state, task, now)

    def plan_session(
        self, turn: Turn, step: DeliveryStep, definition: SessionDefinition, starts: datetime, schools: Sequence[str],
        now: datetime,
    ) -> Deed:  # fmt: skip
        given: dict[str, Any] = {"step": step.step, "definition": definition.id, "starts_at": starts}
        command = self.command(PlanSession, turn, now, **given, participants=tuple(schools))
        return Deed(((turn.stream, command),))

    def sessions(self, step: DeliveryStep) -> dict[str, SessionDefinition]:
        training = self.programme.tier_by_id[step.tiers[0]].step_by_id[step.step]
        assert isinstance(training, TrainingStep)
        return {each.id: each for each in training.sessions}

    # --- task by task

    def _fill_seats(self, scene: Scene, turn: Turn, state: Participant, task: Task, now: datetime) -> Deed:
        number = int(task.id.rpartition("-")[2])
        again = () if number == 1 else (str(number),)
        commands: list[tuple[str, Command]] = []
        newcomers: list[str] = []
        for name, seat in state.seats.items():
            optional = self.plan.habits.seats.optional_filled
            wanted = seat.required or (number == 1 and happens(optional, self.plan.seed, state.school, name, "seat"))
            if seat.person is not None or not wanted:
                continue
            person = person_id(state.school, name, *again)
            newcomers.append(person)
            take = self.command(TakeSeat, turn, now, len(commands), seat=name, person=person)
            commands.append((turn.stream, take))
        return Deed(tuple(commands), newcomers=tuple(newcomers))

    def _complete(self, scene: Scene, turn: Turn, state: Participant, task: Task, now: datetime) -> Deed:
        step = self.programme.tier_by_id[state.tier].step_by_id[task.step or ""]
        assert step.kind == "assignment"
        answers = next(each.answers for each in step.tasks if f"{step.id}/{each.id}" == task.id)
        answer = pick(answers, self.plan.seed, turn.person, turn.what, "answer") if answers else None
        return Deed(((turn.stream, self.command(CompleteTask, turn, now, task=task.id, answer=answer)),))

    def _decide(self, scene: Scene, turn: Turn, state: Participant, task: Task, now: datetime) -> Deed:
        return Deed(((turn.stream, self.command(CompleteTask, turn, now, task=task.id, answer="acted")),))

    def _submit(self, scene: Scene, turn: Turn, state: Participant, task: Task, now: datetime) -> Deed:
        item = self._item(state, task)
        files = tuple(
            page((f"Rehearsal: {state.school}", task.id, f"File {number}"))
            for number in range(1, item.accepts.min_files + 1)
        )
        artefacts = tuple(ArtefactGiven(sha256=_sha256(file), size=len(file), media_type=PDF) for file in files)
        given: dict[str, Any] = {"step": task.step, "item": task.subject, "artefacts": artefacts}
        return Deed(((turn.stream, self.command(SubmitEvidence, turn, now, **given)),), files=files)

    def _review(self, scene: Scene, turn: Turn, state: Participant, task: Task, now: datetime) -> Deed:
        attempt = int(task.id.rpartition("-")[2])
        item = self._item(state, task)
        assert item.review is not None
        verdict = self._verdict(turn, attempt)
        points = self._points(turn, item.review.rubric, verdict == "accepted")
        given: dict[str, Any] = {"step": task.step, "item": task.subject, "verdict": verdict, "points": points}
        texts: tuple[NewText, ...] = ()
        if verdict != "accepted":
            body = f"{task.step}, {task.subject}: attempt {attempt} does not yet show what changed and how it is known."
            remark, text = given_text(self.plan.seed, turn.person, f"{state.school}/{turn.what}", body)
            given["remark"], texts = remark, (text,)
        return Deed(((turn.stream, self.command(ReviewEvidence, turn, now, **given)),), texts=texts)

    def _verdict(self, turn: Turn, attempt: int) -> str:
        habits = self.plan.habits.evidence
        returned = habits.returned[min(attempt, len(habits.returned)) - 1]
        number = draw(self.plan.seed, turn.person, turn.school, turn.what, "verdict") * 100
        if number < habits.refused:
            return "refused"
        return "returned" if number < habits.refused + returned else "accepted"

    def _points(self, turn: Turn, rubric: str | None, accepted: bool) -> dict[str, int]:
        """Points that fit the verdict: enough of them for an acceptance."""
        if rubric is None:
            return {}
        criteria = self.programme.rubrics[rubric].criteria
        points = {}
        for each in criteria:
            least = each.points - each.points // 4 if accepted else 0
            most = each.points if accepted else each.points // 2
            points[each.id] = draw_between(least, most, self.plan.seed, turn.person, turn.school, turn.what, each.id)
        if accepted and sum(points.values()) < self.programme.rubrics[rubric].accepted_from:
            return {each.id: each.points for each in criteria}
        return points

    def _hold_checkpoint(self, scene: Scene, turn: Turn, state: Participant, task: Task, now: datetime) -> Deed:
        habits = self.plan.habits.mentoring
        number = draw(self.plan.seed, turn.person, state.school, turn.what, "outcome") * 100
        outcome = "on_track"
        if number < habits.at_risk + habits.needs_support:
            outcome = "at_risk" if number < habits.at_risk else "needs_support"
        given: dict[str, Any] = {"step": task.step, "outcome": outcome, "number": int(task.subject or 0)}
        return Deed(((turn.stream, self.command(HoldCheckpoint, turn, now, **given)),))

    def _plan_session(self, scene: Scene, turn: Turn, state: Participant, task: Task, now: datetime) -> Deed:
        """In the morning of the day by which the definition wants it, else in a week."""
        step = self.programme.tier_by_id[state.tier].step_by_id[task.step or ""]
        assert isinstance(step, DeliveryStep)
        name, *schools = (task.subject or "").split(" ")
        definition = self.sessions(step)[name]
        held = due_at(definition.held, task.asked_at, self.timing.calendar, self.timing.time_zone)
        starts = held - _BEFORE_DUE
        if starts < now + _A_WEEK:
            starts = self.timing.after(now, 7)
        return self.plan_session(turn, step, definition, starts, schools, now)

    def _record(self, scene: Scene, turn: Turn, state: Participant, task: Task, now: datetime) -> Deed:
        """Everybody was there but for a few."""
        session = state.hosted[task.subject or ""]
        absent = {}
        for participant in session.participants:
            child = scene.participant(participant)
            if child.ended:
                continue
            training = self.programme.tier_by_id[child.tier].step_by_id[session.step]
            assert isinstance(training, TrainingStep)
            seats = self._absent(child, training.audience, task.subject or "")
            if seats:
                absent[participant] = seats
        command = self.command(RecordAttendance, turn, now, session=task.subject, absent=absent)
        return Deed(((turn.stream, command),))

    def _absent(self, child: Participant, audience: tuple[str, ...], session: str) -> tuple[str, ...]:
        per_cent = self.plan.habits.attendance.absent
        return tuple(
            name
            for name, seat in child.seats.items()
            if seat.person is not None
            and (not audience or seat.role in audience)
            and happens(per_cent, self.plan.seed, seat.person, session, "absent")
        )

    def _nominate(self, scene: Scene, turn: Turn, state: Participant, task: Task, now: datetime) -> Deed:
        tier = task.subject or ""
        opening = self.programme.opening(state.tier, tier)
        assert opening is not None
        there = sum(
            (each.parent, each.tier) == (state.id, tier) and each.status != "withdrawn"
            for each in scene.rollout.roster.values()
        )
        wanted = opening.fan_out.target - there
        listed = [each for each in self.plan.nominees.get(state.school, ()) if each.tier == tier]
        places = (*listed, *made_up_places(state.school, tier, state.region, opening.fan_out.target))[:wanted]
        command = self.command(NominateSchools, turn, now, parent=state.school, places=places)
        return Deed(((rollout_stream(state.rollout), command),))

    def _item(self, state: Participant, task: Task) -> EvidenceItem:
        step = self.programme.tier_by_id[state.tier].step_by_id[task.step or ""]
        assert isinstance(step, EvidenceStep | CycleStep)
        return dict(items_of(step))[task.subject or ""]


def _sha256(file: bytes) -> str:
    return hashlib.sha256(file).hexdigest()
