"""What simulated people do about a task: the very commands that real people's command line sends."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from domain import task_ids
from domain.command import Command
from domain.identity import participant_id, participant_stream, rollout_stream
from domain.participant.journey import Withdraw
from domain.participant.mentoring import HoldCheckpoint
from domain.participant.state import Participant, Task
from domain.participant.tasks import CompleteTask, answers_to
from domain.participant.team import TakeSeat
from domain.rollout.commands import NominateSchools
from rehearsal.acting import Acting
from rehearsal.cast import made_up_places, person_id
from rehearsal.deed import Deed, Turn, given_text
from rehearsal.drawing import draw, happens, pick
from rehearsal.evidence_acts import review, submit
from rehearsal.scene import Scene
from rehearsal.session_acts import plan, record


def about_task(acting: Acting, scene: Scene, turn: Turn, task: Task, now: datetime) -> Deed:
    return _DOES[task.kind](acting, scene, turn, scene.participants[turn.stream], task, now)


def _fill_seats(acting: Acting, scene: Scene, turn: Turn, state: Participant, task: Task, now: datetime) -> Deed:
    number = int(task_ids.read(task.id).number)
    again = () if number == 1 else (str(number),)
    commands: list[tuple[str, Command]] = []
    newcomers: list[str] = []
    for name, seat in state.seats.items():
        optional = acting.plan.habits.seats.optional_filled
        wanted = seat.required or (number == 1 and happens(optional, acting.plan.seed, state.school, name, "seat"))
        if seat.person is not None or not wanted:
            continue
        person = person_id(state.school, name, *again)
        newcomers.append(person)
        take = acting.command(TakeSeat, turn, now, len(commands), seat=name, person=person)
        commands.append((turn.stream, take))
    return Deed(tuple(commands), newcomers=tuple(newcomers))


def _complete(acting: Acting, scene: Scene, turn: Turn, state: Participant, task: Task, now: datetime) -> Deed:
    answers = answers_to(acting.programme.tier_by_id[state.tier], task)
    answer = pick(answers, acting.plan.seed, turn.person, turn.school, turn.what, "answer") if answers else None
    return Deed(((turn.stream, acting.command(CompleteTask, turn, now, task=task.id, answer=answer)),))


def _decide(acting: Acting, scene: Scene, turn: Turn, state: Participant, task: Task, now: datetime) -> Deed:
    """Where too few schools are named, the manager names them; who has nobody left, or no way on, is let go."""
    if task_ids.tier_without(task.id):
        return _nominate(acting, scene, turn, state, task, now)
    if state.parent_left and task_ids.is_decision(task.id, task_ids.ABOUT_JOURNEY):
        return _leave(acting, turn, (state.school,), state.rollout, now)
    if task_ids.delivery_without(task.id) or task_ids.is_decision(task.id, task_ids.ABOUT_JOURNEY):
        return Deed(((turn.stream, acting.command(CompleteTask, turn, now, task=task.id, answer="stands")),))
    done = (turn.stream, acting.command(CompleteTask, turn, now, task=task.id, answer="acted"))
    if task.id != task_ids.LEFT_BEHIND:
        return Deed((done,))
    schools = (task.subject or "").split()
    left = [each for each in schools if not scene.participant(participant_id(state.rollout, each)).ended]
    gone = _leave(acting, turn, left, state.rollout, now)
    return Deed((done, *gone.commands), texts=gone.texts)


def _leave(acting: Acting, turn: Turn, schools: Iterable[str], rollout: str, now: datetime) -> Deed:
    commands, texts = [], []
    for number, school in enumerate(schools, 1):
        about = f"{school}/{turn.what}"
        reason, text = given_text(acting.plan.seed, turn.person, about, "Nobody is left to prepare the school.")
        stream = participant_stream(participant_id(rollout, school))
        commands.append((stream, acting.command(Withdraw, turn, now, number, reason=reason)))
        texts.append(text)
    return Deed(tuple(commands), texts=tuple(texts))


def _hold_checkpoint(acting: Acting, scene: Scene, turn: Turn, state: Participant, task: Task, now: datetime) -> Deed:
    habits = acting.plan.habits.mentoring
    number = draw(acting.plan.seed, turn.person, state.school, turn.what, "outcome") * 100
    outcome = "on_track"
    if number < habits.at_risk + habits.needs_support:
        outcome = "at_risk" if number < habits.at_risk else "needs_support"
    given: dict[str, Any] = {"step": task.step, "outcome": outcome, "number": int(task.subject or 0)}
    return Deed(((turn.stream, acting.command(HoldCheckpoint, turn, now, **given)),))


def _nominate(acting: Acting, scene: Scene, turn: Turn, state: Participant, task: Task, now: datetime) -> Deed:
    tier = task.subject or ""
    opening = acting.programme.opening(state.tier, tier)
    assert opening is not None
    there = sum(
        (each.parent, each.tier) == (state.id, tier) and each.status != "withdrawn"
        for each in scene.rollout.roster.values()
    )
    wanted = opening.fan_out.target - there
    listed = [each for each in acting.plan.nominees.get(state.school, ()) if each.tier == tier]
    places = (*listed, *made_up_places(state.school, tier, state.region, opening.fan_out.target))[:wanted]
    command = acting.command(NominateSchools, turn, now, parent=state.school, places=places)
    return Deed(((rollout_stream(state.rollout), command),))


_DOES: Final[dict[str, Callable[[Acting, Scene, Turn, Participant, Task, datetime], Deed]]] = {
    "fill_seats": _fill_seats,
    "assignment": _complete,
    "decide": _decide,
    "submit": submit,
    "review": review,
    "checkpoint": _hold_checkpoint,
    "plan": plan,
    "record": record,
    "nominate": _nominate,
}
