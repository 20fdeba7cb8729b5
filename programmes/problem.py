"""What is wrong with a definition: where it stands, and what would be right."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault of a definition, in a sentence."""

    file: str
    #: counted from 1; 0 when the fault has no place in the file
    line: int
    column: int
    #: the path of keys and positions, such as tiers[1].steps[3].enter
    where: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.where}: {self.message}" if self.where else f"{place}: {self.message}"


class ProgrammeProblems(ValueError):
    """A definition is refused, with all of its problems at once in the order of its lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        # What stands in the file once, and is used by aliases in many places, is told once.
        once = {(each.file, each.line, each.column, each.message): each for each in sorted(problems, reverse=True)}
        self.problems = tuple(sorted(once.values()))
        super().__init__("\n".join(str(problem) for problem in self.problems))
