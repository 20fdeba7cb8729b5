"""Who was not there: by exceptions, or from a sheet that somebody filled in; a bad sheet is refused as a whole."""

from pathlib import Path

from programmes.sheet import RosterProblem
from terminal.bulk import read_rows
from terminal.outcome import BadInput
from terminal.roster_file import refuse_rows

Absences = dict[str, tuple[str, ...]]

_COLUMNS = ("school", "seat", "present")
_YES = frozenset({"yes", "y", "1", "true", "+", "иә", "да"})
_NO = frozenset({"no", "n", "0", "false", "-", "жоқ", "нет"})


def absences(all_present: bool, absent: tuple[str, ...], sheet: str | None, *, as_json: bool) -> Absences:
    """school -> seats. Raises BadInput."""
    if all_present + bool(absent) + (sheet is not None) != 1:
        raise BadInput(
            "Say in one way who was there: --all-present, --absent SCHOOL:SEAT for each exception, or --file FILE."
        )
    return _from_sheet(Path(sheet), as_json=as_json) if sheet is not None else _from_words(absent)


def _from_words(absent: tuple[str, ...]) -> Absences:
    found: dict[str, list[str]] = {}
    for each in absent:
        school, colon, seat = each.partition(":")
        if not (school and colon and seat):
            raise BadInput(f"--absent: '{each}' is not SCHOOL:SEAT, such as nis-semey:teacher-1.")
        found.setdefault(school, []).append(seat)
    return {school: tuple(seats) for school, seats in found.items()}


def _from_sheet(path: Path, *, as_json: bool) -> Absences:
    """Who is not named in the sheet was there, as with the other ways."""
    problems: list[RosterProblem] = []
    first: dict[tuple[str, str], int] = {}
    found: dict[str, list[str]] = {}
    for number, row in read_rows(path, _COLUMNS, may_be_empty=True, as_json=as_json).rows:
        school, seat, present = (row[column] for column in _COLUMNS)
        problems += [RosterProblem(number, name, "is empty") for name in ("school", "seat") if not row[name]]
        before = first.setdefault((school, seat), number)
        if before != number:
            message = f"'{seat}' of {school} stands on row {before} already"
            problems.append(RosterProblem(number, "seat", message, "keep one of them"))
        if present.casefold() not in _YES | _NO:
            problems.append(RosterProblem(number, "present", f"'{present}' is not yes or no", "yes or no, иә or жоқ"))
        elif present.casefold() in _NO:
            found.setdefault(school, []).append(seat)
    if problems:
        refuse_rows(path, problems, as_json=as_json)
    return {school: tuple(seats) for school, seats in found.items()}
