"""Checks across a definition: what each part says on its own may be right, and together be impossible."""

from collections.abc import Iterator

from domain.programme import Programme
from programmes.checks.amounts import check_amounts
from programmes.checks.cascades import check_cascades
from programmes.checks.choices import check_parameters
from programmes.checks.deliveries import check_deliveries
from programmes.checks.finding import Finding, Subject
from programmes.checks.gates import check_gates
from programmes.checks.journeys import check_journeys
from programmes.checks.references import check_references
from programmes.checks.roles import check_roles
from programmes.checks.time import check_time
from programmes.document import Place
from programmes.parameters import Filled
from programmes.salvage import MADE_UP

__all__ = ["Finding", "findings"]


def findings(programme: Programme, filled: Filled, made_up: set[Place]) -> Iterator[Finding]:
    """Everything that is wrong or odd; nothing about what was only made up in the place of a fault."""
    for finding in _all(Subject(programme, frozenset(made_up)), filled):
        if MADE_UP not in finding.message:
            yield finding


def _all(subject: Subject, filled: Filled) -> Iterator[Finding]:
    yield from check_references(subject)
    yield from check_roles(subject)
    yield from check_amounts(subject)
    yield from check_deliveries(subject)
    yield from check_time(subject)
    yield from check_gates(subject)
    circles = list(check_journeys(subject))
    yield from circles
    if not circles:
        yield from check_cascades(subject)
    yield from check_parameters(subject, filled)
