"""Many commands at once, from a table: checked as a whole, then asked row by row, with a report of each."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from terminal.outcome import REFUSED, UNREACHABLE
from terminal.phrases import headings, phrase, word
from terminal.roster_file import refuse_rows
from terminal.saying import said
from terminal.tables import print_json, print_table

if TYPE_CHECKING:
    from activities.asking import Asker
    from domain.command import Command
    from programmes.sheet import RosterProblem

_AT_ONCE = 16
#: what a row may take at most, beside the start
_EACH = 0.2
_START = 25.0

DONE, ALREADY, NOT_TAKEN, UNKNOWN = "done", "already done", "refused", "not known"


@dataclass(frozen=True, slots=True)
class RowCommand:
    """One command of many; `label` is how its row is called in the report."""

    label: tuple[str, ...]
    stream: str
    command: "Command"


@dataclass(frozen=True, slots=True)
class Outcome:
    label: tuple[str, ...]
    result: str
    why: str = ""
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file: number as in the file, and the cells by column."""

    file: Path
    rows: tuple[tuple[int, Mapping[str, str]], ...]


def read_rows(
    file: Path, needed: Sequence[str], known: Sequence[str] = (), *, may_be_empty: bool = False, as_json: bool = False
) -> Sheet:
    """Rows of a CSV or XLSX file with these columns. Raises BadInput after a table of what is wrong with them.

    Who tells more of a row itself lets the cells of needed columns be empty, so that all is told at once.
    """
    from programmes.sheet import RosterProblem, RosterProblems, read_sheet, too_many_cells

    try:
        sheet = read_sheet(file)
    except RosterProblems as refused:
        refuse_rows(file, refused.problems, as_json=as_json)
    header = [cell.strip().casefold() for cell in sheet.header]
    problems = [*sheet.problems, *_of_header(header, needed, known)]
    rows = [(number, dict(zip(header, [*cells, *[""] * len(header)], strict=False))) for number, cells in sheet.rows]
    for number, cells in sheet.rows:
        if extra := len([cell for cell in cells[len(header) :] if cell]):
            problems.append(too_many_cells(number, extra))
    empty = [(number, name) for number, row in rows for name in needed if not row.get(name)]
    if not may_be_empty:
        problems += [RosterProblem(number, name, "is empty") for number, name in empty if name in header]
    if not rows:
        problems.append(RosterProblem(0, "", "names columns, but has no rows"))
    if problems:
        refuse_rows(file, problems, as_json=as_json)
    return Sheet(file, tuple(rows))


def _of_header(header: Sequence[str], needed: Sequence[str], known: Sequence[str]) -> Iterator["RosterProblem"]:
    from domain.identity import nearest
    from programmes.sheet import RosterProblem

    columns = (*needed, *known)
    for name in dict.fromkeys([*columns, *header]):
        if name not in header and name in needed:
            yield RosterProblem(1, name, "is missing", f"columns: {', '.join(columns)}")
        elif name in header and name not in columns:
            close = nearest(name, columns)
            right = f"did you mean '{close}'?" if close else f"columns: {', '.join(columns)}"
            yield RosterProblem(1, name or "(no name)", "is no known column", right)
        if header.count(name) > 1:
            yield RosterProblem(1, name, f"stands {header.count(name)} times", "keep one of them")


def ask_all(commands: Sequence[RowCommand]) -> list[Outcome]:
    """Ask them, several streams at once, those of one stream in their order. What came of each, in the given order."""
    from terminal.acting import with_asker

    if not commands:
        return []
    return with_asker(lambda asker: _ask_all(asker, commands), within=_START + _EACH * len(commands))


async def _ask_all(asker: "Asker", commands: Sequence[RowCommand]) -> list[Outcome]:
    lines: dict[str, list[RowCommand]] = {}
    for each in commands:
        lines.setdefault(each.stream, []).append(each)
    places = asyncio.Semaphore(_AT_ONCE)
    found: dict[str, Outcome] = {}

    async def ask_line(line: list[RowCommand]) -> None:
        async with places:
            for each in line:
                found[each.command.id] = await _ask(asker, each)

    await asyncio.gather(*(ask_line(line) for line in lines.values()))
    return [found[each.command.id] for each in commands]


async def _ask(asker: "Asker", each: RowCommand) -> Outcome:
    from temporalio.service import RPCError

    from domain.refusal import Refused
    from eventlog.errors import LogUnavailable

    try:
        answer = await asker.ask(each.stream, each.command)
    except Refused as refused:
        return Outcome(each.label, NOT_TAKEN, said(refused))
    except (LogUnavailable, RPCError) as away:
        return Outcome(each.label, UNKNOWN, phrase("give_file_again", why=away))
    return Outcome(each.label, DONE if answer.first else ALREADY, "", answer.last or None)


def _row(outcome: Outcome) -> tuple[str | None, ...]:
    return tuple(cell or None for cell in (*outcome.label, outcome.result, outcome.why))


def report(columns: Sequence[str], outcomes: Iterable[Outcome], *, as_json: bool) -> int:
    """Prints a row for each, and a line that counts them; the exit code of the whole."""
    listed = list(outcomes)
    if as_json:
        keys = [column.lower() for column in columns]
        print_json(
            [
                {**dict(zip((*keys, "result", "why"), _row(each), strict=True)), "event": each.position}
                for each in listed
            ]
        )
    else:
        told = [replace(each, result=word(each.result)) for each in listed]
        print_table(headings(*columns, "Result", "Why"), [_row(each) for each in told])
        numbers = {
            result: sum(each.result == result for each in listed) for result in (DONE, ALREADY, NOT_TAKEN, UNKNOWN)
        }
        counted = (phrase("so_many", number=number, what=word(what)) for what, number in numbers.items() if number)
        print(", ".join(counted) + ".")
    results = {each.result for each in listed}
    return UNREACHABLE if UNKNOWN in results else REFUSED if NOT_TAKEN in results else 0
