"""Interruptions: a pause of the rollout, a changed calendar, and what they do to due dates."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from msgspec.structs import replace

from domain.calendar import instant_on, local_day, zone
from domain.command import Command
from domain.event import Event
from domain.participant.deadlines import move
from domain.participant.draft import Draft
from domain.participant.state import Participant, Task

# --- events


class Paused(Event, frozen=True, tag="Paused"):
    pass


class Resumed(Event, frozen=True, tag="Resumed"):
    """The pause lasted so many seconds; each due date that moved with it has an event of its own."""

    seconds: int


class CalendarAdopted(Event, frozen=True, tag="CalendarAdopted"):
    calendar: dict[str, Any]


InterruptionEvent = Paused | Resumed | CalendarAdopted

# --- commands


class Pause(Command):
    kind: Literal["Pause"] = "Pause"
    of_the_system: ClassVar[bool] = True


class Resume(Command):
    kind: Literal["Resume"] = "Resume"
    of_the_system: ClassVar[bool] = True


class UseCalendar(Command):
    kind: Literal["UseCalendar"] = "UseCalendar"
    of_the_system: ClassVar[bool] = True
    calendar: dict[str, Any]


# --- decide


def pause(draft: Draft) -> None:
    if draft.state.version and not draft.state.ended and draft.state.paused_at is None:
        draft.record(Paused())


def resume(draft: Draft) -> None:
    """Due dates move by the days that the pause went on for; those of tasks asked during it, by what they saw of it.

    They keep their time of day. What would then fall due on a day off does so on the next school day.
    """
    since = draft.state.paused_at
    if since is None or draft.state.ended:
        return
    draft.record(Resumed(int((draft.at - since).total_seconds())))
    for task in list(draft.state.tasks.values()):
        due = _on_a_school_day(draft, task, _after_a_pause(draft, task, max(since, task.asked_at)))
        if due != task.due_at:
            move(draft, task, due - task.due_at, "pause")


def use_calendar(draft: Draft, command: UseCalendar) -> None:
    """Open tasks that would now fall due on a day off move to the next school day, and say so.

    In a pause nothing falls due, and its end puts every date on a school day: moved now, it would move twice.
    """
    if draft.state.ended or draft.state.calendar == command.calendar:
        return
    draft.record(CalendarAdopted(command.calendar))
    if draft.state.paused_at is not None:
        return
    for task in list(draft.state.tasks.values()):
        due = _on_a_school_day(draft, task, task.due_at)
        if due != task.due_at:
            move(draft, task, due - task.due_at, "calendar")


def _after_a_pause(draft: Draft, task: Task, since: datetime) -> datetime:
    """Later by as many days as began since; what came due in between gets the next day at least."""
    time_zone = draft.programme.time_zone
    days = local_day(draft.at, time_zone) - local_day(since, time_zone)
    due = _days_later(draft, task.due_at, days)
    return due if task.overdue or due > draft.at else _days_later(draft, due, timedelta(days=1))


def _on_a_school_day(draft: Draft, task: Task, due: datetime) -> datetime:
    """`due`, or its hour of the next school day when nothing falls due on its day; what is overdue stays so."""
    day = local_day(due, draft.programme.time_zone)
    open_day = draft.calendar.school_day_from(day)
    return due if task.overdue else _days_later(draft, due, open_day - day)


def _days_later(draft: Draft, instant: datetime, days: timedelta) -> datetime:
    """So many days later at the same time of day, where the programme runs."""
    if not days:
        return instant
    local = instant.astimezone(zone(draft.programme.time_zone))
    return instant_on(local.date() + days, local.time(), draft.programme.time_zone)


# --- evolve


def evolve_interruptions(state: Participant, event: InterruptionEvent, at: datetime) -> Participant:
    match event:
        case Paused():
            return replace(state, paused_at=at)
        case Resumed():
            return replace(state, paused_at=None)
        case CalendarAdopted():
            return replace(state, calendar=event.calendar)
