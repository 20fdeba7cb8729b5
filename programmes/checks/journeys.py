"""The way through a definition: no step waits for itself, no tier is out of reach."""

from collections.abc import Iterator

from domain.fact_names import CERTIFIED, COMPLETED
from domain.gate import FactIs, Gate
from domain.programme import Programme, Tier
from programmes.checks import places
from programmes.checks.finding import Finding, Subject, is_made_up
from programmes.document import Place

_CERTIFICATION = "the certification"
_NEXT_TIER = "the next tier"


def check_journeys(subject: Subject) -> Iterator[Finding]:
    for path, tier in places.tiers(subject.programme):
        yield from _circles(path, tier)
    yield from _out_of_reach(subject.programme)


def _circles(path: Place, tier: Tier) -> Iterator[Finding]:
    waits = _waits(tier)
    told: set[str] = set()
    for at, step in enumerate(tier.steps):
        if step.id in told:
            continue
        circle = _way_back(step.id, waits)
        if circle:
            told.update(circle)
            said = " waits for ".join(f"'{name}'" if name in tier.step_by_id else name for name in (*circle, step.id))
            key = "after" if step.after else "enter"
            yield Finding((*path, "steps", at, key), f"none of these could ever start: {said}")


def _waits(tier: Tier) -> dict[str, list[str]]:
    """What each step, the certification and the next tier cannot come before."""
    waits = {step.id: [*step.after, *(_needs(step.enter) if step.enter else ())] for step in tier.steps}
    if tier.certification is not None:
        waits[_CERTIFICATION] = list(_needs(tier.certification.gate))
    needed = [set(_needs(opening.gate)) for opening in tier.opens]
    waits[_NEXT_TIER] = sorted(set.intersection(*needed)) if needed else []
    waits[COMPLETED] = [step.id for step in tier.steps]
    return waits


def _needs(gate: Gate) -> Iterator[str]:
    """The steps without a fact of which the gate stays shut."""
    for _, leaf in places.must_hold((), gate):
        if isinstance(leaf, FactIs) and leaf.of_ == "self" and (leaf.is_ or (leaf.at_least or 0) > 0):
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


def _out_of_reach(programme: Programme) -> Iterator[Finding]:
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
        elif tier.id not in opened and planned and tier.id not in planned:
            message = f"nobody can reach the tier '{tier.id}': no tier opens it, and no cohort has participants there"
            yield Finding(path, message)
