"""The picture of a rollout: who takes part under whom, how far each has come, and what waits for whom."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, Final, TypeVar

from terminal.tables import shown, width

if TYPE_CHECKING:
    from rich.text import Text

    from eventlog.log import EventLog
    from eventlog.reading import Snapshot


T = TypeVar("T")

#: how wide a line is drawn at most, however wide the terminal
WIDTH: Final = 140
_NAME: Final = 24
_ID: Final = 28
_NARROW: Final = 110

#: phase -> how it is called, and its style on a terminal
PHASES: Final[Mapping[str, tuple[str, str]]] = {
    "starting": ("starting", "dim"),
    "nominated": ("nominated", "dim"),
    "seats": ("forming team", "yellow"),
    "journey": ("under way", "cyan"),
    "certified": ("certified", "green"),
    "next_tier": ("trains others", "green"),
    "completed": ("completed", "bold green"),
    "paused": ("paused", "magenta"),
    "withdrawn": ("withdrawn", "red"),
    "closed": ("closed", "dim"),
}


@dataclass(frozen=True, slots=True)
class Member:
    """One participant in the picture."""

    participant: str
    school: str
    name: str
    tier: str
    parent: str | None
    phase: str
    seats_filled: int = 0
    seats_total: int = 0
    #: the task that falls due first, and whose it is
    task: str | None = None
    role: str | None = None
    due_at: datetime | None = None
    open_tasks: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    style: str = ""


def members(
    log: "EventLog | Snapshot", rollout: str, language: str, nominated: Mapping[str, Any] | None = None
) -> list[Member]:
    """Everybody of the rollout in the order of the participants; `nominated` are the state's, which no view has."""
    begun = {row["participant"]: row for row in log.rows("participants", rollout=rollout)}
    tasks: dict[str, list[dict[str, Any]]] = {}
    for row in log.rows("tasks", rollout=rollout):
        tasks.setdefault(row["participant"], []).append(row)
    found = []
    for entry in log.rows("roster", stream=f"rollout:{rollout}"):
        participant = entry["participant"]
        name = str(json.loads(entry["names"] or "{}").get(language, ""))
        found.append(_member(entry, name, begun.get(participant), tasks.get(participant, [])))
    for each in (nominated or {}).values():
        name = str(each.names.get(language, ""))
        found.append(Member(f"{rollout}/{each.school}", each.school, name, each.tier, each.parent, "nominated"))
    return found


def _member(
    entry: Mapping[str, Any], name: str, row: Mapping[str, Any] | None, tasks: Sequence[Mapping[str, Any]]
) -> Member:
    place = (entry["participant"], entry["school"], name, entry["tier"], entry["parent"])
    if row is None:
        return Member(*place, phase="starting")
    first = min(tasks, key=lambda task: (task["due_at"], task["task"]), default=None)
    return Member(
        *place,
        phase=phase_of(row),
        seats_filled=row["seats_filled"],
        seats_total=row["seats_total"],
        task=first["task"] if first else None,
        role=first["role"] if first else None,
        due_at=first["due_at"] if first else None,
        open_tasks=len(tasks),
        overdue=sum(task["status"] == "overdue" for task in tasks),
    )


def phase_of(row: Mapping[str, Any]) -> str:
    if row["status"] == "journey" and row["certified_at"] is not None:
        return "certified"
    return str(row["status"])


def counts(found: Sequence[Member]) -> list[tuple[str, int, dict[str, int], int, int]]:
    """Per tier, from the top: how many, how many in each phase (by its name), open tasks, overdue ones."""
    by_tier: dict[str, list[Member]] = {}
    for each in from_the_top(found, {each.participant: each.parent for each in found}):
        by_tier.setdefault(each.tier, []).append(each)
    rows = []
    for tier, those in by_tier.items():
        phases = Counter(each.phase for each in those)
        named = {PHASES[phase][0]: phases[phase] for phase in PHASES if phases[phase]}
        rows.append((tier, len(those), named, sum(m.open_tasks for m in those), sum(m.overdue for m in those)))
    return rows


def from_the_top(found: Iterable[T], parents: Mapping[str, str | None]) -> list[T]:
    """Members, or rows of the roster, with parents before children; otherwise in their order."""

    def level(each: Any) -> int:
        return _level(each["parent"] if isinstance(each, dict) else each.parent, parents)

    return sorted(found, key=level)


def _level(parent: str | None, parents: Mapping[str, str | None]) -> int:
    return 0 if parent is None else 1 + _level(parents.get(parent), parents)


def lines(
    found: Sequence[Member], *, wide: int | None = None, depth: int | None = None, zone: tzinfo = UTC
) -> list[Line]:
    """The tree, a line for each member, whole or as wide as `wide` at most; due dates as the zone has them."""
    below: dict[str | None, list[Member]] = {}
    known = {each.participant for each in found}
    for each in found:
        below.setdefault(each.parent if each.parent in known else None, []).append(each)
    drawn: list[tuple[str, Member]] = []
    _draw(below, None, "", 0, depth, drawn)
    # One long id must not push away what all the others have to say: its own line is shifted instead.
    ids = min(max((width(branch) + width(each.school) for branch, each in drawn), default=0), _ID)
    names = max((width(shown(each.name)) for _, each in drawn), default=0)
    if wide is not None:
        # Where there is no room for all, the id is name enough: what waits for whom matters more.
        names = 0 if wide < _NARROW else min(names, _NAME)
    return [
        Line(_text(branch, each, ids, names, wide, zone), PHASES.get(each.phase, ("", ""))[1]) for branch, each in drawn
    ]


def _draw(
    below: Mapping[str | None, Sequence[Member]],
    parent: str | None,
    indent: str,
    level: int,
    depth: int | None,
    drawn: list[tuple[str, Member]],
) -> None:
    if depth is not None and level >= depth:
        return
    children = below.get(parent, ())
    for number, each in enumerate(children, 1):
        last = number == len(children)
        branch = "" if level == 0 else indent + ("└─ " if last else "├─ ")
        drawn.append((branch, each))
        deeper = "" if level == 0 else indent + ("   " if last else "│  ")
        _draw(below, each.participant, deeper, level + 1, depth, drawn)


def _text(branch: str, each: Member, ids: int, names: int, wide: int | None, zone: tzinfo) -> str:
    left = _padded(branch + each.school, ids)
    left += "  " + _padded(cut(shown(each.name), names), names) if names else ""
    seats = f"{each.seats_filled}/{each.seats_total}" if each.seats_total else ""
    middle = f"{_padded(PHASES.get(each.phase, (each.phase, ''))[0], 13)}  {seats:>4}"
    if wide is not None:
        # How far somebody has come is what people look for: what is too long around it gives way.
        left = cut(left, wide - width(middle) - 2)
    waiting = _waiting(each, zone, narrow=wide is not None and wide < _NARROW)
    return cut(f"{left}  {middle}  {waiting}".rstrip(), wide)


def _waiting(each: Member, zone: tzinfo, *, narrow: bool) -> str:
    """The task that is due first; where it may be cut, whose it is comes before it."""
    if each.task is None or each.due_at is None:
        return ""
    day = f"{each.due_at.astimezone(zone):%Y-%m-%d}"
    if narrow:
        return f"{'late ' if each.overdue else ''}{day} {each.role}: {each.task}"
    late = f"{each.overdue} overdue, " if each.overdue else ""
    return f"{late}{day} {each.task} ({each.role})"


def cut(text: str, wide: int | None) -> str:
    """The text, with a sign of it where something had to be left off."""
    if wide is None or width(text) <= wide:
        return text
    kept = ""
    for letter in text:
        if width(kept + letter) > wide - 1:
            break
        kept += letter
    return kept + "…"


def _padded(text: str, wide: int) -> str:
    return text + " " * (wide - width(text))


def rendered(drawn: Iterable[Line]) -> "Text":
    """The lines for a terminal."""
    from rich.text import Text

    return Text("\n").join(Text(line.text, style=line.style, no_wrap=True, overflow="ellipsis") for line in drawn)
