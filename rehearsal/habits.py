"""The habits of simulated people, as data."""

from datetime import time
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import Field, model_validator

from domain.text import Id, Model

SHIPPED = Path(__file__).with_name("habits.yaml")

PerCent = Annotated[int, Field(ge=0, le=100)]
Days = Annotated[int, Field(ge=0, le=1000)]


class Habit(Model):
    """When a person with this habit acts on a task."""

    id: Id
    likelihood: PerCent
    counts_from: Literal["asked", "reminder", "due", "escalation"]
    #: per cent of the time until the due date, when counted from `asked`; days otherwise
    between: tuple[Days, Days]


class EvidenceHabits(Model):
    #: how likely it is returned at the first attempt, the second, and so on; the last holds for all later ones
    returned: tuple[PerCent, ...] = Field(min_length=1)
    refused: PerCent


class AttendanceHabits(Model):
    absent: PerCent


class MentoringHabits(Model):
    needs_support: PerCent
    at_risk: PerCent


class SeatHabits(Model):
    optional_filled: PerCent


class DutyHabit(Model):
    """Whom the programme manager takes for a duty, and how soon."""

    from_: Literal["parent", "certified", "pool"] = Field(alias="from")
    days: tuple[Days, Days]
    pool: int = Field(3, ge=1, le=100)


class Happening(Model):
    """Something that happens once in every rehearsal."""

    id: Id
    what: Literal["leaves", "substitute", "withdraws", "misses_checkpoint", "extends"]
    after_days: Days = 0
    role: Id | None = None
    for_days: Days = 0
    replaced_after: Days = 0
    number: int = Field(1, ge=1)
    days: Days = 0


class Habits(Model):
    kaskad: Literal[1]
    works_at: time
    habits: tuple[Habit, ...] = Field(min_length=1)
    evidence: EvidenceHabits
    attendance: AttendanceHabits
    mentoring: MentoringHabits
    seats: SeatHabits
    duties: dict[Id, DutyHabit]
    happenings: tuple[Happening, ...] = ()

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        total = sum(habit.likelihood for habit in self.habits)
        if total != 100:
            raise ValueError(f"the likelihoods of the habits add up to {total}, not to 100")
        for habit in self.habits:
            if habit.between[0] > habit.between[1]:
                raise ValueError(f"{habit.id}: between {habit.between[0]} and {habit.between[1]} lies nothing")
        return self


def read_habits(path: Path = SHIPPED) -> Habits:
    """Raises pydantic's ValidationError with every problem of the file."""
    return Habits.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
