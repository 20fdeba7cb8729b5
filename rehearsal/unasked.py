"""What somebody does without being asked by a task: give duties, and give those that a task asks for."""

from collections.abc import Iterator
from datetime import datetime

from domain import task_ids
from domain.participant.state import Participant
from domain.participant.team import AssignDuty
from rehearsal.acting import Acting
from rehearsal.cast import person_id
from rehearsal.deed import Deed, Turn
from rehearsal.drawing import draw_between, pick
from rehearsal.scene import Scene


class Unasked:
    """What the programme manager sees without being asked."""

    def __init__(self, acting: Acting, scene: Scene, manager: str) -> None:
        self.acting = acting
        self.scene = scene
        self.manager = manager

    def turns(self, stream: str, state: Participant) -> Iterator[Turn]:
        """The programme manager finds somebody for every duty that no seat brings with it."""
        for duty in self.acting.plan.programme.tier_by_id[state.tier].duties:
            if duty.from_parent is not None or duty.role in state.duties or state.enrolled_at is None:
                continue
            if self._candidates(state, duty.role)[0]:
                habit = self.acting.plan.habits.duties.get(duty.role)
                least, most = habit.days if habit else (1, 5)
                days = draw_between(least, most, self.acting.plan.seed, state.school, duty.role, "duty")
                yield Turn(
                    self.acting.timing.after(state.enrolled_at, days), self.manager, stream, _of_its_own(duty.role)
                )

    def deed(self, turn: Turn, state: Participant, now: datetime, tries: int) -> Deed:
        """Of its own accord or because it was asked: it may be done, or no longer asked, by now."""
        asked = turn.what in state.tasks
        named = task_ids.read(turn.what)
        role = named.about or named.rest
        if not asked and (role in state.duties or turn.what != _of_its_own(role)):
            return Deed()
        candidates, newcomers = self._candidates(state, role)
        person = pick(candidates, self.acting.plan.seed, state.school, role, tries, "who")
        command = self.acting.command(AssignDuty, turn, now, tries, duty=role, person=person)
        return Deed(((turn.stream, command),), newcomers=(person,) if newcomers else ())

    def _candidates(self, state: Participant, role: str) -> tuple[list[str], bool]:
        """Whom the manager can ask, and whether these are people of the rehearsal's pool; nobody: it has to wait."""
        habit = self.acting.plan.habits.duties.get(role)
        found: list[str] = []
        if habit is not None and habit.from_ == "parent" and state.parent is not None:
            seats = self.scene.participant(state.parent).seats.values()
            return sorted(seat.person for seat in seats if seat.person is not None), False
        if habit is not None and habit.from_ == "certified":
            found = [
                seat.person
                for each in self.scene.participants.values()
                if each.certified_at is not None and each.id not in (state.id, state.parent)
                for seat in each.seats.values()
                if seat.role == "coordinator" and seat.person is not None
            ]
        if found:
            return sorted(found), False
        return [person_id(role, str(number + 1)) for number in range(habit.pool if habit else 3)], True


def _of_its_own(role: str) -> str:
    return task_ids.about_duty(role)
