"""Which piece of evidence is meant, and the points of its rubric."""

from typing import TYPE_CHECKING

from terminal.addressed import Addressed, one_of
from terminal.outcome import BadInput
from terminal.phrases import phrase

if TYPE_CHECKING:
    from domain.step import EvidenceItem


def item_meant(to: Addressed, wanted: str) -> "tuple[str, str, EvidenceItem]":
    """Step, item and what the definition says of it. Raises NotFound with the nearest."""
    from domain.participant.evidence import items_of
    from domain.step import CycleStep, EvidenceStep

    items = {
        f"{step.id}/{name}": (step.id, name, item)
        for step in to.tier.steps
        if isinstance(step, EvidenceStep | CycleStep)
        for name, item in items_of(step)
    }
    return items[one_of(wanted, list(items), phrase("evidence_asked_called", school=to.state.school))]


def points_given(to: Addressed, item: "EvidenceItem", points: tuple[str, ...]) -> dict[str, int]:
    """CRITERION=N by criterion. Raises BadInput, or NotFound with the nearest criterion."""
    rubric = None if item.review is None or item.review.rubric is None else to.programme.rubrics[item.review.rubric]
    known = [each.id for each in rubric.criteria] if rubric else []
    found: dict[str, int] = {}
    for each in points:
        criterion, equals, number = each.partition("=")
        if not equals or not number.isdecimal():
            raise BadInput(phrase("points_are_not", given=each))
        one_of(criterion, known, phrase("criterion_called", item=item.id))
        if criterion in found:
            raise BadInput(phrase("points_twice", criterion=criterion))
        found[criterion] = int(number)
    return found
