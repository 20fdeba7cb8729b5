"""The kinds of step that a definition can say."""

from typing import Annotated, Literal

from pydantic import Field

from domain.calendar import Due, Share
from domain.gate import Gate
from domain.text import Id, Model, Text

Mode = Literal["in_person", "online", "hybrid"]


class Escalation(Model):
    """Who hears of a task that is still open `days` after it fell due."""

    days: int = Field(ge=0, le=365)
    to: Id


class Asked(Model):
    """What is asked of one role: by when, reminders (days before due), and who hears when nothing happens."""

    by: Id
    due: Due
    remind: tuple[Annotated[int, Field(ge=0, le=365)], ...] = ()
    escalate: Escalation | None = None


class Assignment(Asked):
    """One thing to do, with an answer or simply done."""

    id: Id
    title: Text
    #: permitted answers; empty: it is simply done
    answers: tuple[Id, ...] = ()


class Accepts(Model):
    """Which artefacts an item of evidence takes."""

    media_types: tuple[str, ...] = Field(min_length=1)
    max_bytes: int = Field(ge=1, le=2_000_000_000)
    min_files: int = Field(1, ge=1, le=100)
    max_files: int = Field(10, ge=1, le=100)


class Review(Asked):
    """Who judges the evidence, by which rubric, and how often it may be returned."""

    rubric: Id | None = None
    attempts: int = Field(3, ge=1, le=20)


class EvidenceItem(Asked):
    """One piece of evidence; without a review it counts as accepted when it is submitted."""

    id: Id
    title: Text
    instructions: Text | None = None
    accepts: Accepts
    review: Review | None = None


class SessionDefinition(Model):
    """One sitting of a training step."""

    id: Id
    title: Text
    mode: Mode
    hours: int = Field(ge=1, le=400)
    #: by when it is to have taken place, counted from the start of the step
    held: Due


class Dose(Model):
    """How much of a training counts as trained: so many hours for so great a share of the audience's seats."""

    hours: int = Field(ge=0, le=2_000)
    share: Share = 100


class _Step(Model):
    id: Id
    title: Text
    #: steps that must be complete before this one starts
    after: tuple[Id, ...] = ()
    enter: Gate | None = None


class TrainingStep(_Step):
    """Sessions that the parent's people hold; the participant's seats attend."""

    kind: Literal["training"]
    sessions: tuple[SessionDefinition, ...] = Field(min_length=1)
    #: roles that are asked to attend; empty: every seat
    audience: tuple[Id, ...] = ()
    dose: Dose


class DeliveryStep(_Step):
    """The other side of a training: this participant's people plan and hold the sessions of a step of its children."""

    kind: Literal["delivery"]
    tiers: tuple[Id, ...] = Field(min_length=1)
    step: Id
    plan: Asked
    record: Asked


class MentoringStep(_Step):
    """Mentoring checkpoints at an even pace."""

    kind: Literal["mentoring"]
    by: Id
    every: Due
    count: int = Field(ge=1, le=120)
    #: how many must have been held for the step to be complete
    at_least: int = Field(ge=1, le=120)
    remind: tuple[Annotated[int, Field(ge=0, le=365)], ...] = ()
    #: a checkpoint not held so many days after its date counts as missed, and is escalated
    missed_after: int = Field(ge=1, le=90)
    escalate_to: Id


class EvidenceStep(_Step):
    """Evidence, each item by itself."""

    kind: Literal["evidence"]
    items: tuple[EvidenceItem, ...] = Field(min_length=1)


class CycleStep(_Step):
    """Phases one after the other, each with its evidence, gone through `repeats` times."""

    kind: Literal["cycle"]
    repeats: int = Field(1, ge=1, le=20)
    phases: tuple[EvidenceItem, ...] = Field(min_length=1)


class AssignmentStep(_Step):
    """Things to do, all asked at once."""

    kind: Literal["assignment"]
    tasks: tuple[Assignment, ...] = Field(min_length=1)


Step = Annotated[
    TrainingStep | DeliveryStep | MentoringStep | EvidenceStep | CycleStep | AssignmentStep,
    Field(discriminator="kind"),
]


def roles_asked(step: Step) -> frozenset[str]:
    """Every role that is asked for something by the step, reviews included."""
    match step:
        case TrainingStep():
            return frozenset()
        case DeliveryStep():
            return frozenset({step.plan.by, step.record.by})
        case MentoringStep():
            return frozenset({step.by})
        case EvidenceStep(items=items) | CycleStep(phases=items):
            return frozenset({each.by for each in items} | {each.review.by for each in items if each.review})
        case AssignmentStep(tasks=tasks):
            return frozenset(each.by for each in tasks)
