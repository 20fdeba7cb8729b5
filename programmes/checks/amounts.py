"""Numbers that cannot all be true: doses, counts, points, fan-out."""

from collections.abc import Iterator

from domain.file_types import EXCEL, MEDIA_TYPES, POWERPOINT, WORD
from domain.programme import FanOut, Programme
from domain.step import EvidenceItem, Step
from programmes.checks import places
from programmes.checks.finding import Finding, Subject
from programmes.document import Place


def check_amounts(subject: Subject) -> Iterator[Finding]:
    programme = subject.programme
    for path, _, step in places.steps(programme):
        if not subject.is_doubtful(path):
            yield from _of_step(path, step)
    for name, rubric in programme.rubrics.items():
        points = sum(criterion.points for criterion in rubric.criteria)
        if rubric.accepted_from > points and not subject.is_doubtful(("rubrics", name)):
            message = f"nothing could be accepted: {rubric.accepted_from} points of only {points}"
            yield Finding(("rubrics", name, "accepted_from"), message)
    for path, tier in places.tiers(programme):
        if tier.kind == "person" and len(tier.seats) > 1:
            message = f"is of one person, who has one seat; there are {len(tier.seats)}"
            yield Finding((*path, "seats"), message)
        for at, opening in enumerate(tier.opens):
            if not subject.is_doubtful((*path, "opens", at, "fan_out")):
                yield from _of_fan_out((*path, "opens", at, "fan_out"), opening.fan_out)
    yield from _plans(subject)


def _of_step(path: Place, step: Step) -> Iterator[Finding]:
    match step.kind:
        case "mentoring":
            if step.at_least > step.count:
                message = f"asks for {step.at_least} checkpoints of only {step.count}"
                yield Finding((*path, "at_least"), message)
        case "training":
            hours = sum(session.hours for session in step.sessions)
            if step.dose.hours > hours:
                message = f"asks for {step.dose.hours} hours, but all sessions together have {hours}"
                yield Finding((*path, "dose", "hours"), message)
        case "evidence":
            yield from _of_items((*path, "items"), step.items)
        case "cycle":
            yield from _of_items((*path, "phases"), step.phases)
        case _:
            return


def _of_items(path: Place, items: tuple[EvidenceItem, ...]) -> Iterator[Finding]:
    for at, item in enumerate(items):
        accepts, place = item.accepts, (*path, at, "accepts")
        if accepts.min_files > accepts.max_files:
            message = f"asks for at least {accepts.min_files} files, but takes at most {accepts.max_files}"
            yield Finding((*place, "min_files"), message)
        for number, media_type in enumerate(accepts.media_types):
            if media_type not in MEDIA_TYPES.values():
                yield Finding((*place, "media_types", number), _not_taken(media_type))


def _not_taken(media_type: str) -> str:
    """An item that takes only what nobody can submit would hold up its participant for good."""
    by_ending = MEDIA_TYPES.get(f".{media_type.lower().removeprefix('.')}")
    if by_ending is not None:
        return f"'{media_type}' is an ending; the media type is {by_ending}"
    known = sorted({each for each in MEDIA_TYPES.values() if each not in (WORD, EXCEL, POWERPOINT)})
    return (
        f"no file of the type '{media_type}' can be submitted; those that can are {', '.join(known)}, {WORD} (.docx), "
        f"{EXCEL} (.xlsx) and {POWERPOINT} (.pptx)"
    )


def _of_fan_out(path: Place, fan_out: FanOut) -> Iterator[Finding]:
    if not fan_out.least <= fan_out.target <= fan_out.most:
        said = f"least {fan_out.least}, target {fan_out.target}, most {fan_out.most}"
        yield Finding(path, f"is out of order: {said}; it must rise from least over target to most")


def _plans(subject: Subject) -> Iterator[Finding]:
    programme = subject.programme
    for name, cohort in programme.cohorts.items():
        for tier, planned in cohort.participants.items():
            path: Place = ("cohorts", name, "participants", tier)
            if planned < 0:
                yield Finding(path, f"plans {planned} participants; a plan is a number from 0")
                continue
            bounds = _children_planned(programme, cohort.participants, tier)
            if bounds and not bounds[0] <= planned <= bounds[1]:
                span = str(bounds[0]) if bounds[0] == bounds[1] else f"{bounds[0]} to {bounds[1]}"
                yield Finding(path, f"plans {planned} participants, but those above open {span}", warning=True)


def _children_planned(programme: Programme, planned: dict[str, int], tier: str) -> tuple[int, int] | None:
    """How many participants of the tier those above it can open; None when nobody opens it."""
    least = most = openings = 0
    for parent in programme.tiers:
        opening = programme.opening(parent.id, tier)
        if opening is not None:
            openings += 1
            least += opening.fan_out.least * planned.get(parent.id, 0)
            most += opening.fan_out.most * planned.get(parent.id, 0)
    return (least, most) if openings else None
