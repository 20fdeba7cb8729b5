"""Checks across a definition: what each part says on its own may be right, and together be impossible."""

from collections.abc import Iterator

from domain.programme import Programme
from programmes.checks.finding import Finding
from programmes.document import Path
from programmes.parameters import Filled

__all__ = ["Finding", "findings"]


def findings(programme: Programme, filled: Filled, made_up: set[Path]) -> Iterator[Finding]:
    """Everything that is wrong or odd; nothing about what was only made up in the place of a fault."""
    return iter(())
