"""Interruptions: a pause of the rollout, a changed calendar, and what they do to due dates."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from msgspec.structs import replace

from domain.calendar import instant_on, local_day
from domain.command import Command
from domain.event import Event
from domain.participant.draft import Draft
from domain.participant.state import Participant, Task
from domain.participant.tasks import move

# --- events


class Paused(Event, frozen=True, tag="Paused"):
    pass


class Resumed(Event, frozen=True, tag="Resumed"):
    """Every due date moved by so many seconds."""

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
    """Due dates move by the length of the pause, to the second; those of tasks asked during it, by what they saw.

    What would then fall due on a day off does so on the next school day.
    """
    since = draft.state.paused_at
    if since is None or draft.state.ended:
        return
    draft.record(Resumed(int((draft.at - since).total_seconds())))
    for task in list(draft.state.tasks.values()):
        length = timedelta(seconds=int((draft.at - max(since, task.asked_at)).total_seconds()))
        if length:
            move(draft, task, _on_a_school_day(draft, task, task.due_at + length) - task.due_at, "pause")


def use_calendar(draft: Draft, command: UseCalendar) -> None:
    """Open tasks that would now fall due on a day off move to the next school day, and say so."""
    if draft.state.ended or draft.state.calendar == command.calendar:
        return
    draft.record(CalendarAdopted(command.calendar))
    for task in list(draft.state.tasks.values()):
        due = _on_a_school_day(draft, task, task.due_at)
        if due != task.due_at:
            move(draft, task, due - task.due_at, "calendar")


def _on_a_school_day(draft: Draft, task: Task, due: datetime) -> datetime:
    """`due`, or the hour of the next school day when nothing falls due on its day; what is overdue stays so."""
    calendar, time_zone = draft.calendar, draft.programme.time_zone
    day = local_day(due, time_zone)
    open_day = calendar.school_day_from(day)
    return due if open_day == day or task.overdue else instant_on(open_day, calendar.due_time, time_zone)


# --- evolve


def evolve_interruptions(state: Participant, event: InterruptionEvent, at: datetime) -> Participant:
    match event:
        case Paused():
            return replace(state, paused_at=at)
        case Resumed():
            return replace(state, paused_at=None)
        case CalendarAdopted():
            return replace(state, calendar=event.calendar)
