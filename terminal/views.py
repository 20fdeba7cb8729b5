"""`kaskad views`: the tables derived from the log, rebuilt or held against it."""

from typing import Any

import click

from terminal.destination import must_be_writable
from terminal.groups import Group
from terminal.options import json_option
from terminal.outcome import DONE, REFUSED, NotFound
from terminal.tables import print_fields, print_table
from terminal.unsound import blamed

_log_option = click.option("--log", "log", metavar="FILE|URL", help="The log; that of the settings if not given.")


@click.group(cls=Group)
def views() -> None:
    """Rebuild the views from the event log, or see whether they say what it says."""


@views.command()
@_log_option
@json_option
def rebuild(log: str | None, as_json: bool) -> None:
    """Derive every view anew, in one transaction; nothing is sent again.

    It can be done while everything runs: commands wait until it is done.
    """
    from audit.views import compare
    from audit.views import rebuild as rebuild_all
    from eventlog.log import open_log

    where = _place(log)
    must_be_writable(where)
    with open_log(where) as opened, blamed(opened):
        wrong = sum(1 for _ in compare(opened))
        rows = rebuild_all(opened)
    print_fields({"Rows": rows, "Were wrong": wrong}, as_json=as_json)


@views.command()
@_log_option
@json_option
def check(log: str | None, as_json: bool) -> int:
    """Hold every row of the views against the log, and write nothing; exit code 1 where they differ."""
    from audit.views import compare
    from terminal.reading import reading

    with reading(log) as opened:
        rows = [(each.view, _words(each.key), _said(each.found), _said(each.expected)) for each in compare(opened)]
    columns = ("View", "Row", "Says", "Should say")
    print_table(columns, rows, as_json=as_json, empty="Every view says what the log says.")
    if rows and not as_json:
        print("\nkaskad views rebuild puts this right.")
    return REFUSED if rows else DONE


def _place(log: str | None) -> str:
    from pathlib import Path

    from runtime.settings import settings

    where = log or settings().log
    if "://" not in where and not Path(where).exists():
        raise NotFound(f"There is no event log at {where}; 'kaskad up' makes one, --log FILE names another.")
    return where


def _words(key: tuple[Any, ...]) -> str:
    return ", ".join(str(each) for each in key)


def _said(row: Any) -> str:
    return "nothing" if row is None else ", ".join(f"{name} {value}" for name, value in row.items())
