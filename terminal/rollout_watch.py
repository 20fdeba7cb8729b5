"""A rollout followed live: the tree on a terminal, elsewhere a line for each event."""

import sys
import time
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from activities.adopted import zone_in
from domain.identity import stream_subject
from terminal import tree
from terminal.reading import only_rollout, reading, states_of
from terminal.rollout_reports import header

if TYPE_CHECKING:
    from rich.text import Text

    from eventlog.log import EventLog
    from eventlog.record import Record

_LOOK_EVERY = 0.5
_LAST_EVENTS = 5


def follow(rollout: str | None, log_named: str | None, seconds: float | None) -> None:
    """Until Ctrl-C, or for so many seconds."""
    end = None if seconds is None else time.monotonic() + seconds
    with reading(log_named) as log:
        name = str(only_rollout(log, rollout)["rollout"])
        try:
            if sys.stdout.isatty():
                _live(log, name, end)
            else:
                _plain(log, name, end)
        except KeyboardInterrupt:
            print("Stopped watching; the rollout goes on.")


def _plain(log: "EventLog", rollout: str, end: float | None) -> None:
    position, zone = log.head().size, zone_in(log, rollout)
    for line in header(*_found(log, rollout)):
        print(line.text, flush=True)
    while end is None or time.monotonic() < end:
        for record in log.read(after=position, rollout=rollout):
            print(_event(record, zone), flush=True)
            position = record.position
        time.sleep(_pause(end))


def _live(log: "EventLog", rollout: str, end: float | None) -> None:
    from rich.console import Console
    from rich.live import Live

    console = Console()
    size, last = -1, _last(log, rollout)
    with Live(console=console, auto_refresh=False, vertical_overflow="crop", screen=False) as live:
        while end is None or time.monotonic() < end:
            now = log.head().size
            if now != size:
                last = [*last, *log.read(after=max(size, 0), rollout=rollout)][-_LAST_EVENTS:] if size >= 0 else last
                size = now
                live.update(_picture(log, rollout, last, console.height, console.width), refresh=True)
            time.sleep(_pause(end))


def _picture(log: "EventLog", rollout: str, last: "list[Record]", height: int, wide: int) -> "Text":
    row, title, found, zone = _found(log, rollout)
    above = [*header(row, title, found, zone, wide), tree.Line("")]
    below = [tree.Line(""), *(tree.Line(tree.cut(_event(each, zone), wide), "dim") for each in last)]
    drawn = tree.lines(found, wide=min(wide, tree.WIDTH), zone=zone)
    room = max(height - len(above) - len(below) - 1, 3)
    if len(drawn) > room:
        left = len(drawn) - room + 1
        drawn = [*drawn[: room - 1], tree.Line(f"… {left} more: kaskad rollout show {rollout}", "dim")]
    return tree.rendered([*above, *drawn, *below])


def _found(log: "EventLog", rollout: str) -> tuple[dict[str, Any], str, list[tree.Member], tzinfo]:
    from runtime.settings import settings

    language = settings().language
    with states_of(log) as states:
        (row,) = states.snapshot.rows("rollouts", rollout=rollout)
        found = tree.members(states.snapshot, rollout, language, states.rollout(rollout).nominated)
        title = states.programme(rollout).title.in_language(language)
        return row, title, found, zone_in(states.snapshot, rollout)


def _last(log: "EventLog", rollout: str) -> "list[Record]":
    """The newest events: read from a little below the end, as nearly all events are of some rollout."""
    size = log.head().size
    return log.read(after=max(size - 50, 0), rollout=rollout)[-_LAST_EVENTS:]


def _event(record: "Record", zone: tzinfo) -> str:
    subject = stream_subject(record.stream)
    by = "" if record.actor in ("clock", "cascade") else f"  by {record.actor}"
    return f"{record.recorded_at.astimezone(zone):%H:%M:%S}  {record.position:>6}  {subject}  {record.kind}{by}"


def _pause(end: float | None) -> float:
    return _LOOK_EVERY if end is None else max(0.0, min(_LOOK_EVERY, end - time.monotonic()))
