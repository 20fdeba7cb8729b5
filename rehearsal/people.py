"""Simulated people: who acts when, as the inbox and the schools show, and what that leads to."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from domain.identity import participant_stream
from domain.participant.state import Participant, Task
from rehearsal.acting import Acting
from rehearsal.acts import about_task
from rehearsal.cast import MANAGER, office_holders
from rehearsal.deed import Deed, Turn
from rehearsal.drawing import digest
from rehearsal.happenings import Happenings
from rehearsal.plan import Plan
from rehearsal.scene import Scene
from rehearsal.timing import Timing
from rehearsal.unasked import Unasked

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
        self.unasked = Unasked(self.acting, scene, self.manager)
        self._turns: dict[str, list[Turn]] = {}
        self._once = self.happenings.turns(scene)
        #: (stream, task, due date, person) -> when; reminders already given no longer count from then on
        self._decided: dict[tuple[str, str, datetime, str], datetime] = {}
        self._extended: set[str] = set()
        self._tries: dict[tuple[str, str], int] = {}
        self._put_off: dict[tuple[str, str], datetime] = {}

    # --- when

    def notice(self, streams: Iterable[str]) -> None:
        """Look at the inbox of these participants again, of those who prepare them and of those whom they prepare."""
        wanted = {stream for stream in streams if stream in self.scene.participants}
        near: set[str | None] = set()
        for stream in wanted:
            near.add(self.scene.participants[stream].parent)
            near.update(self.scene.participants[stream].children)
        for stream in wanted | {participant_stream(each) for each in near if each is not None}:
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
        for row in self.scene.inbox.get(stream, ()):
            task = state.tasks.get(row["task"])
            person = row["substitute"] or row["person"] or self.offices.get(row["role"])
            if person is None and row["kind"] == "fill_seats":
                person = self.manager  # who is asked has no seat yet, and somebody has to begin
            if task is not None and person is not None:
                yield from self._task_turns(stream, state, task, person)
        if not state.ended:
            yield from self.unasked.turns(stream, state)

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

    # --- what

    def deed(self, turn: Turn, now: datetime) -> Deed:
        """What a turn leads to as things stand; nothing when it is no longer needed."""
        kind = turn.what.partition("/")[0]
        if kind in ("happens", "replaces", "extends"):
            return self.happenings.deed(self.scene, turn, now)
        state = self.scene.participants[turn.stream]
        if kind == "duty":
            return self.unasked.deed(turn, state, now, self.tries(turn))
        task = state.tasks.get(turn.what)
        return Deed() if task is None else about_task(self.acting, self.scene, turn, task, now)
