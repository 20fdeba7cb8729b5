"""Mentoring: checkpoints at an even pace, held or missed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace
from pydantic import Field

from domain import gate_ids, task_ids
from domain.calendar import local_day
from domain.command import Command, TextGiven
from domain.event import Event, TextRef
from domain.gate import sentence
from domain.participant.draft import Draft, text_ref
from domain.participant.state import Checkpoint, Outcome, Participant, Task, put, with_facts
from domain.participant.tasks import ask, done, withdraw_task
from domain.refusal import Reason
from domain.step import Asked, Escalation, MentoringStep
from domain.text import Id

# --- events


class CheckpointHeld(Event, frozen=True, tag="CheckpointHeld"):
    step: str
    number: int
    outcome: Outcome
    mentor: str
    remark: TextRef | None = None


class CheckpointMissed(Event, frozen=True, tag="CheckpointMissed"):
    step: str
    number: int


MentoringEvent = CheckpointHeld | CheckpointMissed

# --- commands


class HoldCheckpoint(Command):
    """A mentor looked at the participant. Without a number it is the one that is open."""

    kind: Literal["HoldCheckpoint"] = "HoldCheckpoint"
    step: Id
    outcome: Literal["on_track", "needs_support", "at_risk"]
    number: int | None = Field(None, ge=1, le=1000)
    remark: TextGiven | None = None


# --- refusals

NO_MENTORING = Reason("no_mentoring", "{school} has no mentoring step '{step}' under way{hint}.")
NO_CHECKPOINT = Reason("no_checkpoint", "No checkpoint of '{step}' is open for {school}: all of them are recorded.")
CHECKPOINT_PAST = Reason(
    "checkpoint_past",
    "Checkpoint {number} of '{step}' is recorded as {outcome}; to change it, use 'kaskad correct' with a reason.",
)
NOT_THAT_CHECKPOINT = Reason(
    "not_that_checkpoint", "Checkpoint {number} of '{step}' is not open; the open one is {open}."
)

# --- decide


def start_mentoring(draft: Draft, step: MentoringStep) -> None:
    _ask_next(draft, step, 1)


def mentoring_complete(draft: Draft, step: MentoringStep) -> bool:
    """Enough looks were held, and the last did not find the participant at risk: nobody is left alone with that."""
    looks = draft.state.checkpoints.get(step.id, ())
    held = [look for look in looks if look.outcome != "missed"]
    return len(looks) >= step.count and len(held) >= step.at_least and held[-1].outcome != "at_risk"


def hold_checkpoint(draft: Draft, command: HoldCheckpoint) -> None:
    draft.must_exist()
    step = draft.tier.step_by_id.get(command.step)
    if not isinstance(step, MentoringStep) or command.step not in draft.state.steps:
        if draft.state.ended:
            draft.must_be_under_way()
        mentoring = [each.id for each in draft.tier.steps if each.kind == "mentoring"]
        there = f"; it has {', '.join(mentoring)}" if mentoring else ""
        hint = _before_it_begins(draft, step) if isinstance(step, MentoringStep) else there
        raise NO_MENTORING(school=draft.state.school, step=command.step, hint=hint)
    draft.must_hold(step.by)
    if _recorded_already(draft, command):
        return
    draft.must_be_under_way()
    task = _open(draft, step)
    number = int(task.subject or 0)
    if command.number not in (None, number):
        raise NOT_THAT_CHECKPOINT(number=command.number, step=step.id, open=number)
    draft.record(CheckpointHeld(step.id, number, command.outcome, command.actor, text_ref(command.remark)))
    done(draft, task.id, command.outcome)
    _ask_next(draft, step, number + 1, task.due_at)


def _before_it_begins(draft: Draft, step: MentoringStep) -> str:
    """What a mentoring that has not begun waits for: the team, the steps before it, its gate."""
    before = [each for each in step.after if draft.state.fact(f"{each}.done") is not True]
    waits = [f"{each}.done is true" for each in before]
    if step.enter is not None and gate_ids.enter(step.id) not in draft.state.gates:
        waits.append(sentence(step.enter))
    if draft.state.phase == "seats":
        waits.insert(0, "seats.complete is true")
    return f"; it begins when {' and '.join(waits)}" if waits else "; it has not begun"


def miss_checkpoint(draft: Draft, event: CheckpointMissed) -> None:
    """The clock's part: the look did not come, so it counts as missed and the next is asked."""
    step = draft.tier.step_by_id[event.step]
    assert isinstance(step, MentoringStep)
    task = _open(draft, step)
    draft.record(event)
    withdraw_task(draft, task.id)
    _ask_next(draft, step, event.number + 1, task.due_at)


def settle(draft: Draft) -> None:
    """After a correction: ask for the look that is wanted now."""
    for step in draft.tier.steps:
        under_way = draft.state.steps.get(step.id)
        if not isinstance(step, MentoringStep) or under_way is None or under_way.done_at is not None:
            continue
        if not any(task.step == step.id for task in draft.state.tasks.values()):
            _ask_next(draft, step, len(draft.state.checkpoints.get(step.id, ())) + 1)


def _ask_next(draft: Draft, step: MentoringStep, number: int, last_due: datetime | None = None) -> None:
    if mentoring_complete(draft, step):
        return
    asked = Asked(
        by=step.by,
        due=step.every,
        remind=step.remind,
        escalate=Escalation(days=step.missed_after, to=step.escalate_to),
    )
    due = _in_pace(draft, step, last_due) if last_due else None
    ask(draft, task_ids.checkpoint(step.id, number), "checkpoint", asked, step.id, subject=str(number), due=due)


def _in_pace(draft: Draft, step: MentoringStep, last_due: datetime) -> datetime:
    """Counted from when the last look was due, not from when it came: early ones would draw all of them together."""
    due = draft.due(step.every, last_due)
    # where that is over already, the pace begins anew: nobody is asked for the looks of a time that stood still
    return due if due > draft.at else draft.due(step.every)


def _open(draft: Draft, step: MentoringStep) -> Task:
    for task in draft.state.tasks.values():
        if task.step == step.id and task.kind == "checkpoint":
            return task
    raise NO_CHECKPOINT(step=step.id, school=draft.state.school)


def _recorded_already(draft: Draft, command: HoldCheckpoint) -> bool:
    """The same look again is fine; another outcome for it is a correction. Without a number it is that of the day."""
    today = local_day(draft.happened_at, draft.programme.time_zone)
    for look in draft.state.checkpoints.get(command.step, ()):
        of_today = look.outcome != "missed" and local_day(look.at, draft.programme.time_zone) == today
        if look.number == command.number or (command.number is None and of_today):
            if look.outcome == command.outcome:
                return True
            raise CHECKPOINT_PAST(number=look.number, step=command.step, outcome=look.outcome)
    return False


# --- evolve


def evolve_mentoring(state: Participant, event: MentoringEvent, at: datetime) -> Participant:
    outcome = event.outcome if isinstance(event, CheckpointHeld) else "missed"
    look = Checkpoint(event.number, outcome, at, state.version)
    looks = (*state.checkpoints.get(event.step, ()), look)
    state = replace(state, checkpoints=put(state.checkpoints, event.step, looks))
    held = [each for each in looks if each.outcome != "missed"]
    facts: dict[str, bool | int | str | None] = {
        f"{event.step}.held": len(held),
        f"{event.step}.missed": len(looks) - len(held),
    }
    if held:
        facts[f"{event.step}.last"] = held[-1].outcome
    return with_facts(state, facts)


# --- agenda


def checkpoint_agenda(task: Task) -> Iterator[tuple[datetime, Event]]:
    """A checkpoint nobody held is missed just after it was escalated."""
    if task.kind == "checkpoint" and task.escalate_at is not None:
        yield task.escalate_at + timedelta(seconds=1), CheckpointMissed(task.step or "", int(task.subject or 0))
