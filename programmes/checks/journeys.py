"""The way through a definition: no step waits for itself, no tier is out of reach."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from domain.fact_names import CERTIFIED, COMPLETED, STARTED
from domain.gate import AllOf, Among, AnyOf, AtLeast, DateIs, FactIs, Gate
from domain.programme import Programme, Tier
from domain.step import Step
from programmes.checks import places
from programmes.checks.finding import Finding, Subject, is_made_up
from programmes.document import Place

_CERTIFICATION = "the certification"
_NEXT_TIER = "the next tier"


def check_journeys(subject: Subject) -> Iterator[Finding]:
    for path, tier in places.tiers(subject.programme):
        # Of two steps of one id, which of them a gate waits for cannot be told.
        if len(tier.step_by_id) == len(tier.steps):
            yield from _circles(path, tier, subject.programme)
    yield from _out_of_reach(subject)


def _circles(path: Place, tier: Tier, programme: Programme) -> Iterator[Finding]:
    waits = _waits(tier, programme)
    told: set[str] = set()
    for start, place in _places(path, tier):
        circle = [] if start in told else _way_back(start, waits)
        if circle:
            told.update(circle)
            said = " waits for ".join(f"'{name}'" if name in tier.step_by_id else name for name in (*circle, start))
            yield Finding(place, f"none of these could ever start: {said}")


def _places(path: Place, tier: Tier) -> Iterator[tuple[str, Place]]:
    """Whatever waits, and where it says for what."""
    for at, step in enumerate(tier.steps):
        yield step.id, (*path, "steps", at, "after" if step.after else "enter")
    if tier.certification is not None:
        yield _CERTIFICATION, (*path, "certification", "gate")
    if tier.opens:
        yield _NEXT_TIER, (*path, "opens", 0, "gate")


def _waits(tier: Tier, programme: Programme) -> dict[str, list[str]]:
    """What each step, the certification and the next tier wait for in vain; nothing for those that come about."""
    needs = _Needs(tier, programme)
    needed = {step.id: needs.of_step(step) for step in tier.steps}
    if tier.certification is not None:
        needed[_CERTIFICATION] = needs.of(tier.certification.gate)
    openings = tuple(needs.of(opening.gate) for opening in tier.opens)
    needed[_NEXT_TIER] = _SoMany(min(1, len(openings)), openings)
    needed[COMPLETED] = _every(*(step.id for step in tier.steps), *((_CERTIFICATION,) if tier.certification else ()))
    ahead = set(needed)
    while come := {name for name in ahead if _comes_about(needed[name], ahead)}:
        ahead -= come
    return {name: [each for each in _named(needed[name]) if each in ahead] for name in ahead}


@dataclass(frozen=True, slots=True)
class _SoMany:
    """So many of these must be there."""

    least: int
    of: "tuple[_Needed, ...]"


#: a name is a step, the certification, the next tier or the end of the journey
_Needed = str | _SoMany


def _every(*needed: _Needed) -> _SoMany:
    return _SoMany(len(needed), needed)


def _comes_about(needed: _Needed, ahead: set[str]) -> bool:
    if isinstance(needed, str):
        return needed not in ahead
    return sum(_comes_about(each, ahead) for each in needed.of) >= needed.least


def _named(needed: _Needed) -> Iterator[str]:
    if isinstance(needed, str):
        yield needed
    else:
        for each in needed.of:
            yield from _named(each)


class _Needs:
    """What must be there before a gate of one tier can open."""

    def __init__(self, tier: Tier, programme: Programme) -> None:
        self.tier = tier
        self.programme = programme
        below = [name for name, parents in programme.parents_of.items() if tier.id in parents]
        above = set(programme.parents_of.get(tier.id, ()))
        #: children come by the gate alone, none of them from the list of schools
        self.children_are_opened = bool(below) and all(programme.opening(tier.id, name) for name in below)
        #: what peers wait for, the participant waits for itself
        self.peers_are_alike = not any(
            above & set(parents) for name, parents in programme.parents_of.items() if name != tier.id
        )

    def of_step(self, step: Step) -> _SoMany:
        gate = () if step.enter is None else (self.of(step.enter),)
        children = (_NEXT_TIER,) if self._trains_only_the_opened(step) else ()
        return _every(*step.after, *gate, *children)

    def _trains_only_the_opened(self, step: Step | None) -> bool:
        """Its sessions begin with the first child."""
        return (
            step is not None
            and step.kind == "delivery"
            and all(self.programme.opening(self.tier.id, name) for name in step.tiers)
        )

    def of(self, gate: Gate) -> _SoMany:
        """The steps without the facts of which the gate stays shut."""
        match gate:
            case FactIs() | Among() | DateIs():
                return _every(*self._of_condition(gate))
            case AnyOf() | AtLeast() | AllOf():
                _, within = places.inner(gate)
                least = gate.at_least if isinstance(gate, AtLeast) else 1 if isinstance(gate, AnyOf) else len(within)
                return _SoMany(least, tuple(self.of(each) for each in within))
            case _:
                assert_never(gate)

    def _of_condition(self, leaf: FactIs | Among | DateIs) -> Iterator[str]:
        if isinstance(leaf, FactIs) and leaf.of_ == "self":
            # Started is such a step without any child.
            step, _, fact = leaf.fact.partition(".")
            if fact != STARTED or not self._trains_only_the_opened(self.tier.step_by_id.get(step)):
                yield from _told_by(leaf)
        elif isinstance(leaf, Among) and (leaf.at_least or leaf.share):
            if leaf.among == "children" and self.children_are_opened:
                yield _NEXT_TIER
            elif leaf.among == "peers" and self.peers_are_alike:
                yield from _told_by(leaf.where)


def _told_by(leaf: FactIs) -> Iterator[str]:
    if leaf.is_ or (leaf.at_least or 0) > 0:
        step = leaf.fact.partition(".")[0]
        yield {CERTIFIED: _CERTIFICATION, "children": _NEXT_TIER}.get(step, step)


def _way_back(start: str, waits: dict[str, list[str]]) -> list[str]:
    """The shortest way from `start` to itself, without its end; empty if there is none."""
    ways: list[list[str]] = [[start]]
    seen: set[str] = set()
    for way in ways:
        for after in waits.get(way[-1], ()):
            if after == start:
                return way
            if after not in seen:
                seen.add(after)
                ways.append([*way, after])
    return []


def _out_of_reach(subject: Subject) -> Iterator[Finding]:
    programme = subject.programme
    opened = {opening.tier for tier in programme.tiers for opening in tier.opens}
    planned = {tier for cohort in programme.cohorts.values() for tier in cohort.participants}
    reached = [tier.id for tier in programme.tiers if tier.id not in opened]
    for name in reached:
        below = [opening.tier for opening in programme.tier_by_id[name].opens]
        reached += [tier for tier in below if tier not in reached and tier in programme.tier_by_id]
    for path, tier in places.tiers(programme):
        if is_made_up(tier.id):
            continue
        if tier.id not in reached:
            yield Finding(path, f"nobody can reach the tier '{tier.id}': only tiers that lead back to it open it")
        elif tier.id in opened or tier.id in planned or not planned or subject.is_doubtful(("cohorts",)):
            continue
        # a team at the top takes part without a row of its own in the list of schools
        elif tier.kind != "team" or programme.parents_of[tier.id]:
            message = (
                f"nobody can reach the tier '{tier.id}': no tier opens it, and no cohort has participants there; "
                f"name it in the 'participants' of a cohort, or in the 'opens' of a tier"
            )
            yield Finding(path, message)
