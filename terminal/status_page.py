"""The one screen: each part read on its own, so that one that fails does not hide the others."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from activities.dates import span_in_words, zone_of
from eventlog.errors import LogCorrupt, LogTooNew, LogUnavailable
from runtime.settings import Settings, settings
from terminal.outcome import DONE, UNREACHABLE, NotFound
from terminal.reading import reading_events
from terminal.status_log import Course, LogTold, told_by
from terminal.status_persons import what_is_wrong_with_persons
from terminal.status_stack import Stack, look_at_stack
from terminal.tables import counted, print_fields, print_json, print_table
from terminal.tree import PHASES

_MANY = 8
_LEAST_SPACE = 500_000_000


def print_status(*, as_json: bool) -> int:
    here = settings()
    stack = look_at_stack(here)
    told, somebody, why = _log()
    free = _free_space(here.home)
    wrong = [*_wrong(here, stack, told, why, free), *what_is_wrong_with_persons(here, somebody)]
    if as_json:
        print_json(_as_json(stack, told, free, wrong))
    else:
        _print(here, stack, told, free, wrong)
    return DONE if told is not None else UNREACHABLE


def _log() -> tuple[LogTold | None, str | None, str]:
    """What the log tells, and one of its persons; nothing, and why, where it can't be read."""
    try:
        with reading_events() as log:
            known = log.rows("persons", status="known", _limit=1)
            return told_by(log), next((row["person"] for row in known), None), ""
    except (NotFound, LogUnavailable, LogTooNew, LogCorrupt) as error:
        return None, None, str(error)


def _free_space(home: Path) -> int | None:
    there = next((folder for folder in (home, *home.parents) if folder.exists()), None)
    return shutil.disk_usage(there).free if there else None


def _wrong(here: Settings, stack: Stack, told: LogTold | None, why: str, free: int | None) -> Iterator[tuple[str, str]]:
    """What is not as it should be, and what to do."""
    if not stack.server:
        yield "The Temporal server is not reached: nothing is recorded, nothing falls due.", stack.why
    elif not stack.worker:
        yield (
            f"No worker serves the task queue {here.task_queue}: commands are not answered, nothing falls due.",
            stack.why
            or f"Start one: 'kaskad up', or 'kaskad worker'. What the last one wrote: {here.home}/run/worker.log",
        )
    yield from stack.versions
    if told is None:
        yield "The event log can't be read.", why
    else:
        yield from what_is_behind(stack, told)
    if free is not None and free < _LEAST_SPACE:
        yield f"Only {free // 1_000_000} MB are free at {here.home}.", "Make room; a full disk refuses every command."


def what_is_behind(stack: Stack, told: LogTold) -> Iterator[tuple[str, str]]:
    waiting = "A worker delivers them within a minute" if stack.worker else "They go on once a worker runs"
    if told.followups_late:
        yield (
            f"{told.followups_late} consequences have not reached those they concern.",
            f"{waiting}; else 'kaskad recover'.",
        )
    if told.behind:
        stream, due = told.behind[0]
        late = span_in_words(int((datetime.now(UTC) - due).total_seconds()))
        yield (
            f"The clock is behind for {len(told.behind)} streams, most of all {stream}: {late}.",
            "'kaskad recover' makes Temporal agree with the log." if stack.worker else f"{waiting}.",
        )
    for each in told.no_one[:_MANY]:
        yield (
            f"{each.school} needs somebody as {each.duty}: nobody is, or whoever would be by a seat of the parent's "
            "has a part there that rules it out.",
            f"kaskad school assign {each.rollout}/{each.school} --duty {each.duty}=PERSON",
        )
    for role in told.unfilled:
        are = "is" if role.tasks == 1 else "are"
        yield (
            f"{counted(role.tasks, 'open task')} of {role.rollout} {are} for '{role.role}', "
            f"and nobody is that there: {role.school} first.",
            "Say who: 'kaskad school seat', 'kaskad school assign' or 'kaskad person grant'.",
        )
    for course in told.rollouts:
        if course.not_begun and course.status != "closed":
            yield f"{course.not_begun} participants of {course.rollout} have not begun.", f"{waiting}."


def _print(here: Settings, stack: Stack, told: LogTold | None, free: int | None, wrong: list[tuple[str, str]]) -> None:
    server = f"reached at {stack.address}" if stack.server else "NOT REACHED"
    fields: dict[str, object] = {
        "Server": server,
        "Worker": f"serves {here.task_queue} ({_workers(stack)})" if stack.worker else "NONE",
        "Data": f"{here.home}" + (f", {free / 1e9:.1f} GB free" if free is not None else ""),
    }
    if told is not None:
        fields["Log"] = f"{told.size} events{_last(told)}; root {told.root[:16]}"
        fields["On the way"] = on_the_way(told)
    print_fields(fields)
    if told is not None:
        _print_rollouts(told)
        _print_late(told)
    print("\nWrong" if wrong else "\nNothing is wrong.")
    for what, remedy in wrong:
        print(f"- {what}\n  {remedy}")


def _workers(stack: Stack) -> str:
    return ", ".join(stack.workers) + (f"; version {stack.version}" if stack.version else "")


def on_the_way(told: LogTold) -> str:
    """What is not delivered yet, and what is not to be delivered at night."""
    now = f"{counted(told.followups, 'consequence')}, {counted(told.notices_waiting, 'message')}"
    if told.notices_from is None:
        return now
    return f"{now}; {told.notices_asleep} more after quiet hours, from {_clock(told, told.notices_from)} on"


def _last(told: LogTold) -> str:
    """When the last event was recorded."""
    return "" if told.recorded_at is None else f", the last at {_clock(told, told.recorded_at)}"


def _clock(told: LogTold, instant: datetime) -> str:
    """By the clock of the rollouts where they have one."""
    zones = {course.time_zone for course in told.rollouts}
    zone = zones.pop() if len(zones) == 1 else "UTC"
    return f"{instant.astimezone(zone_of(zone)):%Y-%m-%d %H:%M} ({zone})"


def _print_rollouts(told: LogTold) -> None:
    print()
    rows = [row for course in told.rollouts for row in _rows(course)]
    columns = ("Rollout", "Status", "Tier", "Number", "How far", "Open", "Overdue")
    print_table(columns, rows, empty="No rollouts yet; 'kaskad rollout start' starts one.")


def _rows(course: Course) -> Iterator[tuple[object, ...]]:
    for number, tier in enumerate(course.tiers):
        how_far = ", ".join(f"{count} {PHASES.get(each, (each,))[0]}" for each, count in tier.by_status.items())
        name, state = (course.rollout, course.status) if number == 0 else ("", "")
        yield name, state, tier.tier, tier.participants, how_far, tier.open_tasks, tier.overdue


def _print_late(told: LogTold) -> None:
    if not told.late:
        return
    escalated = sum(each.escalated for each in told.late)
    print(f"\nOverdue: {len(told.late)}, of which {escalated} escalated")
    zones = {course.rollout: zone_of(course.time_zone) for course in told.rollouts}
    rows = [
        (
            each.rollout,
            each.school,
            each.task,
            each.role,
            f"{each.due_at.astimezone(zones[each.rollout]):%Y-%m-%d}",
            "yes" if each.escalated else "-",
        )
        for each in told.late[:_MANY]
    ]
    print_table(("Rollout", "School", "Task", "Role", "Was due", "Escalated"), rows)
    if len(told.late) > _MANY:
        print(f"and {len(told.late) - _MANY} more: kaskad task list --due overdue")


def _as_json(stack: Stack, told: LogTold | None, free: int | None, wrong: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "server": {"reached": stack.server, "address": stack.address or None},
        "worker": {"reached": stack.worker, "workers": list(stack.workers), "version": stack.version or None},
        "log": told,
        "free_bytes": free,
        "wrong": [{"what": what, "remedy": remedy} for what, remedy in wrong],
    }
