"""Lists of schools as commands take them: read whole or refused whole, with a table of the rows that are wrong."""

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from terminal.outcome import BadInput, NotFound
from terminal.tables import counted, print_json, print_table

if TYPE_CHECKING:
    from domain.programme import Programme
    from domain.refusal import Refused
    from domain.rollout.commands import Place
    from eventlog.log import EventLog
    from programmes.sheet import RosterProblem


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
    rows = [(each.row or "-", each.column or "-", each.message, each.right or "-") for each in listed]
    print_table(("Row", "Column", "Problem", "Right would be"), rows, as_json=as_json)
    number = "1 problem" if len(listed) == 1 else f"{len(listed)} problems"
    raise BadInput(f"{file} has {number}; none of its rows was taken.")


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
            bad = refused.params.get("school")
            if bad not in {place.school for place in left}:
                raise
            found.append(refused)
            left = tuple(place for place in left if bad not in (place.school, place.parent))
    return left, found


def print_refusals(refused: "Iterable[Refused]", *, as_json: bool = False) -> None:
    """A table of what the domain refuses, school by school, in the language of the settings."""
    from terminal.saying import said

    rows = [(each.params.get("school", "-"), said(each)) for each in refused]
    if as_json:
        print_json({"refused": [{"school": school, "why": why} for school, why in rows]})
    else:
        print_table(("School", "Why it is refused"), rows)


def so_many(refused: "Sequence[Refused]", places: "Sequence[Place]") -> str:
    """The subject of a sentence: 1 of 3 schools is, 2 of 3 schools are."""
    return f"{len(refused)} of {counted(len(places), 'school')} {'is' if len(refused) == 1 else 'are'}"


def _unknown_persons(file: Path, places: "tuple[Place, ...]", log: "EventLog") -> "Iterable[RosterProblem]":
    from domain.identity import nearest
    from programmes.sheet import RosterProblem

    status = {row["person"]: row["status"] for row in log.rows("persons")}
    for place in places:
        for seat, person in place.persons.items():
            if status.get(person) == "known":
                continue
            close = nearest(person, [each for each, is_known in status.items() if is_known == "known"])
            right = f"did you mean '{close}'?" if close else "register the person: 'kaskad person add'"
            message = f"{person} has been erased" if person in status else f"there is no person {person}"
            yield RosterProblem(0, f"seat:{seat} of {place.school}", message, right)
