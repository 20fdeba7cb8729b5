"""A pause moves what is due by as long as it lasted; a changed calendar moves it off days that are now free."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.calendar import SchoolCalendar
from domain.participant import draft
from domain.participant.interruptions import CalendarAdopted, Pause, Paused, Resume, Resumed, UseCalendar
from domain.participant.journey import CloseJourney, Enrol, Withdraw
from domain.participant.tasks import CompleteTask, DeadlineMoved
from domain.participant.team import FreeSeat, TakeSeat
from tests.domain.given import (
    GOOD_PARENT,
    HEAD,
    MANAGER,
    MEMBER,
    PARENT,
    REASON,
    SPARE,
    Given,
    a_school,
    about,
    kinds,
)
from tests.domain.tiny import TINY, text, tiny

DUE = datetime(2024, 9, 9, 13, tzinfo=UTC)


def calendar(*holidays: tuple[str, str]) -> dict[str, Any]:
    days = [{"id": f"h{first}", "title": text("Free"), "first": first, "last": last} for first, last in holidays]
    return SchoolCalendar.model_validate({**TINY["calendar"], "holidays": days}).model_dump(mode="json")


def test_nothing_happens_in_a_pause() -> None:
    school = a_school()
    assert school.when(Pause) == (Paused(),)
    assert school.passes(days=100) == []
    refused = school.refuses(draft.PAUSED, CompleteTask, HEAD, task="ready/go")
    assert "resumed" in refused.sentence


def test_due_dates_move_by_the_pause_and_say_so() -> None:
    school = a_school().later(days=1)
    before = {task.id: task.due_at for task in school.state.tasks.values()}
    school.when(Pause)
    events = school.later(days=30, seconds=0.5).when(Resume)
    assert events[0] == Resumed(30 * 86_400)
    moved = [event for event in events if isinstance(event, DeadlineMoved)]
    assert {event.because for event in moved} == {"pause"}
    assert {event.task: event.due_at for event in moved} == {
        task: due + timedelta(days=30) for task, due in before.items()
    }


def test_reminders_come_after_a_pause_as_they_would_have_come_before() -> None:
    school = a_school()
    school.when(Pause)
    school.later(days=30).when(Resume)
    assert about("ready/go", school.passes(days=12)) == ["TaskReminded", "TaskOverdue", "TaskEscalated"]


def test_what_was_overdue_before_a_pause_is_not_said_to_be_so_again() -> None:
    school = a_school()
    school.passes(days=12)
    school.when(Pause)
    school.later(days=10).when(Resume)
    assert about("ready/go", school.passes(days=20)) == []
    assert school.state.tasks["ready/go"].overdue


def test_a_pause_that_spans_the_hour_on_which_something_was_due_puts_it_off() -> None:
    school = a_school().later(days=7)
    school.when(Pause)
    school.later(days=3).when(Resume)
    assert not school.state.tasks["ready/go"].overdue
    assert school.state.tasks["ready/go"].due_at == DUE + timedelta(days=3)


def test_a_pause_puts_nothing_off_to_a_day_off() -> None:
    school = a_school().later(days=1)
    school.when(UseCalendar, calendar=calendar(("2024-09-16", "2024-09-17")))
    school.when(Pause)
    # Monday and five days are a Saturday, and what follows is a holiday.
    school.later(days=5, hours=3).when(Resume)
    assert school.state.tasks["ready/go"].due_at == DUE + timedelta(days=9)


def test_a_pause_of_broken_hours_leaves_each_due_date_its_time_of_day() -> None:
    school = a_school().later(days=1)
    school.when(Pause)
    school.later(days=2, hours=3, minutes=17).when(Resume)
    assert school.state.tasks["ready/go"].due_at == DUE + timedelta(days=2)


def test_a_pause_within_a_day_moves_only_what_came_due_in_it() -> None:
    school = a_school().later(days=7, hours=1)
    school.when(Pause)
    school.later(hours=9).when(Resume)
    assert school.state.tasks["ready/go"].due_at == DUE + timedelta(days=1)
    assert school.state.tasks["ready/choice"].due_at == datetime(2024, 10, 2, 13, tzinfo=UTC)


def test_days_made_free_in_a_pause_move_a_due_date_once() -> None:
    school = a_school().later(days=1)
    school.when(Pause)
    free = calendar(("2024-09-09", "2024-09-11"), ("2024-09-23", "2024-09-24"))
    assert kinds(school.when(UseCalendar, calendar=free)) == ["CalendarAdopted"]
    school.later(days=7).when(Resume)
    assert school.state.tasks["ready/go"].due_at == DUE + timedelta(days=7)


def test_a_pause_that_moves_nothing_still_moves_what_a_new_calendar_made_free() -> None:
    school = a_school().later(days=1)
    school.when(Pause)
    school.when(UseCalendar, calendar=calendar(("2024-09-09", "2024-09-10")))
    school.later(minutes=1).when(Resume)
    assert school.state.tasks["ready/go"].due_at == DUE + timedelta(days=2)


def test_a_pause_and_its_end_are_recorded_once() -> None:
    school = a_school()
    assert school.when(Resume) == ()
    school.when(Pause)
    assert school.later(days=1).when(Pause) == ()
    school.when(Resume)
    assert school.when(Resume) == ()


def test_a_team_is_staffed_in_a_pause_and_a_school_can_leave_in_it() -> None:
    school = a_school()
    school.when(Pause)
    school.when(FreeSeat, MANAGER, seat="member-1")
    task = school.state.tasks["team/fill-1"]
    school.later(days=2).when(Resume)
    assert school.state.tasks["team/fill-1"].due_at == task.due_at + timedelta(days=2)
    school.when(Pause)
    school.when(TakeSeat, MANAGER, seat="member-1", person=SPARE)
    assert kinds(school.when(Withdraw, HEAD, reason=REASON)) == ["Withdrawn"]
    assert school.state.paused_at is None


def test_what_is_asked_in_a_pause_moves_by_what_it_saw_of_it() -> None:
    school = a_school()
    school.when(Pause)
    school.later(days=20).when(FreeSeat, MANAGER, seat="member-1")
    due = school.state.tasks["team/fill-1"].due_at
    school.later(days=4).when(Resume)
    assert school.state.tasks["team/fill-1"].due_at == due + timedelta(days=4)


def test_who_comes_in_a_pause_begins_with_a_pause() -> None:
    school = Given(tiny(), related=GOOD_PARENT)
    arguments = {"participant": "tiny-2024/one", "rollout": "tiny-2024", "school": "one", "names": text("One")}
    place = {"tier": "school", "parent": PARENT, "region": "north", "language": "kk"}
    events = school.when(Enrol, **arguments, **place, persons={"head": HEAD, "member-1": MEMBER}, paused=True)
    assert kinds(events) == ["Enrolled", "SeatTaken", "SeatTaken", "Paused", "TeamCompleted"]
    assert school.passes(days=10) == []
    assert kinds(school.when(Resume))[:3] == ["Resumed", "StepStarted", "TaskAsked"]


def test_what_ends_in_a_pause_has_ended() -> None:
    school = a_school()
    school.when(Pause)
    school.when(CloseJourney)
    assert school.when(Resume) == ()
    assert (school.state.phase, school.state.paused_at) == ("closed", None)


def test_a_new_calendar_moves_what_falls_on_a_day_that_is_free_now() -> None:
    school = a_school()
    adopted, moved = school.when(UseCalendar, calendar=calendar(("2024-09-09", "2024-09-10")))
    assert isinstance(adopted, CalendarAdopted)
    assert isinstance(moved, DeadlineMoved)
    assert (moved.task, moved.because, moved.due_at) == ("ready/go", "calendar", DUE + timedelta(days=2))


def test_a_new_calendar_is_used_for_what_is_asked_from_then_on() -> None:
    school = a_school()
    school.when(UseCalendar, calendar=calendar(("2024-09-16", "2024-09-27")))
    school.when(CompleteTask, HEAD, task="ready/go")
    school.when(CompleteTask, MEMBER, task="ready/choice", answer="yes")
    assert school.state.tasks["talk/checkpoint-1"].due_at == datetime(2024, 9, 30, 13, tzinfo=UTC)


def test_a_new_calendar_leaves_alone_what_is_overdue_and_what_falls_on_a_school_day() -> None:
    school = a_school()
    school.passes(days=8)
    assert kinds(school.when(UseCalendar, calendar=calendar(("2024-09-09", "2024-09-09")))) == ["CalendarAdopted"]


def test_the_calendar_of_a_school_that_has_ended_does_not_change() -> None:
    school = a_school()
    school.when(CloseJourney)
    assert school.when(UseCalendar, calendar=calendar()) == ()
