"""Trainings and those who hold them: each has somebody, nobody twice, with the same sessions everywhere."""

from collections.abc import Iterator

from domain.programme import Programme
from domain.step import TrainingStep
from programmes.checks import places
from programmes.checks.finding import Finding, Subject


def check_deliveries(subject: Subject) -> Iterator[Finding]:
    programme = subject.programme
    held: dict[tuple[str, str, str], str] = {}
    for path, tier, step in places.steps(programme):
        if step.kind != "delivery":
            continue
        for at, name in enumerate(step.tiers):
            key = (tier.id, name, step.step)
            if key in held:
                message = f"the step '{held[key]}' delivers '{step.step}' to the tier '{name}' already"
                yield Finding((*path, "tiers", at), message)
            held.setdefault(key, step.id)
    delivered = {(name, training) for _, name, training in held}
    for path, tier, step in places.steps(programme):
        if step.kind == "training" and (tier.id, step.id) not in delivered and not _any_doubt(subject):
            yield Finding(path, f"nobody holds it: no tier has a delivery step for '{step.id}' of '{tier.id}'")
    yield from _same_sessions(programme)


def _any_doubt(subject: Subject) -> bool:
    """Whether a delivery step may be among what could not be read."""
    return any("steps" in place for place in subject.made_up)


def _same_sessions(programme: Programme) -> Iterator[Finding]:
    for path, _, step in places.steps(programme):
        if step.kind != "delivery":
            continue
        found = [(name, _training(programme, name, step.step)) for name in step.tiers]
        trainings = [(name, {each.id for each in training.sessions}) for name, training in found if training]
        for name, sessions in trainings[1:]:
            if sessions != trainings[0][1]:
                message = f"'{step.step}' has other sessions in the tier '{name}' than in '{trainings[0][0]}'"
                yield Finding((*path, "step"), f"{message}; give each a delivery step of its own")


def _training(programme: Programme, tier: str, step: str) -> TrainingStep | None:
    found = programme.tier_by_id[tier].step_by_id.get(step) if tier in programme.tier_by_id else None
    return found if found is not None and found.kind == "training" else None
