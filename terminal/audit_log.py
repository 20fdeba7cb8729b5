"""`kaskad audit log`: the events, a line each, as they are read."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from terminal.audit_opened import archive, must_end_at_its_head
from terminal.outcome import BadInput
from terminal.output import say_aside

if TYPE_CHECKING:
    from audit.archive import Archive
    from audit.line import Line


def print_log(log: str | None, *, as_json: bool, since: str | None, until: str | None, **wanted: Any) -> None:
    from audit.line import line_of
    from audit.moment import read_instant
    from audit.selection import Selection, checked, select
    from domain.identity import rollout_stream
    from terminal.reading import person_addressed

    if "@" in (wanted["person"] or ""):
        wanted["person"] = person_addressed(wanted["person"])
    with archive(log) as found:
        must_end_at_its_head(found)
        selection = checked(found, Selection(**wanted))
        rollout = None if selection.rollout is None else rollout_stream(selection.rollout)
        zone = found.time_zone(selection.school or rollout)
        selection = checked(
            found,
            Selection(
                **wanted,
                since=None if since is None else read_instant(since, zone, end_of_day=False),
                until=None if until is None else read_instant(until, zone, end_of_day=True),
            ),
        )
        if selection.since and selection.until and selection.since > selection.until:
            raise BadInput("--from is later than --to.")
        lines = (line_of(found, record, zone) for record in select(found, selection))
        last = _print_json(lines) if as_json else _print_lines(lines, zone)
        _say_where_it_ends(found, last, selection.limit, zone, as_json=as_json)


def _print_lines(lines: "Iterable[Line]", zone: str) -> "tuple[int, Line | None]":
    from audit.line import words_of
    from terminal.tables import shown

    count, last = 0, None
    for last in lines:
        count += 1
        print(shown(words_of(last, zone)))
    return count, last


def _print_json(lines: "Iterable[Line]") -> "tuple[int, Line | None]":
    """A list, written as it comes."""
    import msgspec

    encode = msgspec.json.Encoder().encode
    count, last = 0, None
    for last in lines:
        print("[\n" if not count else ",\n", encode(last).decode(), sep="", end="")
        count += 1
    print("\n]" if count else "[]")
    return count, last


def _say_where_it_ends(
    found: "Archive", last: "tuple[int, Line | None]", limit: int | None, zone: str, *, as_json: bool
) -> None:
    from terminal.tables import counted

    count, line = last
    if line is not None and count == limit and line.position < found.position:
        say_aside(f"There may be more: --after {line.position}")
    if not count and not as_json:
        print("No events.")
    elif not as_json:
        say_aside(f"{counted(count, 'event')}, times in {zone}")
