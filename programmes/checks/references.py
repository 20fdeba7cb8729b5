"""Ids: each stands once, and whatever is named exists."""

from collections.abc import Iterable, Iterator

from domain.fact_names import RESERVED_STEPS, RESERVED_TASKS
from domain.identity import nearest
from domain.programme import Programme, Staffing, Tier
from domain.step import Step
from programmes.checks import places
from programmes.checks.finding import Finding, Subject, is_made_up
from programmes.document import Place, dotted


def check_references(subject: Subject) -> Iterator[Finding]:
    programme = subject.programme
    yield from _duplicates(programme)
    yield from _reserved(programme)
    for path, tier in places.tiers(programme):
        yield from _of_tier(path, tier, programme)
    for path, tier, step in places.steps(programme):
        yield from _of_step(path, tier, step, programme)
    yield from _roles_named(programme)
    yield from _terms_named(programme)
    yield from _of_cohorts(programme)


def _duplicates(programme: Programme) -> Iterator[Finding]:
    calendar = programme.calendar
    yield from twice(("tiers",), "tier", [tier.id for tier in programme.tiers])
    yield from twice(("calendar", "terms"), "term", [span.id for span in calendar.terms])
    yield from twice(("calendar", "holidays"), "holiday", [span.id for span in calendar.holidays])
    yield from twice(("calendar", "blackouts"), "blackout", [span.id for span in calendar.blackouts])
    for name, rubric in programme.rubrics.items():
        yield from twice(("rubrics", name, "criteria"), "criterion", [each.id for each in rubric.criteria])
    for path, tier in places.tiers(programme):
        yield from twice((*path, "steps"), "step", [step.id for step in tier.steps])
        yield from twice((*path, "seats"), "seat", [seat.id for seat in tier.seats])
        yield from twice((*path, "duties"), "duty", [duty.role for duty in tier.duties], key="role")
        yield from twice((*path, "opens"), "opened tier", [opening.tier for opening in tier.opens], key="tier")
    for path, _, step in places.steps(programme):
        if step.kind == "training":
            yield from twice((*path, "sessions"), "session", [each.id for each in step.sessions])
        elif step.kind == "evidence":
            yield from twice((*path, "items"), "item", [each.id for each in step.items])
        elif step.kind == "cycle":
            yield from twice((*path, "phases"), "phase", [each.id for each in step.phases])
        elif step.kind == "assignment":
            yield from twice((*path, "tasks"), "task", [each.id for each in step.tasks])


def twice(path: Place, word: str, ids: list[str], key: str = "id") -> Iterator[Finding]:
    for at, name in enumerate(ids):
        if name in ids[:at] and not is_made_up(name):
            yield Finding((*path, at, key), f"the {word} '{name}' stands already at {dotted((*path, ids.index(name)))}")


def _reserved(programme: Programme) -> Iterator[Finding]:
    for path, _, step in places.steps(programme):
        if step.id in RESERVED_STEPS:
            yield Finding((*path, "id"), f"'{step.id}' is the name of a fact; choose another id for the step")
        if step.kind == "assignment":
            for at, task in enumerate(step.tasks):
                if task.id in RESERVED_TASKS:
                    message = f"'{task.id}' is a fact of every step; choose another id for the task"
                    yield Finding((*path, "tasks", at, "id"), message)


def unknown(path: Place, word: str, name: str, known: Iterable[str]) -> Iterator[Finding]:
    """A finding unless `name` is known; with the nearest match, or what there is."""
    candidates = list(known)
    # One of them could not be read: it may be the very one that is named.
    if name in candidates or is_made_up(name) or any(is_made_up(each) for each in candidates):
        return
    near = nearest(name, candidates)
    there_are = ", ".join(candidates) if len(candidates) <= 12 else ", ".join(candidates[:12]) + ", ..."
    hint = f"did you mean '{near}'?" if near else f"there are: {there_are or 'none'}"
    yield Finding(path, f"there is no {word} '{name}'; {hint}")


def _of_tier(path: Place, tier: Tier, programme: Programme) -> Iterator[Finding]:
    yield from unknown((*path, "body"), "body", tier.body, programme.bodies)
    for at, seat in enumerate(tier.seats):
        yield from unknown((*path, "seats", at, "role"), "role", seat.role, programme.roles)
    for at, duty in enumerate(tier.duties):
        place = (*path, "duties", at)
        yield from unknown((*place, "role"), "role", duty.role, programme.roles)
        if duty.from_parent is not None:
            yield from unknown((*place, "from_parent"), "role", duty.from_parent, programme.roles)
        for number, role in enumerate(duty.not_also):
            yield from unknown((*place, "not_also", number), "role", role, programme.roles)
    for at, opening in enumerate(tier.opens):
        yield from unknown((*path, "opens", at, "tier"), "tier", opening.tier, programme.tier_by_id)


def _of_step(path: Place, tier: Tier, step: Step, programme: Programme) -> Iterator[Finding]:
    others = [each.id for each in tier.steps if each.id != step.id]
    for at, name in enumerate(step.after):
        # A step after itself is a cycle, and told as one.
        if name != step.id:
            yield from unknown((*path, "after", at), f"step in the tier '{tier.id}' called", name, others)
    if step.kind == "delivery":
        yield from _delivered(path, step.tiers, step.step, programme)
    if step.kind == "training":
        for at, role in enumerate(step.audience):
            yield from unknown((*path, "audience", at), "role", role, programme.roles)
    for place, asking in places.asked_of_step(path, step):
        rubric = getattr(asking, "rubric", None)
        if rubric is not None:
            yield from unknown((*place, "rubric"), "rubric", rubric, programme.rubrics)


def _delivered(path: Place, names: tuple[str, ...], step: str, programme: Programme) -> Iterator[Finding]:
    for at, name in enumerate(names):
        yield from unknown((*path, "tiers", at), "tier", name, programme.tier_by_id)
        tier = programme.tier_by_id.get(name)
        if tier is None:
            continue
        trainings = [each.id for each in tier.steps if each.kind == "training"]
        yield from unknown((*path, "step"), f"training step in the tier '{name}' called", step, trainings)


def _roles_named(programme: Programme) -> Iterator[Finding]:
    for path, _, asking in places.asked(programme):
        yield from unknown((*path, "by"), "role", asking.by, programme.role_names)
        if asking.escalate is not None:
            yield from unknown((*path, "escalate", "to"), "role", asking.escalate.to, programme.role_names)
        if isinstance(asking, Staffing):
            for at, name in enumerate(asking.also_by):
                yield from unknown((*path, "also_by", at), "role", name, programme.role_names)
    for path, _, step in places.steps(programme):
        if step.kind == "mentoring":
            yield from unknown((*path, "by"), "role", step.by, programme.role_names)
            yield from unknown((*path, "escalate_to"), "role", step.escalate_to, programme.role_names)


def _terms_named(programme: Programme) -> Iterator[Finding]:
    terms = [span.id for span in programme.calendar.terms]
    for path, due in places.dues(programme):
        if due.term is not None:
            yield from unknown((*path, "term"), "term", due.term, terms)
        if due.terms is not None and not terms:
            yield Finding((*path, "terms"), "the calendar has no terms to count")


def _of_cohorts(programme: Programme) -> Iterator[Finding]:
    for name, cohort in programme.cohorts.items():
        for tier in cohort.participants:
            yield from unknown(("cohorts", name, "participants", tier), "tier", tier, programme.tier_by_id)
        for parameter in cohort.parameters:
            yield from unknown(("cohorts", name, "parameters", parameter), "parameter", parameter, programme.parameters)
