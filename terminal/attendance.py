"""Who was not there: by exceptions, or from a sheet that somebody filled in; a bad sheet is refused as a whole."""

import csv
from pathlib import Path

from terminal.outcome import BadInput

Absences = dict[str, tuple[str, ...]]

_COLUMNS = ("school", "seat", "present")
_YES = frozenset({"yes", "y", "1", "true", "+", "иә", "да"})
_NO = frozenset({"no", "n", "0", "false", "-", "жоқ", "нет"})


def absences(all_present: bool, absent: tuple[str, ...], sheet: str | None) -> Absences:
    """school -> seats. Raises BadInput."""
    if all_present + bool(absent) + (sheet is not None) != 1:
        raise BadInput(
            "Say in one way who was there: --all-present, --absent SCHOOL:SEAT for each exception, or --file FILE.csv."
        )
    return _from_sheet(Path(sheet)) if sheet is not None else _from_words(absent)


def _from_words(absent: tuple[str, ...]) -> Absences:
    found: dict[str, list[str]] = {}
    for each in absent:
        school, colon, seat = each.partition(":")
        if not (school and colon and seat):
            raise BadInput(f"--absent: '{each}' is not SCHOOL:SEAT, such as nis-semey:teacher-1.")
        found.setdefault(school, []).append(seat)
    return {school: tuple(seats) for school, seats in found.items()}


def _from_sheet(path: Path) -> Absences:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        cause = error.strerror if isinstance(error, OSError) else "it is not saved as UTF-8"
        raise BadInput(f"{path} can't be read: {cause}.") from error
    lines = csv.DictReader(text.splitlines(), delimiter=_delimiter(text))
    columns = [column.strip().lower() for column in lines.fieldnames or ()]
    if sorted(columns) != sorted(_COLUMNS):
        raise BadInput(f"{path} needs the columns {', '.join(_COLUMNS)}; it has {', '.join(columns) or 'none'}.")
    found: dict[str, list[str]] = {}
    problems: list[str] = []
    for number, row in enumerate(lines, start=2):
        cells = {(name or "").strip().lower(): (value or "").strip() for name, value in row.items() if name}
        problem = _problem(cells, None in row)
        if problem is not None:
            problems.append(f"  row {number}: {problem}")
        elif cells["present"].lower() in _NO:
            found.setdefault(cells["school"], []).append(cells["seat"])
    if problems:
        raise BadInput("\n".join((f"{path}: nothing was recorded.", *problems)))
    return {school: tuple(seats) for school, seats in found.items()}


def _problem(cells: dict[str, str], too_long: bool) -> str | None:
    if too_long:
        return "has more cells than there are columns"
    for column in ("school", "seat"):
        if not cells[column]:
            return f"says no {column}"
    if cells["present"].lower() not in _YES | _NO:
        return f"'{cells['present']}' is not yes or no"
    return None


def _delimiter(text: str) -> str:
    """Excel writes semicolons where the comma is the decimal sign, as it is in Kazakhstan."""
    first = text.partition("\n")[0]
    return ";" if first.count(";") > first.count(",") else ","
