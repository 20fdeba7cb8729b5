"""Waiting across tiers: a parent and its children that wait for each other, so that neither ever begins."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from domain.fact_names import (
    CERTIFIED,
    CHILDREN_CERTIFIED,
    CHILDREN_COMPLETED,
    CHILDREN_OPENED,
    COMPLETED,
    DONE,
    STARTED,
)
from domain.gate import Among, DateIs, FactIs, Gate
from domain.programme import Programme, Tier
from domain.step import Step
from programmes.checks import places
from programmes.checks.finding import Finding, Subject
from programmes.checks.needs import SoMany, every, in_vain, knots, of_gate, one_of, way_back
from programmes.document import Place


class Point(NamedTuple):
    """Something that a participant of a tier comes to: a step begun, attended or done, its certificate, its end."""

    tier: str
    what: Literal["begins", "attends", "does", "is certified", "opens", "ends"]
    of: str = ""

    def __str__(self) -> str:
        match self.what:
            case "is certified":
                return f"the certification of '{self.tier}'"
            case "ends":
                return f"the end of '{self.tier}'"
            case "opens":
                return f"the tier '{self.of}' opened by '{self.tier}'"
            case _:
                return f"'{self.of}' of '{self.tier}'"


Needed = SoMany[Point]


def check_cascades(subject: Subject) -> Iterator[Finding]:
    """Only what waits across tiers; circles within one are told by themselves."""
    programme = subject.programme
    waits = in_vain(_Needs(programme).all())
    for knot in knots(waits):
        if len({each.tier for each in knot}) > 1:
            circle = _circle(knot, waits)
            at = next((number for number, each in enumerate(circle) if _place(programme, each)), 0)
            way = [str(each) for each in (*circle[at:], *circle[:at], circle[at])]
            said = " waits for ".join(name for name, before in zip(way, [None, *way], strict=False) if name != before)
            yield Finding(_place(programme, circle[at]), f"none of these could ever start: {said}")


def _circle(knot: list[Point], waits: dict[Point, list[Point]]) -> list[Point]:
    """The shortest that leads through more than one tier."""
    ways = (_way_across(start, {each: waits[each] for each in knot}) for start in knot)
    return min((way for way in ways if way), key=len)


def _way_across(start: Point, waits: dict[Point, list[Point]]) -> list[Point]:
    """From `start` by way of another tier back to it."""
    ways: dict[tuple[Point, bool], list[tuple[Point, bool]]] = {}
    for each, others in waits.items():
        for away in (False, True):
            steps = [(other, away or other.tier != start.tier) for other in others if away or other != start]
            ways[each, away] = [(other, gone and other != start) for other, gone in steps]
    return [each for each, _ in way_back((start, False), ways)]


class _Needs:
    """What each point waits for, as the definition says it."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        parents_of = programme.parents_of
        self.children = {
            tier.id: [name for name, parents in parents_of.items() if tier.id in parents and name in self._known]
            for tier in programme.tiers
        }

    @property
    def _known(self) -> dict[str, Tier]:
        return self.programme.tier_by_id

    def all(self) -> dict[Point, Needed]:
        found: dict[Point, Needed] = {}
        for tier in self.programme.tiers:
            for step in tier.steps:
                found[Point(tier.id, "begins", step.id)] = self._to_begin(tier, step)
                found[Point(tier.id, "does", step.id)] = self._to_do(tier, step)
                if step.kind == "training":
                    found[Point(tier.id, "attends", step.id)] = self._to_attend(tier, step.id)
            for opening in tier.opens:
                gate = self._of(tier, opening.gate)
                found[Point(tier.id, "opens", opening.tier)] = every(self._to_come(tier), gate)
            certified = [self._of(tier, tier.certification.gate)] if tier.certification else []
            found[Point(tier.id, "is certified")] = every(self._to_come(tier), *certified)
            found[Point(tier.id, "ends")] = self._to_end(tier)
        return found

    def _to_come(self, tier: Tier) -> Needed:
        """Below a gate, a participant comes when a parent's opens; otherwise the list brings it."""
        parents = [each for each in self.programme.parents_of.get(tier.id, ()) if each in self._known]
        if all(self.programme.opening(each, tier.id) for each in parents):
            return one_of(*(Point(each, "opens", tier.id) for each in parents))
        return every()

    def _to_begin(self, tier: Tier, step: Step) -> Needed:
        needs = [self._to_come(tier), *(one_of(Point(tier.id, "does", each)) for each in step.after)]
        if step.enter is not None:
            needs.append(self._of(tier, step.enter))
        if step.kind == "delivery" and all(self.programme.opening(tier.id, each) for each in step.tiers):
            needs.append(one_of(*(Point(tier.id, "opens", each) for each in step.tiers)))
        return every(*needs)

    def _to_do(self, tier: Tier, step: Step) -> Needed:
        begun = Point(tier.id, "begins", step.id)
        return every(begun, Point(tier.id, "attends", step.id)) if step.kind == "training" else every(begun)

    def _to_attend(self, tier: Tier, training: str) -> Needed:
        """Sessions are planned and held from the beginning of a delivery on."""
        held = [
            Point(parent, "begins", step.id)
            for parent in self.programme.parents_of.get(tier.id, ())
            for step in (self._known[parent].steps if parent in self._known else ())
            if step.kind == "delivery" and step.step == training and tier.id in step.tiers
        ]
        return every(self._to_come(tier), one_of(*held))

    def _to_end(self, tier: Tier) -> Needed:
        needs = [Point(tier.id, "does", step.id) for step in tier.steps]
        if tier.certification is not None:
            needs.append(Point(tier.id, "is certified"))
        return every(*needs, *(Point(opening.tier, "ends") for opening in tier.opens if opening.fan_out.least))

    def _of(self, tier: Tier, gate: Gate) -> Needed:
        """What must have been come to before the gate can open."""
        return of_gate(gate, lambda leaf: one_of(*self._of_condition(tier, leaf)))

    def _of_condition(self, tier: Tier, leaf: FactIs | Among | DateIs) -> list[Point]:
        match leaf:
            case FactIs(of_="self"):
                return self._told_by([tier.id], leaf)
            case FactIs(of_="parent"):
                return self._told_by(self.programme.parents_of.get(tier.id, ()), leaf)
            case Among(among="children", where=where) if leaf.at_least or leaf.share:
                return self._told_by(self.children[tier.id], where)
            case _:
                return []

    def _told_by(self, tiers: Iterable[str], leaf: FactIs) -> list[Point]:
        """The points that can make the fact so; none when it can be so without any."""
        if not (leaf.is_ or (leaf.at_least or 0) > 0):
            return []
        found = [self._points(self._known[each], leaf.fact) for each in tiers if each in self._known]
        return [] if [] in found else [point for points in found for point in points]

    def _points(self, tier: Tier, fact: str) -> list[Point]:
        below = self.children[tier.id]
        match fact:
            case _ if fact == CERTIFIED:
                return [Point(tier.id, "is certified")]
            case _ if fact == COMPLETED:
                return [Point(tier.id, "ends")]
            case _ if fact == CHILDREN_OPENED and all(self.programme.opening(tier.id, each) for each in below):
                return [Point(tier.id, "opens", each) for each in below]
            case _ if fact == CHILDREN_CERTIFIED:
                return [Point(each, "is certified") for each in below]
            case _ if fact == CHILDREN_COMPLETED:
                return [Point(each, "ends") for each in below]
        name, _, of_it = fact.partition(".")
        step = tier.step_by_id.get(name)
        if step is None:
            return []
        if of_it == DONE:
            return [Point(tier.id, "does", name)]
        return [Point(tier.id, "attends" if step.kind == "training" and of_it != STARTED else "begins", name)]


def _place(programme: Programme, point: Point) -> Place:
    """Where the definition says for what the point waits."""
    for path, tier in places.tiers(programme):
        if tier.id != point.tier:
            continue
        for at, step in enumerate(tier.steps):
            if (point.what, point.of) == ("begins", step.id) and (step.enter is not None or step.after):
                return (*path, "steps", at, "enter" if step.enter is not None else "after")
        for at, opening in enumerate(tier.opens):
            if (point.what, point.of) == ("opens", opening.tier):
                return (*path, "opens", at, "gate")
        if point.what == "is certified" and tier.certification is not None:
            return (*path, "certification", "gate")
    return ()
