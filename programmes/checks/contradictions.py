"""Conditions that must hold together and cannot."""

from collections import defaultdict
from collections.abc import Iterator

from domain.gate import DateIs, FactIs, Gate
from programmes.checks import places
from programmes.checks.finding import Finding, written
from programmes.document import Place

_Claims = list[tuple[Place, FactIs]]


def contradictions(path: Place, gate: Gate) -> Iterator[Finding]:
    """What contradicts itself among the conditions that must all hold, here and in each branch."""
    yield from _together(path, gate)
    for place, branch in _branches(path, gate):
        yield from _together(place, branch)


def _branches(path: Place, gate: Gate) -> Iterator[tuple[Place, Gate]]:
    """Each alternative within the gate: what must hold in it is a set of its own."""
    key, within = places.inner(gate)
    for at, each in enumerate(within):
        if key != "all":
            yield (*path, key, at), each
        yield from _branches((*path, key, at), each)


def _together(path: Place, gate: Gate) -> Iterator[Finding]:
    facts: dict[tuple[str, str], _Claims] = defaultdict(list)
    dates: list[tuple[Place, DateIs]] = []
    for place, leaf in places.must_hold(path, gate):
        if isinstance(leaf, DateIs):
            dates.append((place, leaf))
        elif isinstance(leaf, FactIs) and leaf.of_ != "outside":
            facts[(leaf.of_, leaf.fact)].append((place, leaf))
    yield from _of_dates(dates)
    for (_, fact), claims in facts.items():
        yield from _of_fact(fact, claims)


def _of_dates(dates: list[tuple[Place, DateIs]]) -> Iterator[Finding]:
    opens = max((leaf.on_or_after for _, leaf in dates if leaf.on_or_after), default=None)
    for place, leaf in dates:
        if leaf.before is not None and opens is not None and leaf.before <= opens:
            message = f"before {leaf.before} and on or after {opens} leave no day on which the gate could open"
            yield Finding((*place, "before"), message)


def _of_fact(fact: str, claims: _Claims) -> Iterator[Finding]:
    least = max((leaf.at_least for _, leaf in claims if leaf.at_least is not None), default=None)
    first: bool | int | str | None = None
    for place, leaf in claims:
        if leaf.is_ is not None:
            if first is not None and leaf.is_ != first:
                yield Finding((*place, "is"), f"'{fact}' cannot be {written(first)} and {written(leaf.is_)} at once")
            first = leaf.is_ if first is None else first
        if leaf.at_most is not None and least is not None and leaf.at_most < least:
            message = f"'{fact}' cannot be at least {least} and at most {leaf.at_most} at once"
            yield Finding((*place, "at_most"), message)
