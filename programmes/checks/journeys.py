"""The way through a definition: no step waits for itself, no tier is out of reach."""

from collections.abc import Iterator

from domain.fact_names import CERTIFIED, COMPLETED, STARTED
from domain.gate import Among, DateIs, FactIs, Gate
from domain.programme import Programme, Tier
from domain.step import Step
from programmes.checks import places
from programmes.checks.finding import Finding, Subject, is_made_up
from programmes.checks.needs import SoMany, every, in_vain, of_gate, way_back
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
        circle = [] if start in told else way_back(start, waits)
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
    needed[_NEXT_TIER] = SoMany(min(1, len(openings)), openings)
    needed[COMPLETED] = every(*(step.id for step in tier.steps), *((_CERTIFICATION,) if tier.certification else ()))
    return in_vain(needed)


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

    def of_step(self, step: Step) -> SoMany[str]:
        gate = () if step.enter is None else (self.of(step.enter),)
        children = (_NEXT_TIER,) if self._trains_only_the_opened(step) else ()
        return every(*step.after, *gate, *children)

    def _trains_only_the_opened(self, step: Step | None) -> bool:
        """Its sessions begin with the first child."""
        return (
            step is not None
            and step.kind == "delivery"
            and all(self.programme.opening(self.tier.id, name) for name in step.tiers)
        )

    def of(self, gate: Gate) -> SoMany[str]:
        """The steps without the facts of which the gate stays shut."""
        return of_gate(gate, lambda leaf: every(*self._of_condition(leaf)))

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
