"""Gates that could never open: facts that nobody yields, numbers out of reach, days that never come."""

from collections.abc import Iterator

from domain.fact_names import CERTIFIED, WITHDRAWN, FactKind, fact_names
from domain.gate import Among, DateIs, FactIs
from domain.identity import nearest
from domain.programme import Programme, Tier
from programmes.checks import places
from programmes.checks.contradictions import contradictions
from programmes.checks.finding import Finding, Subject, is_made_up, written
from programmes.document import Place


def check_gates(subject: Subject) -> Iterator[Finding]:
    for path, tier, gate in places.gates(subject.programme):
        for place, leaf in places.leaves(path, gate):
            yield from _Leaf(subject, tier, place).findings(leaf)
        yield from contradictions(path, gate)


class _Leaf:
    """One condition of one tier's gate."""

    def __init__(self, subject: Subject, tier: Tier, path: Place) -> None:
        self.subject = subject
        self.programme: Programme = subject.programme
        self.tier = tier
        self.path = path

    def findings(self, leaf: FactIs | Among | DateIs) -> Iterator[Finding]:
        match leaf:
            case DateIs():
                yield from self._date(leaf)
            case Among(among=group, where=where):
                tiers = self._group(group)
                if not tiers:
                    yield Finding((*self.path, "among"), f"the tier '{self.tier.id}' has no tier below it")
                else:
                    yield from self._fact(where, tiers, (*self.path, "where"))
                    yield from self._count(leaf, tiers)
            case FactIs(of_="outside"):
                right = "let an office confirm it in an assignment step, and read that step's fact"
                yield Finding((*self.path, "of"), f"no facts of an outside body are recorded; {right}")
            case FactIs(of_="parent"):
                parents = self._known(self.programme.parents_of.get(self.tier.id, ()))
                if not parents:
                    yield Finding((*self.path, "of"), f"the tier '{self.tier.id}' is at the top: it has no parent")
                else:
                    yield from self._fact(leaf, parents, self.path)
            case FactIs(fact=fact, is_=True) if fact == WITHDRAWN:
                message = "whoever has withdrawn goes no further: the gate could never open"
                yield Finding((*self.path, "fact"), message)
            case FactIs():
                yield from self._fact(leaf, [self.tier], self.path)

    def _known(self, names: tuple[str, ...]) -> list[Tier]:
        return [self.programme.tier_by_id[name] for name in names if name in self.programme.tier_by_id]

    def _group(self, group: str) -> list[Tier]:
        parents_of = self.programme.parents_of
        if group == "children":
            return [tier for tier in self.programme.tiers if self.tier.id in parents_of[tier.id]]
        # Peers have the same parent: of two branches under one team, both.
        own = set(parents_of[self.tier.id])
        return [tier for tier in self.programme.tiers if tier is self.tier or own & set(parents_of[tier.id])]

    def _count(self, leaf: Among, tiers: list[Tier]) -> Iterator[Finding]:
        if leaf.among != "children" or leaf.at_least is None:
            return
        openings = [self.programme.opening(self.tier.id, tier.id) for tier in tiers]
        if all(openings):
            most = sum(opening.fan_out.most for opening in openings if opening)
            if leaf.at_least > most:
                message = f"asks for {leaf.at_least} children, but there are never more than {most}"
                yield Finding((*self.path, "at_least"), message)

    def _date(self, leaf: DateIs) -> Iterator[Finding]:
        if self.subject.is_doubtful(("cohorts",)):
            return
        cohorts = self.programme.cohorts.values()
        if leaf.on_or_after is not None and all(leaf.on_or_after > cohort.ends for cohort in cohorts):
            message = f"{leaf.on_or_after} comes after every cohort has ended: the gate could never open"
            yield Finding((*self.path, "on_or_after"), message)
        if leaf.before is not None and all(leaf.before <= cohort.starts for cohort in cohorts):
            message = f"{leaf.before} has passed before any cohort starts: the gate could never open"
            yield Finding((*self.path, "before"), message)

    def _fact(self, leaf: FactIs, tiers: list[Tier], path: Place) -> Iterator[Finding]:
        if is_made_up(leaf.fact) or self._is_doubtful(leaf.fact, tiers):
            return
        sheets = [fact_names(tier, self.programme) for tier in tiers]
        kinds = [sheet[leaf.fact] for sheet in sheets if leaf.fact in sheet]
        if not kinds:
            yield self._unknown_fact(leaf.fact, tiers, sheets, path)
        elif leaf.fact == CERTIFIED and leaf.is_ is True and not any(tier.certification for tier in tiers):
            names = ", ".join(f"'{tier.id}'" for tier in tiers)
            yield Finding((*path, "fact"), f"nobody is ever certified in the tier {names}: it has no certification")
        else:
            yield from _comparison(leaf, kinds, path)

    def _is_doubtful(self, fact: str, tiers: list[Tier]) -> bool:
        step = fact.partition(".")[0]
        for at, tier in enumerate(self.programme.tiers):
            if tier not in tiers:
                continue
            if any(place == ("tiers", at) or place == ("tiers", at, "steps") for place in self.subject.made_up):
                return True
            for number, each in enumerate(tier.steps):
                if each.id == step and self.subject.is_doubtful(("tiers", at, "steps", number)):
                    return True
        return False

    def _unknown_fact(self, fact: str, tiers: list[Tier], sheets: list[dict[str, FactKind]], path: Place) -> Finding:
        names = {name for sheet in sheets for name in sheet}
        step, dot, _ = fact.partition(".")
        own = sorted(name for name in names if name.startswith(step + "."))
        near = nearest(fact, names)
        hint = f"did you mean '{near}'?" if near else "a step's facts begin with its id, such as training.hours"
        if dot and own and not (near or "").startswith(step + "."):
            hint = f"of '{step}' there are: {', '.join(own)}"
        where = ", ".join(f"'{tier.id}'" for tier in tiers)
        return Finding((*path, "fact"), f"no step of the tier {where} yields the fact '{fact}'; {hint}")


def _comparison(leaf: FactIs, kinds: list[FactKind], path: Place) -> Iterator[Finding]:
    kind = kinds[0]
    if kind.type != "int" and (leaf.at_least is not None or leaf.at_most is not None):
        key = "at_least" if leaf.at_least is not None else "at_most"
        what = "true or false" if kind.type == "bool" else "a word"
        yield Finding((*path, key), f"'{leaf.fact}' is {what}, no number; compare it by 'is'")
    elif leaf.is_ is not None and not _is_of_kind(leaf.is_, kind):
        wanted = {"bool": "true or false", "int": "a number; use at_least or at_most", "str": "a word"}[kind.type]
        yield Finding((*path, "is"), f"'{leaf.fact}' can never be {written(leaf.is_)}: it is {wanted}")
    elif isinstance(leaf.is_, str) and not any(leaf.is_ in each.words for each in kinds):
        words = ", ".join(dict.fromkeys(word for each in kinds for word in each.words))
        yield Finding((*path, "is"), f"'{leaf.fact}' can never be '{leaf.is_}'; it is one of: {words}")
    yield from _reach(leaf, kinds, path)


def _reach(leaf: FactIs, kinds: list[FactKind], path: Place) -> Iterator[Finding]:
    if any(each.type != "int" or each.most is None for each in kinds):
        return
    most = max(each.most or 0 for each in kinds)
    if leaf.at_least is not None and leaf.at_least > most:
        yield Finding((*path, "at_least"), f"'{leaf.fact}' can never reach {leaf.at_least}: the most is {most}")
    if leaf.at_most is not None and leaf.at_most < 0:
        yield Finding((*path, "at_most"), f"'{leaf.fact}' is never below 0")
    is_number = isinstance(leaf.is_, int) and not isinstance(leaf.is_, bool)
    if is_number and not 0 <= int(leaf.is_ or 0) <= most:
        yield Finding((*path, "is"), f"'{leaf.fact}' can never be {leaf.is_}: it lies between 0 and {most}")


def _is_of_kind(value: bool | int | str, kind: FactKind) -> bool:
    if isinstance(value, bool):
        return kind.type == "bool"
    return kind.type == ("int" if isinstance(value, int) else "str")
