"""The NIS/SHARE rollout of cohort 2024 with its real schools, and people who do everything on the day it is due."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from domain.identity import participant_id, school_of
from domain.participant.state import Participant, Task
from domain.participant.team import AssignDuty, TakeSeat
from domain.programme import Programme
from domain.rollout.commands import StartRollout
from programmes.reader import read_programme
from tests.domain.people import PeopledWorld

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


class Cascade(PeopledWorld):
    """The cohort of 2024, with a person for every seat, mentor and reviewer."""

    def __init__(
        self, intellectual: tuple[str, ...] = INTELLECTUAL, general: tuple[str, ...] = GENERAL, *, twice: bool = False
    ) -> None:
        super().__init__(nis_share(), "nis-share-2024", START, twice=twice)
        self.rights = dict(OFFICES)
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

    # --- the people

    def go_on(self, until: datetime | None = None) -> None:
        """Everybody does each task a few hours before it falls due, until nobody has anything to do."""
        while True:
            turn = self._next_turn()
            if until is not None and (turn is None or turn > until):
                self.now = max(self.now, until)
                return
            if turn is None:
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
