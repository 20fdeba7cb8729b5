"""Simulated people: who acts when, as the inbox and the schools show, and what that leads to."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from domain.identity import participant_stream, school_of
from domain.participant.draft import holders_of
from domain.participant.state import Participant, Task
from domain.participant.team import AssignDuty
from domain.step import DeliveryStep
from rehearsal.acts import Acting
from rehearsal.cast import MANAGER, office_holders, person_id
from rehearsal.deed import Deed, Turn
from rehearsal.drawing import digest, draw_between, pick
from rehearsal.happenings import Happenings
from rehearsal.plan import Plan
from rehearsal.scene import Scene
from rehearsal.timing import Timing

_CATCH_UP_AFTER = 10
_NOTICED_AFTER = 4
_PUT_OFF = timedelta(days=3)
#: an act that was refused so often is given up; somebody else has to find a way
MOST_TRIES = 3


class People:
    """Everybody in one rehearsal."""

    def __init__(self, plan: Plan, scene: Scene) -> None:
        self.plan = plan
        self.scene = scene
        self.timing = Timing(plan.programme, plan.habits, plan.seed)
        self.acting = Acting(plan, self.timing)
        self.offices = office_holders(plan.programme)
        self.manager = self.offices[MANAGER]
        self.happenings = Happenings(self.acting, self.manager)
        self._turns: dict[str, list[Turn]] = {}
        self._once = self.happenings.turns(scene)
        #: (stream, task, due date, person) -> when; reminders already given no longer count from then on
        self._decided: dict[tuple[str, str, datetime, str], datetime] = {}
        self._extended: set[str] = set()
        self._tries: dict[tuple[str, str], int] = {}
        self._put_off: dict[tuple[str, str], datetime] = {}

    # --- when

    def notice(self, streams: Iterable[str]) -> None:
        """Look at the inbox of these participants again, and of those who prepare them."""
        wanted = {stream for stream in streams if stream in self.scene.participants}
        parents = {self.scene.participants[stream].parent for stream in wanted}
        wanted |= {participant_stream(parent) for parent in parents if parent is not None}
        for stream in wanted:
            if stream in self.scene.participants:
                self._turns[stream] = [turn for turn in self._of(stream) if not self._given_up(turn)]

    def next_turn(self) -> datetime | None:
        """When somebody acts next."""
        return min((turn.at for turn in self._all()), default=None)

    def due(self, now: datetime) -> list[Turn]:
        """Whose turn it is by now, in an order of the seed's own."""
        due = [turn for turn in self._all() if turn.at <= now]
        return sorted(due, key=lambda turn: digest(self.plan.seed, turn.person, turn.school, turn.what))

    def done(self, turn: Turn) -> None:
        """The turn was taken: what happens once is over."""
        self._once = [each for each in self._once if each != turn]
        if turn.what.startswith("extends/"):
            self._extended.add(turn.stream)

    def refused(self, turn: Turn, now: datetime) -> None:
        """Try again some days later, but not for ever."""
        key = (turn.stream, turn.what)
        self._tries[key] = self._tries.get(key, 0) + 1
        self._put_off[key] = self.timing.on_school_day(self.timing.day(now + _PUT_OFF))
        self.done(turn)

    def tries(self, turn: Turn) -> int:
        return self._tries.get((turn.stream, turn.what), 0)

    def _given_up(self, turn: Turn) -> bool:
        return self.tries(turn) >= MOST_TRIES

    def _all(self) -> Iterator[Turn]:
        yield from self._once
        for turns in self._turns.values():
            for turn in turns:
                put_off = self._put_off.get((turn.stream, turn.what))
                yield turn if put_off is None else Turn(put_off, turn.person, turn.stream, turn.what)

    def _of(self, stream: str) -> Iterator[Turn]:
        state = self.scene.participants[stream]
        if state.ended:
            return
        for row in self.scene.inbox.get(stream, ()):
            task = state.tasks.get(row["task"])
            person = row["substitute"] or row["person"] or self.offices.get(row["role"])
            if task is not None and person is not None:
                yield from self._task_turns(stream, state, task, person)
        yield from self._duty_turns(stream, state)
        yield from self._catch_ups(stream, state)

    def _task_turns(self, stream: str, state: Participant, task: Task, person: str) -> Iterator[Turn]:
        if self.happenings.is_silent(state, task):
            return
        if stream not in self._extended and self.happenings.extension(state, task) is not None:
            yield self.happenings.extension_turn(stream, task)
            return
        key = (stream, task.id, task.due_at, person)
        if key not in self._decided:
            possible = self._possible_from(state, task)
            self._decided[key] = self.timing.acts_at(person, f"{state.school}/{task.id}", task, possible)
        yield Turn(self._decided[key], person, stream, task.id)

    def _possible_from(self, state: Participant, task: Task) -> datetime:
        if task.kind != "record":
            return task.asked_at
        session = state.hosted[task.subject or ""]
        return max(task.asked_at, session.starts_at + timedelta(hours=session.hours))

    def _duty_turns(self, stream: str, state: Participant) -> Iterator[Turn]:
        """The programme manager finds somebody for every duty that no seat brings with it."""
        for duty in self.plan.programme.tier_by_id[state.tier].duties:
            if duty.from_parent is None and duty.role not in state.duties and state.enrolled_at is not None:
                habit = self.plan.habits.duties.get(duty.role)
                least, most = habit.days if habit else (1, 5)
                days = draw_between(least, most, self.plan.seed, state.school, duty.role, "duty")
                yield Turn(self.timing.after(state.enrolled_at, days), self.manager, stream, f"duty/{duty.role}")

    def _catch_ups(self, stream: str, state: Participant) -> Iterator[Turn]:
        """Whoever holds a training sees, when all sessions were held, who has not had enough of it."""
        for step in self.plan.programme.tier_by_id[state.tier].steps:
            if not isinstance(step, DeliveryStep) or step.id not in state.steps or not self._short_of(state, step):
                continue
            hosted = [each for each in state.hosted.values() if each.step == step.step]
            last = max(each.starts_at + timedelta(hours=each.hours) for each in hosted)
            person = next(iter(holders_of(state, step.plan.by, last)), None)
            if person is not None:
                at = self.timing.after(last, _NOTICED_AFTER)
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

    # --- what

    def deed(self, turn: Turn, now: datetime) -> Deed:
        """What a turn leads to as things stand; nothing when it is no longer needed."""
        kind = turn.what.partition("/")[0]
        if kind in ("happens", "replaces", "extends"):
            return self.happenings.deed(self.scene, turn, now)
        state = self.scene.participants[turn.stream]
        if kind == "duty":
            return self._assign(turn, state, now)
        if kind == "catch-up":
            return self._catch_up(turn, state, now)
        task = state.tasks.get(turn.what)
        return Deed() if task is None else self.acting.about_task(self.scene, turn, task, now)

    def _assign(self, turn: Turn, state: Participant, now: datetime) -> Deed:
        role = turn.what.partition("/")[2]
        candidates, newcomers = self._candidates(state, role)
        person = pick(candidates, self.plan.seed, state.school, role, self.tries(turn), "who")
        command = self.acting.command(AssignDuty, turn, now, self.tries(turn), duty=role, person=person)
        return Deed(((turn.stream, command),), newcomers=(person,) if newcomers else ())

    def _candidates(self, state: Participant, role: str) -> tuple[list[str], bool]:
        """Whom the manager can ask, and whether these are people of the rehearsal's pool."""
        habit = self.plan.habits.duties.get(role)
        found: list[str] = []
        if habit is not None and habit.from_ == "parent" and state.parent is not None:
            seats = self.scene.participant(state.parent).seats.values()
            found = [seat.person for seat in seats if seat.person is not None]
        elif habit is not None and habit.from_ == "certified":
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
        step = self.plan.programme.tier_by_id[state.tier].step_by_id[turn.what.split("/")[1]]
        assert isinstance(step, DeliveryStep)
        short = self._short_of(state, step)
        if not short:
            return Deed()
        definition = next(iter(self.acting.sessions(step).values()))
        starts = self.timing.after(now, _CATCH_UP_AFTER)
        return self.acting.plan_session(turn, step, definition, starts, [school_of(each.id) for each in short], now)
