"""What nobody is asked by a task and somebody does all the same: give duties, catch up on what was missed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain.identity import school_of
from domain.participant.draft import holders_of
from domain.participant.state import Participant
from domain.participant.team import AssignDuty
from domain.step import DeliveryStep
from rehearsal.acting import Acting
from rehearsal.cast import person_id
from rehearsal.deed import Deed, Turn
from rehearsal.drawing import draw_between, pick
from rehearsal.scene import Scene
from rehearsal.session_acts import plan_session

_CATCH_UP_AFTER = 10
_NOTICED_AFTER = 4


class Unasked:
    """What the programme manager and those who train see for themselves."""

    def __init__(self, acting: Acting, scene: Scene, manager: str) -> None:
        self.acting = acting
        self.scene = scene
        self.manager = manager

    def turns(self, stream: str, state: Participant) -> Iterator[Turn]:
        yield from self._duty_turns(stream, state)
        yield from self._catch_ups(stream, state)

    def deed(self, turn: Turn, state: Participant, now: datetime, tries: int) -> Deed:
        if turn.what.startswith("duty/"):
            return self._assign(turn, state, now, tries)
        return self._catch_up(turn, state, now)

    def _duty_turns(self, stream: str, state: Participant) -> Iterator[Turn]:
        """The programme manager finds somebody for every duty that no seat brings with it."""
        for duty in self.acting.plan.programme.tier_by_id[state.tier].duties:
            if duty.from_parent is not None or duty.role in state.duties or state.enrolled_at is None:
                continue
            if self._candidates(state, duty.role)[0]:
                habit = self.acting.plan.habits.duties.get(duty.role)
                least, most = habit.days if habit else (1, 5)
                days = draw_between(least, most, self.acting.plan.seed, state.school, duty.role, "duty")
                yield Turn(self.acting.timing.after(state.enrolled_at, days), self.manager, stream, f"duty/{duty.role}")

    def _catch_ups(self, stream: str, state: Participant) -> Iterator[Turn]:
        """Whoever holds a training sees, when all sessions were held, who has not had enough of it."""
        for step in self.acting.plan.programme.tier_by_id[state.tier].steps:
            if not isinstance(step, DeliveryStep) or step.id not in state.steps or not self._short_of(state, step):
                continue
            hosted = [each for each in state.hosted.values() if each.step == step.step]
            last = max(each.starts_at + timedelta(hours=each.hours) for each in hosted)
            person = next(iter(holders_of(state, step.plan.by, last)), None)
            if person is not None:
                at = self.acting.timing.after(last, _NOTICED_AFTER)
                yield Turn(at, person, stream, f"catch-up/{step.id}/{len(hosted)}")

    def _short_of(self, state: Participant, step: DeliveryStep) -> list[Participant]:
        """The children that need another session: everything was held, nothing is planned, the dose is not reached."""
        hosted = [each for each in state.hosted.values() if each.step == step.step]
        held = {each.definition for each in hosted if each.status == "held"}
        if any(each.status == "planned" for each in hosted) or not held.issuperset(self.acting.sessions(step)):
            return []
        if any(task.kind == "plan" and task.step == step.id for task in state.tasks.values()):
            return []
        children = [self.scene.participant(child) for child, each in state.children.items() if each.ended is None]
        return [
            child
            for child in children
            if child.tier in step.tiers and step.step in child.steps and child.steps[step.step].done_at is None
        ]

    def _assign(self, turn: Turn, state: Participant, now: datetime, tries: int) -> Deed:
        role = turn.what.partition("/")[2]
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

    def _catch_up(self, turn: Turn, state: Participant, now: datetime) -> Deed:
        step = self.acting.plan.programme.tier_by_id[state.tier].step_by_id[turn.what.split("/")[1]]
        assert isinstance(step, DeliveryStep)
        short = self._short_of(state, step)
        if not short:
            return Deed()
        definition = next(iter(self.acting.sessions(step)))
        starts = self.acting.timing.after(now, _CATCH_UP_AFTER)
        return plan_session(
            self.acting, turn, step.step, definition, starts, [school_of(each.id) for each in short], now
        )
