"""Reads the list of schools that a rollout starts with, or that a school nominates: all rows, or none."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from domain.identity import LONGEST_ID, Nearest, is_person_id, is_valid_id, nearest
from domain.programme import Programme
from domain.rollout.commands import Place
from domain.text import LONG, SHORT, Text, unprintable
from programmes.sheet import RosterProblem, RosterProblems, Sheet, read_sheet, too_many_cells

__all__ = ["COLUMNS", "SEAT_COLUMN", "RosterProblem", "RosterProblems", "read_roster"]

#: column -> what stands in it; `parent` alone may be left out
COLUMNS = {
    "school": "id of the school in this rollout: lower-case letters, digits and hyphens, such as nis-semey",
    "tier": "id of the tier at which it takes part",
    "name_kk": "name in Kazakh",
    "name_ru": "name in Russian",
    "name_en": "name in English",
    "region": "region or city in which it lies",
    "language": "language of instruction: kk, ru or both",
    "parent": "id of the school that prepares it; may be left out where only one can",
}
OPTIONAL = frozenset({"parent"})
#: one column for each seat whose person is known already, such as seat:principal: the id or the e-mail address
SEAT_COLUMN = "seat:"
LANGUAGES = ("kk", "ru", "both")
#: so many rows may stand above the one that names the columns for that to be told
_TITLES = 10
_MEANT = {"kz": "kk", "kaz": "kk", "қаз": "kk", "каз": "kk", "rus": "ru", "рус": "ru", "mixed": "both", "kk/ru": "both"}


def read_roster(
    path: Path,
    programme: Programme,
    addressed: Callable[[str], str | None] = lambda address: None,
    others: Collection[str] | None = None,
) -> tuple[Place, ...]:
    """Every row of a CSV or XLSX file as a place in the cascade; raises RosterProblems with all bad rows.

    `addressed` tells the id of whoever is registered with an e-mail address; `others` are the schools that a parent can
    be beside those of the list, where that is known.
    """
    sheet = read_sheet(path)
    if elsewhere := _header_elsewhere(sheet):
        raise RosterProblems(sheet.file, [elsewhere])
    problems = [*sheet.problems, *_of_header(sheet, programme)]
    if any(problem.row <= 1 for problem in problems):
        raise RosterProblems(sheet.file, problems)
    if not sheet.rows:
        raise RosterProblems(sheet.file, [RosterProblem(0, "", "names columns, but no school")])
    names = [_name(cell) for cell in sheet.header]
    rows = [_Row(number, names, cells, programme, addressed) for number, cells in sheet.rows]
    for row in rows:
        problems += row.problems()
    problems += _across(rows, programme, others)
    if problems:
        raise RosterProblems(sheet.file, problems)
    return tuple(row.place() for row in rows)


def _name(cell: str) -> str:
    name = cell.strip().casefold()
    return SEAT_COLUMN + name.removeprefix(SEAT_COLUMN).strip() if name.startswith(SEAT_COLUMN) else name


def _header_elsewhere(sheet: Sheet) -> RosterProblem | None:
    """A title above the table, or a sheet before it: one fault, and not one for each column."""
    if any(_name(cell) in COLUMNS for cell in sheet.header):
        return None
    for number, cells in sheet.rows[:_TITLES]:
        if sum(_name(cell) in COLUMNS for cell in cells) > 1:
            above = "row 1" if number == 2 else f"rows 1 to {number - 1}"
            return RosterProblem(1, "", f"names no column; row {number} names them", f"remove {above}")
    for title, header in sheet.others:
        if sum(_name(cell) in COLUMNS for cell in header) > 1:
            message = f"names no column; the sheet '{title}' has them"
            return RosterProblem(1, "", message, f"make '{title}' the first sheet")
    return None


def _of_header(sheet: Sheet, programme: Programme) -> Iterator[RosterProblem]:
    names = [_name(cell) for cell in sheet.header]
    seats = dict.fromkeys(SEAT_COLUMN + seat.id for tier in programme.tiers for seat in tier.seats)
    missing = [name for name in COLUMNS if name not in names and name not in OPTIONAL]
    for name, times in Counter(names).items():
        if times > 1:
            yield RosterProblem(1, name or "(no name)", f"stands {times} times", "keep one of them")
        if name in COLUMNS or name in seats:
            continue
        if not name:
            yield RosterProblem(1, f"number {names.index(name) + 1}", "has no name", "name it, or remove the column")
            continue
        near = nearest(name, [*missing, *seats]) or nearest(name, COLUMNS)
        otherwise = "name it as one of those that are missing, or remove it" if missing else "remove it"
        yield RosterProblem(1, name, "is no known column", f"did you mean '{near}'?" if near else otherwise)
    for name in missing:
        yield RosterProblem(1, name, "is missing", COLUMNS[name])


class _Row:
    """One row of the list, on its own."""

    def __init__(
        self,
        number: int,
        names: list[str],
        cells: tuple[str, ...],
        programme: Programme,
        addressed: Callable[[str], str | None],
    ) -> None:
        self.number = number
        self.programme = programme
        self.extra = len([cell for cell in cells[len(names) :] if cell])
        padded = [*cells, *[""] * (len(names) - len(cells))]
        self.cells = dict(zip(names, padded, strict=False))
        self.school = self.cells["school"]
        self.tier = self.cells["tier"]
        self.parent = self.cells.get("parent", "")
        self.persons = {
            name.removeprefix(SEAT_COLUMN): (addressed(value) if "@" in value else None) or value
            for name, value in self.cells.items()
            if name.startswith(SEAT_COLUMN) and value
        }

    def place(self) -> Place:
        return Place(
            school=self.school,
            tier=self.tier,
            names=Text(**{language: self.cells[f"name_{language}"] for language in ("kk", "ru", "en")}),
            region=self.cells["region"],
            language=self.cells["language"],
            parent=self.parent or None,
            persons=self.persons,
        )

    def problems(self) -> Iterator[RosterProblem]:
        if self.extra:
            yield too_many_cells(self.number, self.extra)
        yield from self._ids()
        for column, longest in (("name_kk", LONG), ("name_ru", LONG), ("name_en", LONG), ("region", SHORT)):
            yield from self._words(column, min(longest, SHORT))
        language = self.cells["language"]
        if language not in LANGUAGES:
            meant = _MEANT.get(language.casefold()) or nearest(language, LANGUAGES)
            right = f"did you mean '{meant}'?" if meant else "one of kk, ru, both"
            yield self._problem("language", f"is '{language}'" if language else "is empty", right)
        yield from self._seats()

    def _ids(self) -> Iterator[RosterProblem]:
        for column, value in (("school", self.school), ("parent", self.parent)):
            if len(value) > LONGEST_ID:
                yield self._problem(column, f"has {len(value)} characters", f"at most {LONGEST_ID}")
            elif (value or column == "school") and not is_valid_id(value):
                yield self._problem(column, f"'{value}' is no id" if value else "is empty", _suggested(value))
        tiers = self.programme.tier_by_id
        if self.tier not in tiers:
            near = nearest(self.tier, tiers)
            right = f"did you mean '{near}'?" if near else f"one of {', '.join(tiers)}"
            yield self._problem("tier", f"there is no tier '{self.tier}'" if self.tier else "is empty", right)
        elif self.parent and not self.programme.parents_of[self.tier]:
            message = f"is '{self.parent}', but the tier '{self.tier}' is at the top"
            yield self._problem("parent", message, "leave it empty")

    def _words(self, column: str, longest: int) -> Iterator[RosterProblem]:
        text = self.cells[column]
        if not text:
            yield self._problem(column, "is empty", "every school has one" if column == "region" else COLUMNS[column])
        elif letter := unprintable(text):
            yield self._problem(column, f"contains a control character (U+{ord(letter):04X})", "write it anew")
        elif len(text) > longest:
            yield self._problem(column, f"has {len(text)} characters", f"at most {longest}")

    def _seats(self) -> Iterator[RosterProblem]:
        tier = self.programme.tier_by_id.get(self.tier)
        known = [seat.id for seat in tier.seats] if tier else []
        held: dict[str, str] = {}
        for seat, person in self.persons.items():
            column = SEAT_COLUMN + seat
            if tier is not None and seat not in known:
                message = f"the tier '{self.tier}' has no seat '{seat}'"
                yield self._problem(column, message, f"its seats: {', '.join(known)}")
            if not is_person_id(person):
                message = f"nobody is registered as '{person}'" if "@" in person else f"'{person}' is no person's id"
                yield self._problem(column, message, "such as p-7k2m9x4q, from 'kaskad person add'")
            elif person in held:
                yield self._problem(
                    column, f"{person} sits in '{held[person]}' already", "one seat a person in a school"
                )
            held.setdefault(person, seat)

    def _problem(self, column: str, message: str, right: str = "") -> RosterProblem:
        return RosterProblem(self.number, column, message, right)


#: Cyrillic letters that nobody tells from Latin ones by their looks; a keyboard left in Kazakh or Russian types them.
_ALIKE = str.maketrans("асеорхуіһјѕ", "aceopxyihjs")


def _suggested(value: str) -> str:
    latin = value.translate(_ALIKE)
    if latin != value and is_valid_id(latin):
        letters = ", ".join(f"'{letter}'" for letter in dict.fromkeys(value) if letter.translate(_ALIKE) != letter)
        return f"'{latin}' in Latin letters: {letters} in it is Cyrillic"
    slug = "-".join(
        "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in value).lower().split()
    )
    # of 'Школа 1' no more than the 1 would be left
    example = slug if is_valid_id(slug) and value.isascii() else "nis-semey"
    return f"lower-case letters, digits and hyphens, such as '{example}'"


def _across(rows: list[_Row], programme: Programme, others: Collection[str] | None) -> Iterator[RosterProblem]:
    first: dict[str, _Row] = {}
    for row in rows:
        if is_valid_id(row.school) and row.school in first:
            message = f"'{row.school}' stands on row {first[row.school].number} already"
            yield RosterProblem(row.number, "school", message, "each school stands once")
        first.setdefault(row.school, row)
    known = Nearest([*first, *(others or ())])
    for row in rows:
        parent = first.get(row.parent) if row.parent else None
        if others is not None and row.parent and parent is None and row.parent not in others:
            near = known.to(row.parent)
            right = f"did you mean '{near}'?" if near else "a school of the list, or one that takes part already"
            yield RosterProblem(row.number, "parent", f"there is no school '{row.parent}'", right)
        above = programme.parents_of.get(row.tier, ())
        if parent is not None and above and parent.tier in programme.tier_by_id and parent.tier not in above:
            message = f"'{row.parent}' is of the tier '{parent.tier}'"
            yield RosterProblem(row.number, "parent", message, f"a parent is of the tier {' or '.join(above)}")
