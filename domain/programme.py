"""Programmes: the declarative, versioned definition of a cascade."""

from datetime import date
from functools import cached_property
from typing import Annotated, Final, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints

from domain import gate_ids
from domain.calendar import SchoolCalendar
from domain.gate import Gate, opens_on, relations_read
from domain.step import Asked, Step
from domain.text import Id, Line, Model, Text


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"'{name}' is no time zone of the IANA database, such as Asia/Almaty")
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]
Version = Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+){0,2}$")]


#: offices of every rollout, whether its definition names them or not
OFFICES: Final = ("operator", "programme-manager", "auditor")


class Role(Model):
    """What people do: a seat in a team, a duty towards another participant, or an office of the rollout."""

    title: Text
    kind: Literal["seat", "duty", "office"]


class Parameter(Model):
    """A value that the programme manager may choose when a rollout starts."""

    title: Text
    default: bool | int | str
    #: the only values it may take; empty: any of the default's kind
    choices: tuple[bool | int | str, ...] = ()
    #: the source documents leave it open; the default is this definition's own choice
    open: bool = False
    why: Line


class Criterion(Model):
    id: Id
    title: Text
    points: int = Field(ge=1, le=100)


class Rubric(Model):
    """What a review judges by."""

    title: Text
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    #: the least sum of points with which a verdict can be "accepted"
    accepted_from: int = Field(ge=0)


class Seat(Model):
    id: Id
    role: Id
    required: bool = True


class Duty(Model):
    """A duty towards the participants of a tier: who fills it, and who must be somebody else."""

    role: Id
    #: the role in the parent's team whose holder has the duty; None: the programme manager assigns it
    from_parent: Id | None = None
    #: duties and seat roles that the same person must not hold at the same participant
    not_also: tuple[Id, ...] = ()


class FanOut(Model):
    least: int = Field(ge=0, le=10_000)
    target: int = Field(ge=1, le=10_000)
    most: int = Field(ge=1, le=10_000)


class Opening(Model):
    """How a participant opens the next tier: the gate, how many children, and who nominates them."""

    tier: Id
    gate: Gate
    fan_out: FanOut
    nominate: Asked
    territory: Literal["any", "same_region"] = "any"


class Certification(Model):
    title: Text
    gate: Gate


class Staffing(Asked):
    """Who is asked to fill the seats. The head, whose seat is the first, and the programme manager may do it anyway."""

    #: roles that may change the team too
    also_by: tuple[Id, ...] = ()


class Tier(Model):
    """A level of the cascade, and the journey of those who take part at it."""

    id: Id
    title: Text
    kind: Literal["team", "school", "person"] = "school"
    #: the coordinating body, of `bodies`
    body: Id
    seats: tuple[Seat, ...] = Field(min_length=1)
    duties: tuple[Duty, ...] = ()
    #: how the seats are filled; None: as `domain.participant.team.STAFFING` says
    team: Staffing | None = None
    steps: tuple[Step, ...] = Field(min_length=1)
    certification: Certification | None = None
    opens: tuple[Opening, ...] = ()

    @cached_property
    def step_by_id(self) -> dict[str, Step]:
        return {step.id: step for step in self.steps}

    @cached_property
    def gates(self) -> dict[str, Gate]:
        """Every gate of the tier under the id by which the log knows it."""
        found: dict[str, Gate] = {gate_ids.enter(step.id): step.enter for step in self.steps if step.enter is not None}
        if self.certification is not None:
            found[gate_ids.CERTIFY] = self.certification.gate
        return {**found, **{gate_ids.opening(opening.tier): opening.gate for opening in self.opens}}

    @cached_property
    def facts_of_others(self) -> dict[str, dict[str, frozenset[str]]]:
        """Gate -> relation -> the facts of others that it reads."""
        return {gate_id: relations_read(gate) for gate_id, gate in self.gates.items()}

    @cached_property
    def gate_dates(self) -> tuple[tuple[str, date], ...]:
        """Gate -> each day on which it may open by the calendar alone."""
        return tuple((gate_id, day) for gate_id, gate in self.gates.items() for day in opens_on(gate))

    @cached_property
    def duty_by_role(self) -> dict[str, Duty]:
        return {duty.role: duty for duty in self.duties}


class Cohort(Model):
    """One intake: when it runs, and how many participants of each tier are planned."""

    title: Text
    starts: date
    ends: date
    participants: dict[Id, int] = Field(default_factory=dict)
    #: values of parameters for this intake, in the place of their defaults
    parameters: dict[Id, bool | int | str] = Field(default_factory=dict)


class Programme(Model):
    """A whole definition, with every parameter already replaced by its value."""

    kaskad: Literal[1]
    programme: Id
    version: Version
    title: Text
    purpose: Text
    time_zone: TimeZone
    calendar: SchoolCalendar
    bodies: dict[Id, Text]
    roles: dict[Id, Role]
    parameters: dict[Id, Parameter] = Field(default_factory=dict)
    rubrics: dict[Id, Rubric] = Field(default_factory=dict)
    tiers: tuple[Tier, ...] = Field(min_length=1)
    cohorts: dict[Id, Cohort] = Field(min_length=1)
    #: parameter -> value as used; written by the reader, and part of the definition as the log keeps it
    chosen: dict[Id, bool | int | str] = Field(default_factory=dict)

    @cached_property
    def tier_by_id(self) -> dict[str, Tier]:
        return {tier.id: tier for tier in self.tiers}

    @cached_property
    def parents_of(self) -> dict[str, tuple[str, ...]]:
        """tier -> the tiers whose participants open it or deliver its training; a tier without any is at the top."""
        found: dict[str, list[str]] = {tier.id: [] for tier in self.tiers}
        for tier in self.tiers:
            below = [opening.tier for opening in tier.opens]
            below += [each for step in tier.steps if step.kind == "delivery" for each in step.tiers]
            for each in dict.fromkeys(below):
                found.setdefault(each, []).append(tier.id)
        return {tier: tuple(parents) for tier, parents in found.items()}

    @cached_property
    def tiers_below(self) -> dict[str, tuple[str, ...]]:
        """tier -> the tiers that it is a parent of"""
        return {
            tier.id: tuple(below for below, parents in self.parents_of.items() if tier.id in parents)
            for tier in self.tiers
        }

    @cached_property
    def role_names(self) -> tuple[str, ...]:
        """Every role that may be named: those of the definition, and the offices that every rollout has."""
        return tuple(dict.fromkeys((*self.roles, *OFFICES)))

    def is_office(self, role: str) -> bool:
        known = self.roles.get(role)
        return role in OFFICES or (known is not None and known.kind == "office")

    def role_title(self, role: str) -> str:
        """Its title in English; for an office that the definition does not describe, its name."""
        found = self.roles.get(role)
        return found.title.en if found else role

    def opening(self, tier: str, below: str) -> Opening | None:
        return next((each for each in self.tier_by_id[tier].opens if each.tier == below), None)
