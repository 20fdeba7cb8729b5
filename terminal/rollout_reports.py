"""What there is to see of rollouts: all of them in a table, one of them as a tree."""

import shutil
import sys
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from activities.adopted import zone_in
from terminal import tree
from terminal.reading import only_rollout, reading, states_of
from terminal.tables import print_json, print_table

if TYPE_CHECKING:
    from eventlog.log import EventLog


def print_list(log_named: str | None, *, as_json: bool) -> None:
    columns = ("Rollout", "Programme", "Cohort", "Status", "Started", "Participants", "Open", "Overdue")
    with reading(log_named) as log:
        rows = [_list_row(log, row, as_json=as_json) for row in log.rows("rollouts")]
    print_table(columns, rows, as_json=as_json, empty="There are no rollouts yet; 'kaskad rollout start' starts one.")


def _list_row(log: "EventLog", row: dict[str, Any], *, as_json: bool) -> tuple[object, ...]:
    tasks = log.rows("tasks", rollout=row["rollout"])
    overdue = sum(task["status"] == "overdue" for task in tasks)
    participants = len(log.rows("roster", stream=row["stream"]))
    programme = f"{row['programme']} {row['programme_version']}"
    started = row["started_at"]
    if isinstance(started, datetime) and not as_json:
        started = started.astimezone(zone_in(log, row["rollout"]))
    return (
        row["rollout"], programme, row["cohort"], row["status"], started, participants, len(tasks), overdue,
    )  # fmt: skip


def print_tree(rollout: str | None, log_named: str | None, depth: int | None, *, as_json: bool) -> None:
    from runtime.settings import settings

    with reading(log_named) as log:
        row = only_rollout(log, rollout)
        language = settings().language
        with states_of(log) as states:
            nominated = states.rollout(row["rollout"]).nominated
            found = tree.members(states.snapshot, row["rollout"], language, nominated)
            title = states.programme(row["rollout"]).title.in_language(language)
            zone = zone_in(states.snapshot, row["rollout"])
    if as_json:
        print_json({**_row_json(row), "title": title, "participants": [_member_json(each) for each in found]})
        return
    print_header(row, title, found, zone)
    print()
    print_lines(tree.lines(found, wide=_wide(), depth=depth, zone=zone))


def print_header(row: dict[str, Any], title: str, found: list[tree.Member], zone: tzinfo) -> None:
    for line in header(row, title, found, zone):
        print(line.text)


def _wide() -> int | None:
    """As wide as the terminal; what goes elsewhere is not cut."""
    return min(shutil.get_terminal_size().columns, tree.WIDTH) if sys.stdout.isatty() else None


def header(
    row: dict[str, Any], title: str, found: list[tree.Member], zone: tzinfo, wide: int | None = None
) -> list[tree.Line]:
    """The rollout in a line, and a line for each tier."""
    since = f"{row['started_at'].astimezone(zone):%Y-%m-%d}" if isinstance(row["started_at"], datetime) else "-"
    first = f"{row['rollout']}  {title}, cohort {row['cohort']}, {row['status']} since {since}"
    if row["status"] != "running":
        first = f"{row['rollout']}  {title}, cohort {row['cohort']}, {row['status']}"
    drawn = [tree.Line(tree.cut(first, wide), "bold")]
    for tier, number, phases, open_tasks, overdue in tree.counts(found):
        said = ", ".join(f"{count} {phase}" for phase, count in phases.items())
        late = f", {overdue} overdue" if overdue else ""
        tasks = "1 task open" if open_tasks == 1 else f"{open_tasks} tasks open"
        drawn.append(tree.Line(tree.cut(f"  {number:>4} {tier}: {said}; {tasks}{late}", wide)))
    return drawn


def print_lines(drawn: list[tree.Line]) -> None:
    """In colour on a terminal."""
    if not sys.stdout.isatty():
        print("\n".join(line.text for line in drawn))
        return
    from rich.console import Console

    Console().print(tree.rendered(drawn))


def _row_json(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("stream", "title")}


def _member_json(each: tree.Member) -> dict[str, Any]:
    return {name: getattr(each, name) for name in each.__slots__}
