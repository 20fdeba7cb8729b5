"""One thing that a check found, and the definition it looks at."""

from dataclasses import dataclass

from domain.programme import Programme
from programmes.document import Place
from programmes.salvage import MADE_UP


@dataclass(frozen=True, slots=True)
class Finding:
    path: Place
    message: str
    #: may be meant; the definition is still accepted
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """A programme under check, with the places at which something was made up."""

    programme: Programme
    made_up: frozenset[Place]

    def is_doubtful(self, path: Place) -> bool:
        """Whether something at or below `path` was made up, so that its sums say nothing."""
        return any(place[: len(path)] == path or path[: len(place)] == place for place in self.made_up)


def is_made_up(name: str) -> bool:
    return name == MADE_UP or name.startswith(MADE_UP + ".")


def written(value: bool | int | str) -> str:
    """A value as it is written in a definition."""
    return str(value).lower() if isinstance(value, bool) else f"'{value}'" if isinstance(value, str) else str(value)
