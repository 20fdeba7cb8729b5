"""The names of all facts in one table: what the engine records, what gates read, what a definition is checked by."""

from dataclasses import dataclass
from typing import Literal, assert_never

from domain.programme import Programme, Tier
from domain.step import Step

SEATS_FILLED = "seats.filled"
SEATS_COMPLETE = "seats.complete"
CERTIFIED = "certified"
WITHDRAWN = "withdrawn"
COMPLETED = "completed"
CHILDREN_OPENED = "children.opened"
CHILDREN_CERTIFIED = "children.certified"
CHILDREN_COMPLETED = "children.completed"

#: what a participant comes to when its journey is over, and no gate of it is looked at any more
ENDS = frozenset({WITHDRAWN, COMPLETED})

OUTCOMES = ("on_track", "needs_support", "at_risk")
STARTED = "started"
DONE = "done"

#: ids that no step may have, since facts of the participant itself begin with them
RESERVED_STEPS = frozenset({"seats", "children", CERTIFIED, WITHDRAWN, COMPLETED})
#: ids that no task of an assignment may have, since every step has facts of these names
RESERVED_TASKS = frozenset({STARTED, DONE})


@dataclass(frozen=True, slots=True)
class FactKind:
    """What a fact can be: its type, the most a number can reach, the words that a text can be."""

    type: Literal["bool", "int", "str"]
    most: int | None = None
    words: tuple[str, ...] = ()


def step_fact(step: str, name: str) -> str:
    return f"{step}.{name}"


def fact_names(tier: Tier, programme: Programme) -> dict[str, FactKind]:
    """Every fact that a participant of the tier can have."""
    below = [name for name, parents in programme.parents_of.items() if tier.id in parents]
    openings = [programme.opening(tier.id, name) for name in below]
    # Whom it only trains come from the list of schools, however many they are.
    children = sum(each.fan_out.most for each in openings if each) if all(openings) else None
    known = {
        SEATS_FILLED: FactKind("int", len(tier.seats)),
        SEATS_COMPLETE: FactKind("bool"),
        CERTIFIED: FactKind("bool"),
        WITHDRAWN: FactKind("bool"),
        COMPLETED: FactKind("bool"),
        CHILDREN_OPENED: FactKind("int", children),
        CHILDREN_CERTIFIED: FactKind("int", children),
        CHILDREN_COMPLETED: FactKind("int", children),
    }
    for step in tier.steps:
        for name, kind in _of_step(step, programme).items():
            known[step_fact(step.id, name)] = kind
    return known


def _of_step(step: Step, programme: Programme) -> dict[str, FactKind]:
    known = {STARTED: FactKind("bool"), DONE: FactKind("bool")}
    match step.kind:
        case "training":
            # `hours` are those that at least the dose's share of the audience's seats have attended
            known["hours"] = FactKind("int", sum(session.hours for session in step.sessions))
            known["sessions"] = FactKind("int", len(step.sessions))
        case "delivery":
            known["sessions"] = FactKind("int", _sessions_delivered(step.tiers, step.step, programme))
        case "mentoring":
            known["held"] = FactKind("int", step.count)
            # Unbounded: checkpoints go on until enough of them were held.
            known["missed"] = FactKind("int")
            known["last"] = FactKind("str", words=OUTCOMES)
        case "evidence":
            known["accepted"] = FactKind("int", len(step.items))
            known["refused"] = FactKind("int", len(step.items))
            rubrics = [item.review.rubric for item in step.items if item.review and item.review.rubric]
            known["score"] = FactKind("int", sum(_points(rubric, programme) for rubric in rubrics))
        case "cycle":
            known["phases"] = FactKind("int", len(step.phases) * step.repeats)
            known["repeats"] = FactKind("int", step.repeats)
        case "assignment":
            for task in step.tasks:
                known[task.id] = FactKind("str", words=task.answers or (DONE,))
        case _:
            assert_never(step.kind)
    return known


def _sessions_delivered(tiers: tuple[str, ...], step: str, programme: Programme) -> int:
    """All tiers of a delivery are trained together, in the sessions of the first."""
    training = programme.tier_by_id[tiers[0]].step_by_id.get(step) if tiers[0] in programme.tier_by_id else None
    return len(training.sessions) if training is not None and training.kind == "training" else 0


def _points(rubric: str, programme: Programme) -> int:
    found = programme.rubrics.get(rubric)
    return sum(criterion.points for criterion in found.criteria) if found else 0
