"""Gates: conditions over recorded facts, how they are evaluated and how they are told."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self, assert_never

import msgspec
from pydantic import Discriminator, Field, Tag, TypeAdapter, model_validator

from domain.calendar import Share, local_day
from domain.text import Model

Value = bool | int | str | None
Subject = Literal["self", "parent", "outside"]
Group = Literal["children", "peers"]
FactName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$", max_length=127)]


class Fact(msgspec.Struct, frozen=True):
    """A recorded value, and the version of its stream that set it."""

    value: Value
    version: int


class Facts(msgspec.Struct, frozen=True):
    """What a gate may read, all of it as it stood at one position of the log."""

    position: int
    own: Mapping[str, Fact] = {}
    #: relation ("parent", "children", "peers", "outside") -> participant -> fact name -> fact
    related: Mapping[str, Mapping[str, Mapping[str, Fact]]] = {}
    #: the actor's offices in this rollout (operator, programme-manager, auditor, those of the programme); for a
    #: nomination also `role:…`, each role that the actor has at the parent
    rights: frozenset[str] = frozenset()


class Reading(msgspec.Struct, frozen=True):
    """One fact that a gate read: whose, its value, and the version of that stream that set it (0: not yet a fact)."""

    of: str
    fact: str
    value: Value
    version: int


class FactIs(Model):
    """A fact of the participant itself, of its parent, or of an outside body."""

    fact: FactName
    of_: Subject = Field("self", alias="of")
    is_: bool | int | str | None = Field(None, alias="is")
    at_least: int | None = None
    at_most: int | None = None

    @model_validator(mode="after")
    def _compares(self) -> Self:
        if self.is_ is None and self.at_least is None and self.at_most is None:
            raise ValueError("needs 'is', 'at_least' or 'at_most' to compare the fact with")
        return self

    def holds(self, value: Value) -> bool:
        if self.is_ is not None and (value or False) != self.is_:
            return False
        number = int(value or 0) if not isinstance(value, str) else 0
        return (self.at_least is None or number >= self.at_least) and (self.at_most is None or number <= self.at_most)


class Among(Model):
    """How many of the children or peers fulfil a condition."""

    among: Group
    where: FactIs
    at_least: int | None = Field(None, ge=1)
    share: Share | None = None

    @model_validator(mode="after")
    def _counts(self) -> Self:
        if (self.at_least is None) == (self.share is None):
            raise ValueError("needs either 'at_least' (a count) or 'share' (per cent)")
        return self


class DateIs(Model):
    """The date has come, or has not passed yet."""

    on_or_after: date | None = None
    before: date | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.on_or_after is None and self.before is None:
            raise ValueError("needs 'on_or_after' or 'before'")
        return self


class AllOf(Model):
    all: tuple["Gate", ...] = Field(min_length=1)


class AnyOf(Model):
    any: tuple["Gate", ...] = Field(min_length=1)


class AtLeast(Model):
    at_least: int = Field(ge=1)
    of: tuple["Gate", ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.at_least > len(self.of):
            raise ValueError(f"asks for {self.at_least} of only {len(self.of)} conditions: it can never open")
        return self


_TAGS = {"FactIs": "fact", "Among": "among", "DateIs": "date", "AllOf": "all", "AnyOf": "any", "AtLeast": "at_least"}


def _shape(raw: Any) -> str | None:
    """Which condition a mapping is, by the key that only this one has."""
    if not isinstance(raw, Mapping):
        return _TAGS.get(type(raw).__name__)
    for key, tag in (("fact", "fact"), ("among", "among"), ("all", "all"), ("any", "any"), ("of", "at_least")):
        if key in raw:
            return tag
    return "date" if "on_or_after" in raw or "before" in raw else None


Gate = Annotated[
    Annotated[FactIs, Tag("fact")]
    | Annotated[Among, Tag("among")]
    | Annotated[DateIs, Tag("date")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[AtLeast, Tag("at_least")],
    Discriminator(
        _shape,
        custom_error_type="gate_shape",
        custom_error_message="is no condition: it needs one of the keys fact, among, all, any, at_least with of, "
        "on_or_after, before",
    ),
]
AllOf.model_rebuild()
AnyOf.model_rebuild()
AtLeast.model_rebuild()
GATE: TypeAdapter[Gate] = TypeAdapter(Gate)


class Verdict(msgspec.Struct, frozen=True):
    """Whether a gate is open, and every fact that was read to know it."""

    open: bool
    readings: tuple[Reading, ...]


def conditions(gate: Gate) -> Iterator[FactIs | Among | DateIs]:
    """The leaves of a gate."""
    match gate:
        case AllOf(all=inner) | AnyOf(any=inner) | AtLeast(of=inner):
            for each in inner:
                yield from conditions(each)
        case FactIs() | Among() | DateIs():
            yield gate
        case _:
            assert_never(gate)


def evaluate(gate: Gate, facts: Facts, participant: str, at: datetime, time_zone: str) -> Verdict:
    """Read every fact that the gate names, also those that decide nothing any more: the verdict is explained whole."""
    readings: dict[tuple[str, str], Reading] = {}
    is_open = _holds(gate, facts, participant, local_day(at, time_zone), readings)
    return Verdict(is_open, tuple(readings.values()))


def _holds(gate: Gate, facts: Facts, participant: str, today: date, readings: dict[tuple[str, str], Reading]) -> bool:
    match gate:
        case AllOf(all=inner) | AnyOf(any=inner) | AtLeast(of=inner):
            held = [_holds(each, facts, participant, today, readings) for each in inner]
            return sum(held) >= wanted(gate, len(held))
        case DateIs(on_or_after=first, before=end):
            return (first is None or today >= first) and (end is None or today < end)
        case FactIs(of_="self"):
            return gate.holds(_read(participant, facts.own, gate.fact, readings))
        case FactIs(of_=subject):
            sheets = facts.related.get(subject, {})
            held = [gate.holds(_read(whose, sheet, gate.fact, readings)) for whose, sheet in sorted(sheets.items())]
            return any(held)
        case Among(among=group, where=where):
            sheets = facts.related.get(group, {})
            held = [where.holds(_read(whose, sheet, where.fact, readings)) for whose, sheet in sorted(sheets.items())]
            if gate.at_least is not None:
                return sum(held) >= gate.at_least
            return bool(held) and sum(held) * 100 >= (gate.share or 0) * len(held)
        case _:
            assert_never(gate)


def wanted(gate: AllOf | AnyOf | AtLeast, conditions: int) -> int:
    """How many of its conditions have to hold."""
    match gate:
        case AllOf():
            return conditions
        case AnyOf():
            return 1
        case AtLeast(at_least=wanted):
            return wanted


def _read(whose: str, sheet: Mapping[str, Fact], name: str, readings: dict[tuple[str, str], Reading]) -> Value:
    fact = sheet.get(name, Fact(None, 0))
    readings[whose, name] = Reading(whose, name, fact.value, fact.version)
    return fact.value


def relations_read(gate: Gate) -> dict[str, frozenset[str]]:
    """Which facts of others the gate reads: relation -> fact names."""
    found: dict[str, set[str]] = {}
    for condition in conditions(gate):
        match condition:
            case FactIs(of_=subject) if subject != "self":
                found.setdefault(subject, set()).add(condition.fact)
            case Among():
                found.setdefault(condition.among, set()).add(condition.where.fact)
            case _:
                pass
    return {relation: frozenset(names) for relation, names in found.items()}


def opens_on(gate: Gate) -> tuple[date, ...]:
    """The dates on which the gate may change its mind without any event."""
    days = {
        day for each in conditions(gate) if isinstance(each, DateIs) for day in (each.on_or_after, each.before) if day
    }
    return tuple(sorted(days))


def sentence(gate: Gate) -> str:
    """The rule in English words."""
    match gate:
        case AllOf(all=inner):
            return " and ".join(_bracketed(each) for each in inner)
        case AnyOf(any=inner):
            return " or ".join(_bracketed(each) for each in inner)
        case AtLeast(at_least=wanted, of=inner):
            return f"at least {wanted} of: " + "; ".join(sentence(each) for each in inner)
        case DateIs(on_or_after=first, before=end):
            return " and ".join(
                words
                for words in (first and f"the date is {first} or later", end and f"the date is before {end}")
                if words
            )
        case FactIs():
            return f"{_whose(gate.of_)}{gate.fact} {_comparison(gate)}"
        case Among(among=group, where=where):
            count = f"at least {gate.at_least}" if gate.at_least is not None else f"at least {gate.share} %"
            return f"{count} of the {group} have {where.fact} {_comparison(where)}"
        case _:
            assert_never(gate)


def _bracketed(gate: Gate) -> str:
    return f"({sentence(gate)})" if isinstance(gate, AllOf | AnyOf | AtLeast) else sentence(gate)


def _whose(subject: Subject) -> str:
    return {"self": "", "parent": "the parent's ", "outside": "an outside body's "}[subject]


def _comparison(where: FactIs) -> str:
    words = []
    if where.is_ is not None:
        words.append(
            "is " + {True: "true", False: "false"}.get(where.is_, str(where.is_))
            if isinstance(where.is_, bool)
            else f"is {where.is_}"
        )
    if where.at_least is not None:
        words.append(f"is at least {where.at_least}")
    if where.at_most is not None:
        words.append(f"is at most {where.at_most}")
    return " and ".join(words)
