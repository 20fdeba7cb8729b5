"""Simulated people act on school days, as their habits have it, and never on the day on which they are asked."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.calendar import local_day
from domain.participant.state import Task
from rehearsal.habits import Habits, read_habits
from rehearsal.timing import Timing
from tests.rehearsal.plans import programme

ASKED = datetime(2024, 10, 7, 5, tzinfo=UTC)
DUE = datetime(2024, 11, 20, 13, tzinfo=UTC)


def _task(**changes: object) -> Task:
    given: dict[str, object] = {
        "id": "portfolio/spreading-plan/submit-1", "step": "portfolio", "kind": "submit", "role": "coordinator",
        "asked_at": ASKED, "due_at": DUE, "remind_at": (datetime(2024, 11, 13, 13, tzinfo=UTC),),
        "escalate_at": DUE + timedelta(days=7), "escalate_to": "mentor",
    }  # fmt: skip
    return Task(**{**given, **changes})  # type: ignore[arg-type]


def _with_only(habit: str) -> Timing:
    shipped = read_habits()
    only = tuple(each.model_copy(update={"likelihood": 100}) for each in shipped.habits if each.id == habit)
    return Timing(programme(), Habits.model_validate({**shipped.model_dump(by_alias=True), "habits": only}), 1)


def _days(habit: str) -> list[datetime]:
    timing = _with_only(habit)
    return [timing.acts_at(f"sim-{number}", "task", _task(), ASKED) for number in range(100)]


@pytest.mark.parametrize("habit", [each.id for each in read_habits().habits])
def test_everybody_acts_at_the_hour_of_work_of_a_school_day(habit: str) -> None:
    for instant in _days(habit):
        assert instant.hour == 5, "ten in the morning in Astana"
        assert programme().calendar.is_school_day(local_day(instant, programme().time_zone))
        assert local_day(instant, programme().time_zone) > local_day(ASKED, programme().time_zone)


def test_the_punctual_are_never_late() -> None:
    assert all(instant <= DUE for habit in ("prompt", "on-the-day") for instant in _days(habit))
    assert len(set(_days("prompt"))) > 5


def test_the_late_are_and_the_silent_wait_for_the_escalation() -> None:
    assert all(instant > DUE for instant in _days("late"))
    assert all(instant > DUE + timedelta(days=7) for instant in _days("silent-until-escalated"))


def test_whoever_waits_for_a_reminder_acts_after_it() -> None:
    reminded = datetime(2024, 11, 13, tzinfo=UTC)
    assert all(reminded < instant <= DUE for instant in _days("silent-until-reminded"))


def test_a_task_due_on_the_day_after_it_was_asked_is_not_done_before_it_was_asked() -> None:
    due = datetime(2024, 10, 8, 13, tzinfo=UTC)
    timing = _with_only("prompt")
    assert timing.acts_at("sim-1", "task", _task(due_at=due, remind_at=()), ASKED) == due - timedelta(hours=8)


def test_all_habits_occur() -> None:
    timing = Timing(programme(), read_habits(), 1)
    seen = {timing.habit(f"sim-{number}", "task").id for number in range(500)}
    assert seen == {habit.id for habit in read_habits().habits}
