"""What a rehearsal tells a programme manager: dates, loads, holidays, lateness, the end."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.step import DeliveryStep
from terminal.rehearsing import shown_path
from terminal.tables import print_fields, print_json, print_table

if TYPE_CHECKING:
    from rehearsal.plan import Plan
    from rehearsal.play import Play, Watch
    from rehearsal.scene import Seen
    from rehearsal.summary import Summary
    from rehearsal.tally import Tally

_HEAVIEST = 3
_LATEST = 10
_NAMED = 3

_TIER = ("Tier", "Participants", "Opens", "Last opens", "Certified", "Last certified", "At the end")
_LOAD = ("Role", "Person", "Open at once", "On")
_LATE = ("Tier", "Step", "Task", "Overdue", "Escalated")


def month_by_month(*, quiet: bool) -> "Watch":
    """A line on the standard error when a month is over, so that one sees it going on."""
    import click

    month = ""

    def note(play: "Play", seen: "list[Seen]") -> None:
        nonlocal month
        now = f"{play.calendar.now:%Y-%m}"
        if now != month and not quiet:
            month = now
            under_way = sum(not each.ended for each in play.scene.participants.values())
            click.echo(f"{now}  {under_way} under way, {play.scene.position} events", err=True)

    return note


def print_report(plan: "Plan", summary: "Summary", tally: "Tally", folder: Path, *, as_json: bool) -> None:
    from rehearsal.stage import log_of

    fields = _fields(plan, summary, tally) | {"Log": shown_path(log_of(folder))}
    tables: tuple[tuple[str, tuple[str, ...], list[tuple[object, ...]]], ...] = (
        ("tiers", _TIER, list(_tiers(tally))),
        ("loads", _LOAD, list(_loads(plan, tally))),
        ("late", _LATE, list(_late(tally))),
    )
    if as_json:
        found: dict[str, Any] = {name.lower().replace(" ", "_"): value for name, value in fields.items()}
        for name, columns, rows in tables:
            keys = [column.lower().replace(" ", "_") for column in columns]
            found[name] = [dict(zip(keys, row, strict=True)) for row in rows]
        print_json(found)
        return
    print_fields(fields)
    for name, columns, rows in tables:
        print()
        print_table(columns, rows, title=name.capitalize(), empty="Nothing was late.")


def _fields(plan: "Plan", summary: "Summary", tally: "Tally") -> dict[str, object]:
    ends = plan.intake.ends
    late = (summary.ended - ends).days
    against = f"{late} days after {ends}" if late > 0 else f"{-late} days before {ends}"
    return {
        "Programme": f"{plan.programme.programme} {plan.programme.version}, cohort {plan.cohort}, seed {plan.seed}",
        "Begins": summary.began,
        "Ends": None if summary.left_over else summary.ended,
        "Not at the end": _some(list(summary.left_over)),
        "Went no further": _some(list(summary.went_no_further)),
        "Against the plan": None if summary.left_over else against,
        "Certified": sum(len(dates.certified) for dates in tally.tiers.values()),
        "Opened below": summary.opened_below,
        "Tasks": summary.tasks,
        "Overdue": summary.overdue,
        "Escalated": summary.escalated,
        "Evidence returned": summary.returned,
        "Checkpoints missed": summary.checkpoints_missed,
        "Due on days off": _some(list(tally.on_days_off)),
        "Mostly in holidays": _some(tally.mostly_holidays),
    }


def _some(tasks: list[str]) -> str:
    """How many there are, and the first by name."""
    if not tasks:
        return "none"
    return f"{len(tasks)}, such as {'; '.join(tasks[:_NAMED])}"


def _tiers(tally: "Tally") -> Iterator[tuple[object, ...]]:
    for tier, dates in tally.tiers.items():
        if dates.opened:
            opened, certified, completed = dates.opened, dates.certified, dates.completed
            yield (
                tier, len(opened), min(opened), max(opened), _least(certified), _most(certified), _most(completed),
            )  # fmt: skip


def _least(days: list[date]) -> date | None:
    return min(days, default=None)


def _most(days: list[date]) -> date | None:
    return max(days, default=None)


def _loads(plan: "Plan", tally: "Tally") -> Iterator[tuple[object, ...]]:
    """The heaviest days of those who mentor, review and train."""
    for role in _roles(plan):
        mine = [(person, peak) for (of, person), peak in tally.peaks.items() if of == role]
        for person, peak in sorted(mine, key=lambda each: (-each[1].tasks, each[0]))[:_HEAVIEST]:
            yield role, person, peak.tasks, peak.on


def _roles(plan: "Plan") -> list[str]:
    duties = [duty.role for tier in plan.programme.tiers for duty in tier.duties]
    steps = [step for tier in plan.programme.tiers for step in tier.steps if isinstance(step, DeliveryStep)]
    return list(dict.fromkeys((*duties, *(step.plan.by for step in steps))))


def _late(tally: "Tally") -> Iterator[tuple[object, ...]]:
    latest = sorted(tally.overdue.items(), key=lambda each: (-each[1], each[0]))
    for (tier, step, task), count in latest[:_LATEST]:
        yield tier, step, task, count, tally.escalated[tier, step, task]
