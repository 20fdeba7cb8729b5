"""What a rehearsal plays: a definition, a cohort, its schools, people's habits and a seed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time

from domain.calendar import instant_on
from domain.programme import Cohort, Programme
from domain.rollout.commands import Place
from programmes.reader import Definition
from rehearsal.drawing import digest
from rehearsal.habits import Habits, read_habits

_BEGINS_AT = time(9)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a rehearsal depends on; its own id apart, the same plan leads to the same events."""

    rollout: str
    definition: Definition
    cohort: str
    places: tuple[Place, ...]
    seed: int
    #: school -> the schools it will nominate; those without an entry make some up
    nominees: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    habits: Habits = field(default_factory=read_habits)

    def named(self, rollout: str) -> "Plan":
        """The same plan as a rehearsal of its own."""
        return replace(self, rollout=rollout)

    @property
    def programme(self) -> Programme:
        return self.definition.programme

    @property
    def intake(self) -> Cohort:
        return self.programme.cohorts[self.cohort]

    @property
    def begins(self) -> datetime:
        return instant_on(self.intake.starts, _BEGINS_AT, self.programme.time_zone)


def rehearsal_id(*what: object) -> str:
    """An id that no other rehearsal on the same server has, when `what` includes something of the moment."""
    return f"rehearsal-{digest(0, *what)[:6]}"
