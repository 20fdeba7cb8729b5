"""What a definition lets anything wait for: so many of so many, and which of it can never come about."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar, assert_never, cast

from domain.gate import AllOf, Among, AnyOf, AtLeast, DateIs, FactIs, Gate, wanted
from programmes.checks import places

P = TypeVar("P", bound=Hashable)


@dataclass(frozen=True, slots=True)
class SoMany(Generic[P]):
    """So many of these must be there."""

    least: int
    of: "tuple[P | SoMany[P], ...]"


def every(*needed: "P | SoMany[P]") -> SoMany[P]:
    return SoMany(len(needed), needed)


def one_of(*needed: P) -> SoMany[P]:
    """Any of them will do; where there are none, nothing is needed."""
    return SoMany(min(1, len(needed)), needed)


def of_gate(gate: Gate, of_condition: Callable[[FactIs | Among | DateIs], SoMany[P]]) -> SoMany[P]:
    """What a gate needs, of what each of its conditions does."""
    match gate:
        case FactIs() | Among() | DateIs():
            return of_condition(gate)
        case AnyOf() | AtLeast() | AllOf():
            _, within = places.inner(gate)
            return SoMany(wanted(gate, len(within)), tuple(of_gate(each, of_condition) for each in within))
        case _:
            assert_never(gate)


def named(needed: SoMany[P]) -> Iterator[P]:
    for each in needed.of:
        if isinstance(each, SoMany):
            yield from named(cast("SoMany[P]", each))
        else:
            yield each


def in_vain(needs: Mapping[P, SoMany[P]]) -> dict[P, list[P]]:
    """Whatever never comes about, and which of that it waits for; what nobody describes is there."""
    ahead = set(needs)
    while come := {each for each in ahead if _comes_about(needs[each], ahead)}:
        ahead -= come
    return {each: [other for other in named(need) if other in ahead] for each, need in needs.items() if each in ahead}


def _comes_about(needed: "P | SoMany[P]", ahead: set[P]) -> bool:
    if isinstance(needed, SoMany):
        return sum(_comes_about(each, ahead) for each in needed.of) >= needed.least
    return needed not in ahead


def knots(waits: Mapping[P, list[P]]) -> Iterator[list[P]]:
    """The sets of those that all wait for each other, and for nothing else: the causes of all the other waiting.

    Kosaraju's way: whatever is come back to last, going backwards, lies where nothing leads out of.
    """
    backwards: dict[P, list[P]] = {each: [] for each in waits}
    for each, others in waits.items():
        for other in others:
            backwards[other].append(each)
    left: list[P] = []
    seen: set[P] = set()
    for start in waits:
        left.extend(_left_behind(start, backwards, seen))
    seen.clear()
    for start in reversed(left):
        before = frozenset(seen)
        knot = set(_left_behind(start, waits, seen))
        if knot and before.isdisjoint(other for each in knot for other in waits[each]):
            yield [each for each in waits if each in knot]


def _left_behind(start: P, ways: Mapping[P, list[P]], seen: set[P]) -> Iterator[P]:
    """Those that can be come to and were not seen yet, each when all behind it are."""
    if start in seen:
        return
    seen.add(start)
    path = [(start, iter(ways[start]))]
    while path:
        at, further = path[-1]
        following = next((each for each in further if each not in seen), None)
        if following is None:
            yield at
            path.pop()
        else:
            seen.add(following)
            path.append((following, iter(ways[following])))


def way_back(start: P, waits: Mapping[P, list[P]]) -> list[P]:
    """The shortest way from `start` to itself, without its end; empty if there is none."""
    ways: list[list[P]] = [[start]]
    seen: set[P] = set()
    for way in ways:
        for after in waits.get(way[-1], ()):
            if after == start:
                return way
            if after not in seen:
                seen.add(after)
                ways.append([*way, after])
    return []
