"""What happens once in every rehearsal: people leave, are away, miss a checkpoint, need more time; a school goes."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from domain import task_ids
from domain.identity import participant_id, participant_stream, rollout_stream
from domain.participant.deadlines import ExtendDeadline
from domain.participant.journey import Withdraw
from domain.participant.state import Participant, Task
from domain.participant.team import FreeSeat, NameSubstitute
from domain.programme import Programme
from domain.rollout.commands import EnrolSchools
from domain.step import EvidenceStep
from rehearsal.acting import Acting
from rehearsal.cast import made_up_place, person_id
from rehearsal.deed import Deed, Turn, given_text
from rehearsal.drawing import shuffled
from rehearsal.habits import Happening
from rehearsal.scene import Scene

_AHEAD = 2


class Staged(msgspec.Struct, frozen=True):
    """A happening, and the school that the seed picked for it."""

    happening: Happening
    school: str


class Happenings:
    """Those of one rehearsal."""

    def __init__(self, acting: Acting, manager: str) -> None:
        plan = acting.plan
        schools = shuffled([place.school for place in plan.places], plan.seed, "happenings")
        self.acting = acting
        self.manager = manager
        trainers = _train_others_of_the_list(acting.programme)
        tiers = {place.school: place.tier for place in plan.places}
        replaceable = [school for school in schools if tiers[school] not in trainers]
        self.staged = tuple(_staged(plan.habits.happenings, schools, replaceable or schools))
        self._begins = plan.begins

    def stream(self, staged: Staged) -> str:
        return participant_stream(participant_id(self.acting.plan.rollout, staged.school))

    # --- what changes how a task is done

    def is_silent(self, state: Participant, task: Task) -> bool:
        """A mentor who misses this checkpoint."""
        return task.kind == "checkpoint" and any(
            each.happening.what == "misses_checkpoint"
            and (each.school, str(each.happening.number)) == (state.school, task.subject)
            for each in self.staged
        )

    def extension(self, state: Participant, task: Task) -> Staged | None:
        """More time is given for the first evidence that the school hands in for review."""
        step = self.acting.programme.tier_by_id[state.tier].step_by_id.get(task.step or "")
        if not isinstance(step, EvidenceStep) or task.id != task_ids.submit(step.id, step.items[0].id, 1):
            return None
        return next(
            (each for each in self.staged if each.happening.what == "extends" and each.school == state.school), None
        )

    # --- turns of their own

    def turns(self, scene: Scene) -> list[Turn]:
        """By date alone, whatever the inbox says; a happening that is over is not in it any more by the player."""
        found = []
        for each in self.staged:
            if each.happening.what not in ("leaves", "substitute", "withdraws"):
                continue
            at = self._day(each.happening.after_days)
            found.append(Turn(at, self.manager, self.stream(each), f"happens/{each.happening.id}"))
            if each.happening.what == "withdraws":
                later = self._day(each.happening.after_days + each.happening.replaced_after)
                stream = rollout_stream(scene.rollout_id)
                found.append(Turn(later, self.manager, stream, f"replaces/{each.happening.id}"))
        return found

    def extension_turn(self, stream: str, task: Task) -> Turn:
        timing = self.acting.timing
        at = timing.on_school_day(timing.day(task.due_at) - timedelta(days=_AHEAD))
        return Turn(min(at, task.due_at - timedelta(hours=1)), self.manager, stream, f"extends/{task.id}")

    def _day(self, days: int) -> datetime:
        return self.acting.timing.after(self._begins, days)

    # --- what they lead to

    def deed(self, scene: Scene, turn: Turn, now: datetime) -> Deed:
        kind, _, name = turn.what.partition("/")
        if kind == "extends":
            return self._extend(scene, turn, name, now)
        staged = next(each for each in self.staged if each.happening.id == name)
        state = scene.school(staged.school)
        if kind == "replaces":
            return self._replace(scene, turn, staged, state, now)
        if state.ended or not state.version:
            return Deed()
        match staged.happening.what:
            case "leaves":
                return self._leave(turn, staged.happening, state, now)
            case "substitute":
                return self._substitute(turn, staged.happening, state, now)
            case _:
                return self._withdraw(turn, state, now)

    def _seat(self, state: Participant, role: str | None) -> str | None:
        taken = [name for name, seat in state.seats.items() if seat.person is not None]
        return next((name for name in taken if state.seats[name].role == role), taken[-1] if taken else None)

    def _leave(self, turn: Turn, happening: Happening, state: Participant, now: datetime) -> Deed:
        seat = self._seat(state, happening.role)
        if seat is None:
            return Deed()
        return Deed(((turn.stream, self.acting.command(FreeSeat, turn, now, seat=seat)),))

    def _substitute(self, turn: Turn, happening: Happening, state: Participant, now: datetime) -> Deed:
        seat = self._seat(state, happening.role)
        if seat is None:
            return Deed()
        person = person_id(state.school, seat, "substitute")
        until = now + timedelta(days=happening.for_days)
        command = self.acting.command(NameSubstitute, turn, now, seat=seat, person=person, until=until)
        return Deed(((turn.stream, command),), newcomers=(person,))

    def _withdraw(self, turn: Turn, state: Participant, now: datetime) -> Deed:
        reason, text = given_text(
            self.acting.plan.seed, turn.person, f"{state.school}/{turn.what}", "The school merges with another one."
        )
        return Deed(((turn.stream, self.acting.command(Withdraw, turn, now, reason=reason)),), texts=(text,))

    def _replace(self, scene: Scene, turn: Turn, staged: Staged, state: Participant, now: datetime) -> Deed:
        if state.phase != "withdrawn":
            return Deed()
        place = made_up_place(f"{staged.school}-successor", state.tier, state.region, 1)
        command = self.acting.command(EnrolSchools, turn, now, places=(place,), replaces=staged.school)
        return Deed(((turn.stream, command),))

    def _extend(self, scene: Scene, turn: Turn, task_id: str, now: datetime) -> Deed:
        state = scene.participants[turn.stream]
        task = state.tasks.get(task_id)
        staged = None if task is None else self.extension(state, task)
        if task is None or staged is None:
            return Deed()
        reason, text = given_text(
            self.acting.plan.seed, turn.person, f"{state.school}/{turn.what}", "The school asked for more time."
        )
        due = self.acting.timing.after(task.due_at, staged.happening.days) + timedelta(hours=8)
        command = self.acting.command(ExtendDeadline, turn, now, task=task.id, due_at=due, reason=reason)
        return Deed(((turn.stream, command),), texts=(text,))


def _train_others_of_the_list(programme: Programme) -> frozenset[str]:
    """Tiers whose children come from the list: who withdraws there leaves them behind, and a successor has none."""
    return frozenset(
        parent
        for tier, parents in programme.parents_of.items()
        for parent in parents
        if programme.opening(parent, tier) is None
    )


def _staged(happenings: Sequence[Happening], schools: Sequence[str], replaceable: Sequence[str]) -> Iterator[Staged]:
    """A school for each; nothing else happens at one that withdraws, as long as there are others."""
    if not schools:
        return
    leaving = [each for each in happenings if each.what == "withdraws"]
    staying = [each for each in happenings if each.what != "withdraws"]
    gone = list(replaceable[: len(leaving)])
    others = [school for school in schools if school not in gone] or schools
    for number, each in enumerate(leaving):
        yield Staged(each, gone[number % len(gone)])
    for number, each in enumerate(staying):
        yield Staged(each, others[number % len(others)])
