"""Steps and the gates before them: what starts, what is complete, and when the calendar opens a gate."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from domain import gate_ids, task_ids
from domain.event import Event
from domain.gate import GATE, Gate, Reading, evaluate
from domain.participant.attending import audience_of
from domain.participant.childless import end_for_nobody, is_over
from domain.participant.dose import dose_facts
from domain.participant.draft import Draft
from domain.participant.evidence import evidence_complete, items_of, start_evidence
from domain.participant.mentoring import mentoring_complete, start_mentoring
from domain.participant.plans import delivery_complete, is_for_nobody, start_delivery
from domain.participant.state import Participant, StepState, put, with_facts
from domain.participant.tasks import ask, withdraw_tasks_of
from domain.step import (
    AssignmentStep,
    CycleStep,
    DeliveryStep,
    EvidenceStep,
    MentoringStep,
    Step,
    TrainingStep,
)

# --- events


class StepStarted(Event, frozen=True, tag="StepStarted"):
    step: str
    what: str
    audience: tuple[str, ...] = ()
    share: int = 100
    parts: int = 0
    delivers: str | None = None


class StepCompleted(Event, frozen=True, tag="StepCompleted"):
    step: str


class GateOpened(Event, frozen=True, tag="GateOpened"):
    """Which condition held, over which facts, as they stood at `position` of the log."""

    gate: str
    rule: dict[str, Any]
    position: int
    readings: tuple[Reading, ...]


class DateCame(Event, frozen=True, tag="DateCame"):
    """A day on which a gate may open by the calendar alone; the gates were looked at."""

    at: datetime


StepEvent = StepStarted | StepCompleted | GateOpened | DateCame

# --- decide


def move_step(draft: Draft, step: Step) -> None:
    """Start the step when all that comes before it is done and its gate is open; complete it when its work is done.

    A delivery begins with the first child: nobody is asked to plan for nobody. It ends when nobody is left or to come.
    """
    under_way = draft.state.steps.get(step.id)
    if under_way is None:
        ready = all(is_done(draft.state, each) for each in step.after)
        is_open = ready and (step.enter is None or opened(draft, gate_ids.enter(step.id), step.enter))
        if isinstance(step, DeliveryStep) and ready and _is_over(draft, step):
            draft.record(StepStarted(step.id, step.kind, delivers=step.step))
            draft.record(StepCompleted(step.id))
        elif is_open and not (isinstance(step, DeliveryStep) and is_for_nobody(draft, step)):
            _start(draft, step)
    elif under_way.done_at is None and is_complete(draft, step):
        draft.record(StepCompleted(step.id))
        if not isinstance(step, DeliveryStep):
            # a correction can complete a step while something of it is still asked
            withdraw_tasks_of(draft, step.id)
    elif under_way.done_at is None and isinstance(step, DeliveryStep) and _is_over(draft, step):
        end_for_nobody(draft, step)
        draft.record(StepCompleted(step.id))


def opened(draft: Draft, gate_id: str, gate: Gate) -> bool:
    """Whether the gate is open; the first time it is, that is recorded with what it read."""
    if gate_id in draft.state.gates:
        return True
    facts = replace(draft.facts, own=draft.state.facts)
    verdict = evaluate(gate, facts, draft.state.id, draft.at, draft.programme.time_zone)
    if verdict.open:
        rule = GATE.dump_python(gate, mode="json", by_alias=True, exclude_none=True)
        draft.record(GateOpened(gate_id, rule, draft.facts.position, verdict.readings))
    return verdict.open


def is_done(state: Participant, step: str) -> bool:
    return step in state.steps and state.steps[step].done_at is not None


def is_complete(draft: Draft, step: Step) -> bool:
    """Whether the work of the step is done, by what is known now."""
    match step:
        case TrainingStep():
            return int(draft.state.fact(f"{step.id}.hours") or 0) >= step.dose.hours
        case DeliveryStep():
            return delivery_complete(draft, step)
        case MentoringStep():
            return mentoring_complete(draft, step)
        case EvidenceStep() | CycleStep():
            return evidence_complete(draft, step)
        case AssignmentStep():
            return all(task_ids.assignment(step.id, each.id) in draft.state.done for each in step.tasks)


def _is_over(draft: Draft, delivery: DeliveryStep) -> bool:
    return is_over(draft, delivery, for_nobody=is_for_nobody(draft, delivery))


def _start(draft: Draft, step: Step) -> None:
    match step:
        case TrainingStep():
            audience = audience_of(draft, step.id)
            draft.record(StepStarted(step.id, step.kind, audience, step.dose.share))
        case DeliveryStep():
            draft.record(StepStarted(step.id, step.kind, delivers=step.step))
            start_delivery(draft, step)
        case MentoringStep():
            draft.record(StepStarted(step.id, step.kind))
            start_mentoring(draft, step)
        case EvidenceStep() | CycleStep():
            parts = len(step.phases) if isinstance(step, CycleStep) else len(list(items_of(step)))
            draft.record(StepStarted(step.id, step.kind, parts=parts))
            start_evidence(draft, step)
        case AssignmentStep():
            draft.record(StepStarted(step.id, step.kind))
            for each in step.tasks:
                ask(draft, task_ids.assignment(step.id, each.id), "assignment", each, step.id)


# --- evolve


def evolve_steps(state: Participant, event: StepEvent, at: datetime) -> Participant:
    match event:
        case StepStarted():
            return _started(state, event, at)
        case StepCompleted():
            over = replace(state.steps[event.step], done_at=at)
            return with_facts(replace(state, steps=put(state.steps, event.step, over)), {f"{event.step}.done": True})
        case GateOpened():
            state = replace(state, gates=put(state.gates, event.gate, state.version))
            return replace(state, phase="next_tier") if gate_ids.tier_behind(event.gate) else state
        case DateCame():
            return replace(state, dates=state.dates | {event.at})


def _started(state: Participant, event: StepStarted, at: datetime) -> Participant:
    step = StepState(event.what, at, None, event.audience, event.share, event.parts, event.delivers)
    state = with_facts(replace(state, steps=put(state.steps, event.step, step)), {f"{event.step}.started": True})
    return dose_facts(state, event.step) if event.what == "training" else state
