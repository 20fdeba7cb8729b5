"""Lists of schools as commands take them: read whole or refused whole, with a table of the rows that are wrong."""

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from terminal.outcome import BadInput, NotFound
from terminal.phrases import counted_phrase, headings, phrase, said_in_words
from terminal.tables import counted, print_json, print_table

if TYPE_CHECKING:
    from domain.programme import Programme
    from domain.refusal import Refused
    from domain.rollout.commands import Place
    from eventlog.log import EventLog
    from programmes.sheet import RosterProblem


#: a line of the table: the row, if the fault has one, then column, problem, and what would be right
Fault = tuple[int | str | None, str | None, str, str | None]
_PROBLEM = ("Row", "Column", "Problem", "Right would be")
#: the same fault of more rows than these is told once
_FEW = 5
#: so many lines of faults are read on a screen; more are told to programs
_SHOWN = 100


def read_places(
    file: Path,
    programme: "Programme",
    log: "EventLog | None",
    *,
    others: Collection[str] | None = None,
    as_json: bool = False,
) -> "tuple[Place, ...]":
    """The schools of a list. Raises BadInput after a table of its problems; none of its rows is taken then.

    `others` are the schools that a parent can be beside those of the list.
    """
    from programmes.roster import RosterProblems, read_roster
    from terminal.reading import persons_addressed

    def addressed(address: str) -> str | None:
        try:
            return looked_up(address)
        except NotFound:
            return None

    try:
        with persons_addressed() as looked_up:
            places = read_roster(file, programme, addressed, others)
    except RosterProblems as refused:
        refuse_rows(file, refused.problems, as_json=as_json)
    if log is not None:
        unknown = list(_unknown_persons(file, places, log))
        if unknown:
            refuse_rows(file, unknown, as_json=as_json)
    return places


def refuse_rows(file: Path, problems: "Iterable[RosterProblem]", *, as_json: bool = False) -> NoReturn:
    """Prints what is wrong with which row, and ends the command."""
    listed = list(problems)
    rows: list[Fault] = [(each.row or None, each.column or None, each.message, each.right or None) for each in listed]
    shown = _once(rows)
    if as_json:
        print_table(_PROBLEM, rows, as_json=True)
    else:
        print_table(headings(*_PROBLEM), [_in_language(each) for each in shown[:_SHOWN]])
        if len(shown) > _SHOWN:
            print(phrase("more_faults", number=f"{len(shown) - _SHOWN:,}"))
    raise BadInput(counted_phrase("no_row_taken", len(listed), file=file))


def _in_language(fault: Fault) -> Fault:
    """The sheet and its columns are called as the file has them."""
    row, column, problem, right = fault
    return row, column, said_in_words(problem), right and said_in_words(right)


def _once(rows: "Iterable[Fault]") -> "list[Fault]":
    """The same fault of many rows in one line, at the first of them."""
    alike: dict[tuple[str | None, str, str | None], list[int]] = {}
    lines: list[tuple[int, Fault]] = []
    for row in rows:
        if isinstance(row[0], int):
            alike.setdefault(row[1:], []).append(row[0])
        else:
            lines.append((0, row))
    for fault, numbers in alike.items():
        if len(numbers) > _FEW:
            lines.append((numbers[0], (_ranges(numbers), *fault)))
        else:
            lines += [(number, (number, *fault)) for number in numbers]
    return [line for _, line in sorted(lines, key=lambda each: each[0])]


def _ranges(numbers: Sequence[int]) -> str:
    """The rows as people write them: 2-40, 44, 50."""
    spans: list[tuple[int, int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    said = ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in spans[:_FEW])
    left = sum(last - first + 1 for first, last in spans[_FEW:])
    return f"{said} and {left:,} more" if left else said


def refusals_of(
    check: "Callable[[tuple[Place, ...]], object]", places: "tuple[Place, ...]"
) -> "tuple[tuple[Place, ...], list[Refused]]":
    """The places that the domain takes, and its refusal of each of the others. A school whose parent is refused says
    nothing of its own. Raises Refused for what concerns no single school."""
    from domain.refusal import Refused

    left, found = places, []
    while left:
        try:
            check(left)
            break
        except Refused as refused:
            those = [refused, *refused.also]
            bad = {each.params.get("school") for each in those}
            if not bad <= {place.school for place in left}:
                raise
            found += those
            left = tuple(place for place in left if bad.isdisjoint((place.school, place.parent)))
    return left, found


def print_refusals(refused: "Iterable[Refused]", *, as_json: bool = False) -> None:
    """A table of what the domain refuses, school by school, in the language of the settings."""
    from terminal.saying import said

    rows = [(each.params.get("school"), said(each)) for each in refused]
    if as_json:
        print_json({"refused": [{"school": school, "why": why} for school, why in rows]})
    else:
        print_table(headings("School", "Why it is refused"), rows)


def so_many(refused: "Sequence[Refused]", places: "Sequence[Place]") -> str:
    """The subject of a sentence: 1 of 3 schools is, 2 of 3 schools are."""
    return f"{len(refused)} of {counted(len(places), 'school')} {'is' if len(refused) == 1 else 'are'}"


def _unknown_persons(file: Path, places: "tuple[Place, ...]", log: "EventLog") -> "Iterable[RosterProblem]":
    from domain.identity import Nearest
    from programmes.sheet import RosterProblem

    status = {row["person"]: row["status"] for row in log.rows("persons")}
    known = Nearest([person for person, is_known in status.items() if is_known == "known"])
    for place in places:
        for seat, person in place.persons.items():
            if status.get(person) == "known":
                continue
            close = known.to(person)
            right = f"did you mean '{close}'?" if close else "register the person: 'kaskad person add'"
            message = f"{person} has been erased" if person in status else f"there is no person {person}"
            yield RosterProblem(0, f"seat:{seat} of {place.school}", message, right)
