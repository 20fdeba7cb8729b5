"""A rehearsal as one sees it: live on a terminal, a line for each month elsewhere."""

import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from domain.calendar import local_day
from domain.identity import school_of
from domain.participant.state import Participant
from rehearsal.telling import told

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

    from rehearsal.plan import Plan
    from rehearsal.play import Play, Watch
    from rehearsal.scene import Seen

_EVERY = 0.2
_TOLD = 6
_WAITING = 6
_STEPS = 8
_STEPS_BELOW = 5
_STYLES = {"completed": "green", "withdrawn": "red", "closed": "dim", "seats": "dim"}


@contextmanager
def show_while(plan: "Plan", folder: Path) -> "Iterator[Watch]":
    """What the rehearsal is to tell after every date."""
    if not sys.stdout.isatty():
        yield Lines(plan, folder).note
        return
    from rich.console import Console
    from rich.live import Live

    console = Console()
    screen = Screen(plan, console.encoding.lower().startswith("utf"))
    with Live(console=console, auto_refresh=False, transient=False) as live:
        last = 0.0

        def note(play: "Play", seen: "list[Seen]") -> None:
            nonlocal last
            screen.note(seen)
            if time.monotonic() - last > _EVERY or play.scene.rollout.status == "closed":
                live.update(screen.drawn(play), refresh=True)
                last = time.monotonic()

        yield note


class Lines:
    """One line when a month is over, and one at the end."""

    def __init__(self, plan: "Plan", folder: Path) -> None:
        print(f"{plan.programme.title.en}, cohort {plan.cohort}: {len(plan.places)} schools, seed {plan.seed}.")
        print(f"All of it is kept in {folder}.", flush=True)
        self._month = ""

    def note(self, play: "Play", seen: "list[Seen]") -> None:
        month = "the end" if play.scene.rollout.status == "closed" else f"{play.calendar.now:%Y-%m}"
        if month == self._month:
            return
        self._month = month
        first = {place.tier for place in play.plan.places}
        there = [each for each in play.scene.participants.values() if each.phase != "withdrawn"]
        schools = [each for each in there if each.tier in first]
        below = [each for each in there if each.parent and each.tier not in first]
        left = len(play.scene.participants) - len(there)
        withdrawn = f"withdrawn {left};  " if left else ""
        waits = ", ".join(f"{role} {count}" for role, count in _waiting(play).most_common(3))
        print(
            f"{month}  first tier {len(schools)}, certified {_certified(schools)};  second tier {len(below)}, "
            f"certified {_certified(below)};  {withdrawn}events {play.scene.position};  waits for {waits or 'nobody'}",
            flush=True,
        )


def _certified(those: list[Participant]) -> int:
    return sum(each.certified_at is not None for each in those)


def _waiting(play: "Play") -> Counter[str]:
    # In the order of their names: of two with as many tasks, the same one comes first every time.
    return Counter(sorted(row["role"] for rows in play.scene.inbox.values() for row in rows))


def _first(play: "Play", role: str) -> str:
    """The school whose task for the role falls due first."""
    rows = (row for each in play.scene.inbox.values() for row in each if row["role"] == role)
    return school_of(str(min(rows, key=lambda row: (row["due_at"], row["participant"]))["participant"]))


class Screen:
    """The whole cascade on one screen of 24 lines."""

    def __init__(self, plan: "Plan", letters: bool) -> None:
        self.plan = plan
        self._told: deque[tuple[str, str]] = deque(maxlen=_TOLD)
        self._full, self._empty, self._mark = ("▰", "▱", "✔") if letters else ("#", ".", "*")

    def note(self, seen: "list[Seen]") -> None:
        for each in seen:
            sentence = told(each)
            if sentence is not None:
                self._told.append((f"{self._day(each.record.happened_at):%d %b}", sentence))

    def _day(self, instant: datetime) -> date:
        return local_day(instant, self.plan.programme.time_zone)

    def drawn(self, play: "Play") -> "RenderableType":
        from rich.console import Group

        return Group(self._head(play), self._tree(play), self._foot(play))

    def _head(self, play: "Play") -> "Text":
        from rich.text import Text

        plan, scene = self.plan, play.scene
        ended = sum(each.ended for each in scene.participants.values())
        head = Text(f"{self._day(play.calendar.now):%a %d %b %Y}", style="bold")
        head.append(f"   {plan.programme.title.en} {plan.cohort}, {plan.rollout}, seed {plan.seed}\n", style="dim")
        top = [each for each in scene.participants.values() if each.parent is None]
        head.append(f"{', '.join(each.school for each in top)}: {sum(len(each.children) for each in top)} schools   ")
        head.append(f"certified {_certified(list(scene.participants.values()))}   ")
        head.append(f"at their end {ended} of {len(scene.participants)}   events {scene.position}\n")
        return head

    def _tree(self, play: "Play") -> "Table":
        """Side by side, a column for each tier below the top."""
        from rich.table import Table

        tiers = list(dict.fromkeys(place.tier for place in self.plan.places))
        table = Table.grid(padding=(0, 3))
        for _ in tiers:
            table.add_column(no_wrap=True)
        rows = [[each for each in play.scene.in_order() if each.tier == tier] for tier in tiers]
        titles = (self.plan.programme.tier_by_id[tier].title.en for tier in tiers)
        table.add_row(*(f"[underline]{title}[/underline]" for title in titles))
        for number in range(max(map(len, rows), default=0)):
            table.add_row(*(self._school(play, row[number]) if number < len(row) else "" for row in rows))
        return table

    def _school(self, play: "Play", state: Participant) -> "Text":
        from rich.text import Text

        name = state.school if len(state.school) <= 14 else f"{state.school[:13]}…"
        style = _STYLES.get(state.phase, "")
        line = Text(f"{name:<14} ", style=style)
        line.append_text(self._bar(state, _STEPS))
        for child in state.children:
            line.append(" ")
            line.append_text(self._bar(play.scene.participant(child), _STEPS_BELOW))
        return line

    def _bar(self, state: Participant, wide: int) -> "Text":
        from rich.text import Text

        if state.phase == "withdrawn":
            return Text("withdrawn"[: wide + 1].ljust(wide + 1), style="red")
        steps = self.plan.programme.tier_by_id[state.tier].steps if state.tier else ()
        done = sum(step.done_at is not None for step in state.steps.values())
        full = wide * done // len(steps) if steps else 0
        mark = self._mark if state.certified_at is not None else " "
        style = "green" if state.phase == "completed" else "cyan" if state.phase != "seats" else "dim"
        return Text(self._full * full + self._empty * (wide - full) + mark, style=style)

    def _foot(self, play: "Play") -> "Table":
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(1, 3, 0, 0))
        late = sum(row["status"] == "overdue" for rows in play.scene.inbox.values() for row in rows)
        waits = Text(no_wrap=True)
        waits.append("Waits for                first of all", style="underline")
        for role, count in _waiting(play).most_common(_WAITING - 1):
            waits.append(f"\n{role:<19}{count:>3}   {_first(play, role):<14.14}")
        waits.append(f"\n{'of these overdue':<19}{late:>3}", style="red" if late else "dim")
        just = Text(no_wrap=True, overflow="ellipsis")
        just.append("Just happened", style="underline")
        for day, sentence in self._told:
            just.append(f"\n{day}  {sentence}")
        table.add_row(waits, just)
        return table
