"""Where in a definition things stand that many checks look at: what is asked of whom, and the gates."""

from collections.abc import Iterator

from domain.calendar import Due
from domain.gate import AllOf, Among, AnyOf, AtLeast, DateIs, FactIs, Gate
from domain.programme import Programme, Tier
from domain.step import Asked, EvidenceItem, Step
from programmes.document import Place


def tiers(programme: Programme) -> Iterator[tuple[Place, Tier]]:
    for at, tier in enumerate(programme.tiers):
        yield ("tiers", at), tier


def steps(programme: Programme) -> Iterator[tuple[Place, Tier, Step]]:
    for path, tier in tiers(programme):
        for at, step in enumerate(tier.steps):
            yield (*path, "steps", at), tier, step


def asked_of_step(path: Place, step: Step) -> Iterator[tuple[Place, Asked]]:
    """Everything that the step asks of somebody, reviews included."""
    match step.kind:
        case "delivery":
            yield (*path, "plan"), step.plan
            yield (*path, "record"), step.record
        case "evidence":
            yield from _items((*path, "items"), step.items)
        case "cycle":
            yield from _items((*path, "phases"), step.phases)
        case "assignment":
            for at, task in enumerate(step.tasks):
                yield (*path, "tasks", at), task
        case _:
            return


def _items(path: Place, items: tuple[EvidenceItem, ...]) -> Iterator[tuple[Place, Asked]]:
    for at, item in enumerate(items):
        yield (*path, at), item
        if item.review is not None:
            yield (*path, at, "review"), item.review


def asked(programme: Programme) -> Iterator[tuple[Place, Tier, Asked]]:
    for path, tier, step in steps(programme):
        for place, asking in asked_of_step(path, step):
            yield place, tier, asking
    for path, tier in tiers(programme):
        if tier.team is not None:
            yield (*path, "team"), tier, tier.team
        for at, opening in enumerate(tier.opens):
            yield (*path, "opens", at, "nominate"), tier, opening.nominate


def dues(programme: Programme) -> Iterator[tuple[Place, Due]]:
    for path, _, asking in asked(programme):
        yield (*path, "due"), asking.due
    for path, _, step in steps(programme):
        if step.kind == "training":
            for at, session in enumerate(step.sessions):
                yield (*path, "sessions", at, "held"), session.held
        if step.kind == "mentoring":
            yield (*path, "every"), step.every


def gates(programme: Programme) -> Iterator[tuple[Place, Tier, Gate]]:
    for path, tier, step in steps(programme):
        if step.enter is not None:
            yield (*path, "enter"), tier, step.enter
    for path, tier in tiers(programme):
        if tier.certification is not None:
            yield (*path, "certification", "gate"), tier, tier.certification.gate
        for at, opening in enumerate(tier.opens):
            yield (*path, "opens", at, "gate"), tier, opening.gate


def inner(gate: Gate) -> tuple[str, tuple[Gate, ...]]:
    """The conditions within a condition, and the key under which they stand."""
    match gate:
        case AllOf(all=within):
            return "all", within
        case AnyOf(any=within):
            return "any", within
        case AtLeast(of=within):
            return "of", within
        case _:
            return "", ()


def leaves(path: Place, gate: Gate) -> Iterator[tuple[Place, FactIs | Among | DateIs]]:
    if isinstance(gate, FactIs | Among | DateIs):
        yield path, gate
        return
    key, within = inner(gate)
    for at, each in enumerate(within):
        yield from leaves((*path, key, at), each)


def must_hold(path: Place, gate: Gate) -> Iterator[tuple[Place, FactIs | Among | DateIs]]:
    """The leaves without any one of which the gate stays shut."""
    if isinstance(gate, FactIs | Among | DateIs):
        yield path, gate
        return
    key, within = inner(gate)
    wanted = gate.at_least if isinstance(gate, AtLeast) else 1 if isinstance(gate, AnyOf) else len(within)
    if wanted == len(within):
        for at, each in enumerate(within):
            yield from must_hold((*path, key, at), each)
