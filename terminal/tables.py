"""How results look: tables drawn for a terminal, aligned text for a pipe, JSON for programs."""

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

Row = Sequence[object]

#: what a column needs of a terminal at least, so that a table can be read
_NARROWEST = 9


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
    if console.width < _NARROWEST * len(columns):
        _stack(columns, rows, title)
        return
    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD)
    for column in columns:
        # A status or an id that ends in dots can't be read: where it is too narrow, they go on in the next line.
        table.add_column(column, overflow="fold")
    for row in rows:
        # Text, not str: square brackets in a name are no mark-up.
        table.add_row(*(Text(shown(value)) for value in row))
    console.print(table)


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
