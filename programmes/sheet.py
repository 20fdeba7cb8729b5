"""A table of texts out of a CSV or XLSX file, with the row numbers that a person sees in it."""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_UNPACKED = 40 * 1024 * 1024
MOST_ROWS = 5_000
MOST_COLUMNS = 100
_WORKBOOKS = frozenset({".xlsx", ".xlsm"})
_TABLES = "give the table as .xlsx or as CSV UTF-8"
_SPLIT = "give it in parts, further schools to 'school enrol'"
_ONE_SHEET = "put all rows on one sheet"
_BEGINNING = 1_000
#: Excel and its kin write such a line above a table, take it as the delimiter, and never show it
_SEPARATOR = re.compile(r"sep=([;,\t])\r?\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class RosterProblem:
    """One fault of a list: the row as numbered in the file (1 is the header, 0 the file itself)."""

    row: int
    column: str
    message: str
    right: str = ""

    def __str__(self) -> str:
        place = f"row {self.row}" if self.row else "the file"
        place += f", column {self.column}" if self.column else ""
        return f"{place}: {self.message}" + (f"; {self.right}" if self.right else "")


def too_many_cells(row: int, extra: int) -> RosterProblem:
    message = f"has {extra} more cell{'' if extra == 1 else 's'} than there are columns"
    return RosterProblem(row, "", message, "put texts with commas in quotes")


class RosterProblems(ValueError):
    """A list is refused whole: none of its rows is taken while one is bad."""

    def __init__(self, file: str, problems: list[RosterProblem]) -> None:
        self.file = file
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(f"{file}: {problem}" for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Sheet:
    """Header and rows as texts; `rows` keep their numbers, empty ones are left out."""

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    problems: tuple[RosterProblem, ...] = ()
    #: titles of a workbook's other sheets, each with its first row
    others: tuple[tuple[str, tuple[str, ...]], ...] = ()


def read_sheet(path: Path) -> Sheet:
    """Raises RosterProblems when the file cannot be read as a table at all."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, f"cannot be read: {error.strerror or error}") from None
    if not content.strip():
        raise _unreadable(path, "is empty", "its first row names the columns")
    if len(content) > LARGEST_FILE:
        raise _unreadable(path, f"has {len(content):,} bytes", f"at most {LARGEST_FILE:,} are read")
    if content.startswith(b"PK\x03\x04"):
        worksheets = _worksheets(path, content)
        sheet = _the_sheet(path, worksheets)
        others = [(each.title, tuple(_columns(each))) for each in worksheets if each is not sheet]
        return _checked(path, *_from_workbook(path, sheet), others)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise _unreadable(path, "is an old .xls workbook", "save it as .xlsx or as CSV UTF-8")
    if path.suffix.lower() in _WORKBOOKS:
        raise _unreadable(path, f"is no workbook, although its name ends in {path.suffix}", _TABLES)
    if content.startswith(b"%PDF-"):
        raise _unreadable(path, "is a PDF and no table", _TABLES)
    if b"\0" in content[:_BEGINNING] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _unreadable(path, "is neither a workbook nor a text", _TABLES)
    return _checked(path, _from_text(path, content), [])


def _unreadable(path: Path, message: str, right: str = "") -> RosterProblems:
    return RosterProblems(str(path), [RosterProblem(0, "", message, right)])


def _checked(
    path: Path,
    lines: list[tuple[int, tuple[str, ...]]],
    problems: list[RosterProblem],
    others: Iterable[tuple[str, tuple[str, ...]]] = (),
) -> Sheet:
    filled = [(number, cells) for number, cells in lines if any(cells)]
    if not filled:
        raise _unreadable(path, "has no rows", "its first row names the columns")
    number, header = filled[0]
    if number != 1:
        raise _unreadable(path, f"names its columns on row {number}", "the first row is the one that names them")
    if len(filled) - 1 > MOST_ROWS:
        raise _unreadable(path, f"has {len(filled) - 1:,} rows", f"at most {MOST_ROWS:,} are read at once; {_SPLIT}")
    return Sheet(str(path), header, tuple(filled[1:]), tuple(problems), tuple(others))


def _from_text(path: Path, content: bytes) -> list[tuple[int, tuple[str, ...]]]:
    text = _decoded(path, content)
    named = _SEPARATOR.match(text)
    if named:
        text = text[named.end() :]
    first = text.partition("\n")[0]
    delimiter = named[1] if named else max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[int, tuple[str, ...]]] = []
    number = 1
    try:
        for cells in reader:
            lines.append((number, tuple(cell.strip() for cell in cells[: MOST_COLUMNS + 1])))
            # A text in quotes may go over several lines: the next row begins after them.
            number = reader.line_num + 1
    except csv.Error as error:
        right = "close each quote that opens a cell, and write a quote within it twice"
        raise RosterProblems(str(path), [RosterProblem(number, "", f"is no CSV: {error}", right)]) from None
    return lines


def _decoded(path: Path, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _unreadable(path, "is written in UTF-16", "save it as 'CSV UTF-8'")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        cyrillic = sum(letter >= 0xC0 for letter in content) > len(content) // 10
        # Windows-1251 has no ә, ғ, қ, ң, ө, ұ, ү, һ: guessing would lose what Excel has replaced already.
        looks = "looks like Windows-1251, which has no Kazakh letters" if cyrillic else "is not UTF-8"
        message = f"{looks} (first seen on row {row})"
        raise _unreadable(path, message, "in Excel choose 'CSV UTF-8 (comma delimited)', or give the .xlsx") from None


def _from_workbook(path: Path, worksheet: "Worksheet") -> tuple[list[tuple[int, tuple[str, ...]]], list[RosterProblem]]:
    """The cells of a sheet, and those that are no plain cells."""
    from openpyxl.utils import get_column_letter

    if worksheet.max_row > 20 * MOST_ROWS:
        raise _unreadable(path, f"has {worksheet.max_row:,} rows", f"at most {MOST_ROWS:,} are read at once; {_SPLIT}")
    problems = [
        RosterProblem(merged.min_row, merged.coord, "is a merged cell", "split it: each row has all of its cells")
        for merged in worksheet.merged_cells.ranges
    ]
    lines: list[tuple[int, tuple[str, ...]]] = []
    for number, row in enumerate(worksheet.iter_rows(max_col=min(worksheet.max_column, MOST_COLUMNS)), 1):
        for column, cell in enumerate(row, 1):
            if fault := _fault_of(cell):
                problems.append(RosterProblem(number, get_column_letter(column), *fault))
        lines.append((number, _trimmed(tuple(_text(cell.value) for cell in row))))
        # as a filter leaves it: whoever gives the file means the rows that are seen
        if any(lines[-1][1]) and number in worksheet.row_dimensions and worksheet.row_dimensions[number].hidden:
            problems.append(RosterProblem(number, "", "is hidden", "show it, or remove it"))
    return lines, problems


def _fault_of(cell: "Cell | MergedCell") -> tuple[str, str] | None:
    """Why it is no plain cell, and what would be right."""
    if cell.data_type == "f":
        return "holds a formula", "copy it and paste it as a value"
    if cell.data_type == "e":
        return f"holds the error {cell.value}", "write it anew"
    if isinstance(cell.value, date | time):
        return "was turned into a date by Excel", "make the column one of text in Excel, and write it anew"
    return None


def _the_sheet(path: Path, worksheets: "Sequence[Worksheet]") -> "Worksheet":
    """The first sheet with cells that is shown; another one with the same columns would be left out without a word."""
    filled = [each for each in worksheets if _has_cells(each)] or worksheets[:1]
    first = next((each for each in filled if not _is_hidden(each)), filled[0])
    header = _columns(first)
    for each in filled:
        if each is not first and _columns(each) == header:
            message = f"has the same columns on the sheets '{first.title}' and '{each.title}'"
            right = f"put all rows on one sheet; '{each.title}' is hidden" if _is_hidden(each) else _ONE_SHEET
            raise _unreadable(path, message, right)
    return first


def _is_hidden(worksheet: "Worksheet") -> bool:
    return bool(worksheet.sheet_state != "visible")


def _has_cells(worksheet: "Worksheet") -> bool:
    rows, columns = min(worksheet.max_row, 100), min(worksheet.max_column, MOST_COLUMNS)
    return any(any(row) for row in worksheet.iter_rows(max_row=rows, max_col=columns, values_only=True))


def _columns(worksheet: "Worksheet") -> list[str]:
    columns = min(worksheet.max_column, MOST_COLUMNS)
    row = next(worksheet.iter_rows(max_row=1, max_col=columns, values_only=True), ())
    return [str(cell).strip().casefold() for cell in row if cell is not None]


def _worksheets(path: Path, content: bytes) -> "Sequence[Worksheet]":
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(each.file_size for each in archive.infolist())
        if unpacked <= LARGEST_UNPACKED:
            with warnings.catch_warnings():
                # About styles and validations that it does not keep: only the cells matter here.
                warnings.simplefilter("ignore")
                if worksheets := load_workbook(io.BytesIO(content), data_only=False).worksheets:
                    return worksheets
            raise _unreadable(path, "has no sheet with cells", "put the table on one")
    except RosterProblems:
        raise
    except Exception:
        # openpyxl fails in many ways at what is no whole workbook, and names none of them.
        raise _unreadable(path, "is no workbook that can be read", "save it again as .xlsx") from None
    raise _unreadable(path, f"unpacks to {unpacked:,} bytes", f"at most {LARGEST_UNPACKED:,} are read")


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()[:10]
    return str(value).strip()
