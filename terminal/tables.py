"""How results look: tables drawn for a terminal, aligned text for a pipe, JSON for programs."""

import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

Row = Sequence[object]

#: between two columns of a table on a terminal: one is drawn, one is padding
_GAP = 2
_PADDING = (0, 1, 0, 0)
#: where a long id may go on in the next line: behind its marks, but not within a date, a number or a person's id
_BREAKS = re.compile(r"(?<=\w\w[-/.@_])(?=[^\W\d])")


def print_table(
    columns: Sequence[str], rows: Iterable[Row], *, as_json: bool = False, title: str = "", empty: str = "None."
) -> None:
    """Prints rows; `as_json` prints a list of objects whose keys are the columns in lower case with underscores."""
    listed = [list(row) for row in rows]
    if as_json:
        keys = [column.lower().replace(" ", "_") for column in columns]
        print_json([dict(zip(keys, row, strict=True)) for row in listed])
    elif not listed:
        print(empty)
    elif sys.stdout.isatty():
        _draw(columns, listed, title)
    else:
        _align(columns, listed)


def print_fields(fields: Mapping[str, object], *, as_json: bool = False) -> None:
    """Prints one thing, a field a line; `as_json` prints one object."""
    if as_json:
        print_json({name.lower().replace(" ", "_"): value for name, value in fields.items()})
        return
    longest = max((width(name) for name in fields), default=0)
    for name, value in fields.items():
        print(f"{_pad(name, longest)}  {shown(value)}".rstrip())


def counted(number: int, noun: str) -> str:
    """A number of things: 1 school, 2 schools."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def first_of(names: Sequence[str], most: int = 10) -> str:
    """Names in a sentence, a few of them: a, b and 3 more."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def print_json(value: Any) -> None:
    """Prints a value as JSON: instants in UTC with Z, letters as they are."""
    print(json.dumps(value, default=_encode, ensure_ascii=False, indent=2))


def shown(value: object) -> str:
    """A value as people read it; control characters of what somebody typed do not reach the terminal."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return "".join(" " if unicodedata.category(one) == "Cc" else one for one in str(value))


def width(text: str) -> int:
    """Columns that a text takes on a terminal: combining marks none, wide letters two."""
    return sum(
        0 if unicodedata.category(one) in ("Mn", "Me", "Cf") else 2 if unicodedata.east_asian_width(one) in "WF" else 1
        for one in text
    )


def _align(columns: Sequence[str], rows: Sequence[Row]) -> None:
    """The last column is not padded, and nothing is cut: what a program or grep reads must be whole."""
    cells = [[column.upper() for column in columns], *([shown(value) for value in row] for row in rows)]
    widths = [max(width(line[index]) for line in cells) for index in range(len(columns))]
    for line in cells:
        print("  ".join(_pad(cell, wide) for cell, wide in zip(line, widths, strict=True)).rstrip())


def _draw(columns: Sequence[str], rows: Sequence[Row], title: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    cells = [[shown(value) for value in row] for row in rows]
    widths = _widths([list(columns), *cells], console.width)
    if widths is None:
        _stack(columns, rows, title)
        return
    table = Table(
        title=title or None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=_PADDING,
    )
    for column, wide in zip(columns, widths, strict=True):
        table.add_column(_broken(column, wide), width=wide, overflow="fold")
    for line in cells:
        # Text, not str: square brackets in a name are no mark-up.
        table.add_row(*(Text(_broken(cell, wide)) for cell, wide in zip(line, widths, strict=True)))
    console.print(table)


def _widths(lines: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """How wide each column is so that no word is cut; None where there is no room for it. The first ids stay whole."""
    room -= _GAP * (len(lines[0]) - 1)
    cells = list(zip(*lines, strict=True))
    natural = [max(map(width, column)) for column in cells]
    for unbroken in range(len(cells), -1, -1):
        least = [_longest(column, broken=number >= unbroken) for number, column in enumerate(cells)]
        if sum(least) <= room:
            # The widest columns give way first.
            for most in range(max(natural), 0, -1):
                widths = [min(whole, max(word, most)) for whole, word in zip(natural, least, strict=True)]
                if sum(widths) <= room:
                    return widths
            return least
    return None


def _longest(column: Sequence[str], *, broken: bool) -> int:
    words = (word for cell in column for word in cell.split())
    return max((width(part) for word in words for part in (_BREAKS.split(word) if broken else [word])), default=0)


def _broken(text: str, wide: int) -> str:
    """A text in lines of at most `wide`: between words, and a word that is wider where an id has its marks."""
    lines = [""]
    for word in text.split(" "):
        parts = [word] if width(word) <= wide else _BREAKS.split(word)
        for number, part in enumerate(parts):
            space = " " if lines[-1] and not number else ""
            if lines[-1] and width(lines[-1] + space + part) > wide:
                lines.append(part)
            else:
                lines[-1] += space + part
    return "\n".join(lines)


def _stack(columns: Sequence[str], rows: Sequence[Row], title: str) -> None:
    """On a terminal where words would be cut to syllables: a line for each value, and one between two rows."""
    if title:
        print(title)
    for number, row in enumerate(rows):
        if number:
            print()
        print_fields({column: value for column, value in zip(columns, row, strict=True) if value != ""})


def _pad(text: str, wide: int) -> str:
    return text + " " * (wide - width(text))


def _encode(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    dump = getattr(value, "model_dump", None)
    if dump is not None:
        return dump(mode="json")
    import msgspec

    return msgspec.to_builtins(value)
