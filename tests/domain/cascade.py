"""The NIS/SHARE rollout of cohort 2024 with its real schools, and people who do everything on the day it is due."""

from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from domain.calendar import due_at
from domain.identity import participant_id, school_of
from domain.participant.draft import holders_of
from domain.participant.evidence import ReviewEvidence, SubmitEvidence, items_of
from domain.participant.hosting import PlanSession, RecordAttendance
from domain.participant.mentoring import HoldCheckpoint
from domain.participant.state import Participant, Task
from domain.participant.tasks import CompleteTask
from domain.participant.team import AssignDuty, TakeSeat
from domain.programme import Programme
from domain.rollout.commands import NominateSchools, Place, StartRollout
from domain.step import CycleStep, DeliveryStep, EvidenceStep
from domain.text import Text
from programmes.reader import read_programme
from tests.domain.world import World

NIS_SHARE = Path(__file__).parents[2] / "programmes" / "nis-share.yaml"
START = datetime(2024, 9, 2, 4, tzinfo=UTC)
MANAGER = "p-manager0"
OFFICES = {
    MANAGER: frozenset({"programme-manager"}),
    "p-nis00000": frozenset({"nis-coordinator"}),
    "p-akimat00": frozenset({"akimat-coordinator"}),
}
INTELLECTUAL = (
    "nis-astana-1", "nis-astana-2", "nis-astana-3", "nis-atyrau", "nis-kokshetau", "nis-kostanay", "nis-semey",
    "nis-oskemen", "nis-taldykorgan", "nis-turkestan",
)  # fmt: skip
GENERAL = tuple(f"astana-{number}" for number in (37, 50, 59, 60, 67, 72, 74, 75, 90, 91))


@cache
def nis_share() -> Programme:
    return read_programme(NIS_SHARE, cohort="2024").programme


def names(school: str) -> Text:
    return Text(kk=school, ru=school, en=school)


class Cascade(World):
    """The cohort of 2024, with a person for every seat, mentor and reviewer."""

    def __init__(
        self, intellectual: tuple[str, ...] = INTELLECTUAL, general: tuple[str, ...] = GENERAL, *, twice: bool = False
    ) -> None:
        super().__init__(nis_share(), "nis-share-2024", START, twice=twice)
        self.rights = dict(OFFICES)
        self._persons = 0
        places = [self.place(school, "intellectual-school") for school in intellectual]
        places += [self.place(school, "astana-school") for school in general]
        self.ask_rollout(
            StartRollout,
            MANAGER,
            rollout=self.id,
            programme="nis-share",
            programme_version="1.0",
            definition="0" * 64,
            cohort="2024",
            places=tuple(places),
        )
        for seat in self.school("trainers").seats:
            self.ask_school("trainers", TakeSeat, MANAGER, seat=seat, person=self.person())
        for school in (*intellectual, *general):
            self.ask_school(school, AssignDuty, MANAGER, duty="mentor", person=self.person())
            self.ask_school(school, AssignDuty, MANAGER, duty="reviewer", person=self.person())

    def person(self) -> str:
        self._persons += 1
        return f"p-{self._persons:08d}"

    def place(self, school: str, tier: str, region: str = "astana") -> Place:
        seats = self.programme.tier_by_id[tier].seats
        persons = {seat.id: self.person() for seat in seats if seat.required}
        return Place(school=school, tier=tier, names=names(school), region=region, language="both", persons=persons)

    # --- the people

    def go_on(self, until: datetime | None = None) -> None:
        """Everybody does each task a few hours before it falls due, until nobody has anything to do."""
        while True:
            turn = self._next_turn()
            if turn is None or (until is not None and turn > until):
                return
            self.pass_time(max(turn, self.now))
            self.give_reviewers()
            self._everybody_acts()

    def _next_turn(self) -> datetime | None:
        tasks = [self.acts_at(state, task) for state in self.participants.values() for task in state.tasks.values()]
        due = self.next_due()
        return min((*tasks, *([due] if due else [])), default=None)

    def acts_at(self, state: Participant, task: Task) -> datetime:
        return task.due_at - timedelta(hours=4)

    def _everybody_acts(self) -> None:
        for school in list(self.participants):
            for task in list(self.school(school).tasks.values()):
                if task.id in self.school(school).tasks and self.acts_at(self.school(school), task) <= self.now:
                    self.act(school, task)

    def act(self, school: str, task: Task) -> None:
        """What a dutiful person does about a task."""
        if task.kind == "assignment":
            self.ask_school(school, CompleteTask, self.holder(school, task.role), task=task.id)
        elif task.kind == "checkpoint":
            self._hold_checkpoint(school, task)
        elif task.kind == "submit":
            self._submit(school, task)
        elif task.kind == "review":
            self._review(school, task)
        elif task.kind == "plan":
            self._plan(school, task)
        elif task.kind == "record":
            self.ask_school(school, RecordAttendance, self.holder(school, task.role), session=task.subject)
        elif task.kind == "nominate":
            self._nominate(school, task)
        else:
            raise AssertionError(f"nobody knows what to do about {task}")

    def holder(self, school: str, role: str) -> str:
        """Whoever holds a role at a school: a seat, a duty or an office."""
        offices = [person for person, rights in self.rights.items() if role in rights]
        return [*holders_of(self.school(school), role, self.now), *offices][0]

    def _hold_checkpoint(self, school: str, task: Task) -> None:
        outcome = {"step": task.step, "outcome": "on_track", "number": int(task.subject or 0)}
        self.ask_school(school, HoldCheckpoint, self.holder(school, task.role), **outcome)

    def _submit(self, school: str, task: Task) -> None:
        digest = sha256(f"{school}/{task.id}".encode()).hexdigest()
        file = {"sha256": digest, "size": 1000, "media_type": "application/pdf"}
        given: dict[str, Any] = {"step": task.step, "item": task.subject, "artefacts": (file,)}
        self.ask_school(school, SubmitEvidence, self.holder(school, task.role), **given)

    def _review(self, school: str, task: Task) -> None:
        step = self.programme.tier_by_id[self.school(school).tier].step_by_id[task.step or ""]
        assert isinstance(step, EvidenceStep | CycleStep)
        review = dict(items_of(step))[task.subject or ""].review
        assert review is not None
        criteria = self.programme.rubrics[review.rubric].criteria if review.rubric else ()
        given: dict[str, Any] = {"step": task.step, "item": task.subject, "verdict": "accepted"}
        given["points"] = {each.id: each.points for each in criteria}
        self.ask_school(school, ReviewEvidence, self.holder(school, task.role), **given)

    def _plan(self, school: str, task: Task) -> None:
        """On the morning of the day by which the definition wants it, else in a week."""
        tier = self.programme.tier_by_id[self.school(school).tier]
        step = tier.step_by_id[task.step or ""]
        assert isinstance(step, DeliveryStep)
        definition, _, late = (task.subject or "").partition(" ")
        sessions = {each.id: each for each in self.programme.tier_by_id[step.tiers[0]].step_by_id[step.step].sessions}  # type: ignore[union-attr]
        held = due_at(sessions[definition].held, task.asked_at, self.programme.calendar, self.programme.time_zone)
        starts = max(held - timedelta(hours=8), self.now + timedelta(days=7))
        given: dict[str, Any] = {"step": step.step, "definition": definition, "starts_at": starts}
        given["participants"] = tuple(late.split())
        self.ask_school(school, PlanSession, self.holder(school, task.role), **given)

    def _nominate(self, school: str, task: Task) -> None:
        tier = task.subject or ""
        opening = self.programme.opening(self.school(school).tier, tier)
        assert opening is not None
        places = tuple(self.place(f"{school}-{number}", tier) for number in range(1, opening.fan_out.target + 1))
        self.ask_rollout(NominateSchools, self.holder(school, task.role), parent=school, places=places)

    def give_reviewers(self) -> None:
        """The programme manager gives every new school a reviewer."""
        for school, state in self.participants.items():
            duties = self.programme.tier_by_id[state.tier].duty_by_role
            if "reviewer" in duties and "reviewer" not in state.duties and not state.ended:
                self.ask_school(school, AssignDuty, MANAGER, duty="reviewer", person=self.person())

    def below(self, school: str) -> list[str]:
        return [school_of(each) for each in self.school(school).children]

    def participant(self, school: str) -> str:
        return participant_id(self.id, school)
