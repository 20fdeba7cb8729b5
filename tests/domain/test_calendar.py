"""School time: due dates fall on school days, in the zone of the programme, and are the same for everybody."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.calendar import (
    Due,
    QuietHours,
    SchoolCalendar,
    Span,
    due_at,
    due_day,
    local_day,
    months_later,
    out_of_quiet_hours,
)
from domain.text import Text

ALMATY = "Asia/Almaty"
TITLE = Text(kk="т", ru="т", en="t")


def span(name: str, first: str, last: str) -> Span:
    return Span(id=name, title=TITLE, first=date.fromisoformat(first), last=date.fromisoformat(last))


CALENDAR = SchoolCalendar(
    terms=(
        span("one", "2024-09-02", "2024-10-27"),
        span("two", "2024-11-04", "2024-12-29"),
        span("three", "2025-01-09", "2025-03-20"),
    ),
    holidays=(
        span("republic", "2024-10-25", "2024-10-25"),
        span("autumn", "2024-10-28", "2024-11-03"),
        span("winter", "2024-12-30", "2025-01-08"),
    ),
    blackouts=(span("exams", "2025-01-20", "2025-01-22"),),
)


@pytest.mark.parametrize(
    ("due", "asked", "expected"),
    [
        (Due(days=0), "2024-09-02", "2024-09-02"),
        (Due(days=3), "2024-09-02", "2024-09-05"),
        (Due(days=5), "2024-09-02", "2024-09-09"),  # a Saturday
        (Due(weeks=8), "2024-09-02", "2024-11-04"),  # the first day of the break
        (Due(months=1), "2024-09-02", "2024-10-02"),
        (Due(months=1), "2025-01-31", "2025-02-28"),
        (Due(working_days=5), "2024-09-02", "2024-09-09"),
        (Due(working_days=2), "2024-10-24", "2024-11-05"),  # over Republic Day and the break
        (Due(working_days=0), "2024-09-07", "2024-09-09"),
        (Due(on=date(2025, 1, 21)), "2024-09-02", "2025-01-23"),  # a blackout
        (Due(on=date(2024, 9, 10)), "2024-12-16", "2024-12-16"),  # that date is over: at once
        (Due(term="two"), "2024-09-02", "2024-12-27"),  # the last school day, not the Sunday
        (Due(term="one"), "2024-09-02", "2024-10-24"),
        (Due(term="two", edge="start"), "2024-09-02", "2024-11-04"),
        (Due(term="four"), "2024-09-02", "2024-09-02"),
        (Due(terms=1), "2024-09-02", "2024-10-24"),
        (Due(terms=2), "2024-10-24", "2024-12-27"),
        (Due(terms=1), "2024-10-30", "2024-12-27"),  # between terms: the next
        (Due(terms=2, edge="start"), "2024-09-10", "2024-11-04"),
        (Due(terms=1, edge="start"), "2024-09-10", "2024-09-10"),  # it began already: at once
        (Due(terms=9), "2024-09-02", "2025-03-20"),  # the last there is
        (Due(terms=1), "2025-06-02", "2025-06-02"),  # there is none any more: at once
        (Due(terms=1), "2024-10-26", "2024-11-04"),  # the term's last school day is over
    ],
)
def test_each_way_of_counting_ends_on_a_school_day(due: Due, asked: str, expected: str) -> None:
    assert due_day(due, date.fromisoformat(asked), CALENDAR) == date.fromisoformat(expected)


def test_a_task_falls_due_in_the_evening_of_the_programmes_own_zone() -> None:
    asked = datetime(2024, 9, 2, 4, tzinfo=UTC)
    assert due_at(Due(days=1), asked, CALENDAR, ALMATY) == datetime(2024, 9, 3, 13, tzinfo=UTC)


def test_the_day_is_counted_where_the_school_is() -> None:
    late = datetime(2024, 9, 2, 20, tzinfo=UTC)
    assert local_day(late, ALMATY) == date(2024, 9, 3)
    assert due_at(Due(days=1), late, CALENDAR, ALMATY) == datetime(2024, 9, 4, 13, tzinfo=UTC)


def test_a_change_of_the_zones_offset_is_kept_in_mind() -> None:
    # Almaty went from UTC+6 to UTC+5 on 1 March 2024.
    before, after = datetime(2024, 2, 28, 4, tzinfo=UTC), datetime(2024, 3, 4, 4, tzinfo=UTC)
    assert due_at(Due(days=0), before, SchoolCalendar(), ALMATY).hour == 12
    assert due_at(Due(days=0), after, SchoolCalendar(), ALMATY).hour == 13


def test_a_calendar_without_any_school_day_lets_things_fall_due_all_the_same() -> None:
    never = SchoolCalendar(blackouts=(span("always", "2020-01-01", "2040-01-01"),))
    assert due_day(Due(days=3), date(2024, 9, 2), never) == date(2024, 9, 5)
    assert due_day(Due(working_days=3), date(2024, 9, 2), never) == date(2024, 9, 2)


@given(
    asked=st.dates(date(2024, 1, 1), date(2026, 1, 1)),
    due=st.one_of(
        st.builds(Due, days=st.integers(0, 500)),
        st.builds(Due, weeks=st.integers(0, 60)),
        st.builds(Due, months=st.integers(0, 24)),
        st.builds(Due, working_days=st.integers(0, 200)),
        st.builds(Due, on=st.dates(date(2024, 1, 1), date(2026, 1, 1))),
        st.builds(Due, terms=st.integers(1, 6), edge=st.sampled_from(["start", "end"])),
    ),
)
def test_nothing_falls_due_before_it_is_asked_nor_on_a_day_off(asked: date, due: Due) -> None:
    day = due_day(due, asked, CALENDAR)
    assert day >= asked
    assert CALENDAR.is_school_day(day)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "has none"),
        ({"days": 1, "weeks": 1}, "has days, weeks"),
        ({"days": -1}, "greater than or equal to 0"),
    ],
)
def test_a_due_date_is_counted_in_exactly_one_way(fields: dict[str, int], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Due.model_validate(fields)


def test_a_span_ends_no_earlier_than_it_begins() -> None:
    with pytest.raises(ValidationError, match="ends on 2024-09-01, before it begins on 2024-09-02"):
        span("back", "2024-09-02", "2024-09-01")


def test_a_week_has_a_working_day() -> None:
    with pytest.raises(ValidationError, match="at least 1 item"):
        SchoolCalendar(working_days=())


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 12, 15), 1, date(2025, 1, 15)),
        (date(2024, 12, 31), 14, date(2026, 2, 28)),
        (date(2024, 5, 31), 0, date(2024, 5, 31)),
    ],
)
def test_months_are_counted_by_the_calendar(day: date, months: int, expected: date) -> None:
    assert months_later(day, months) == expected


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2024-09-02T19:59", "2024-09-02T19:59"),
        ("2024-09-02T20:00", "2024-09-03T08:00"),
        ("2024-09-03T03:30", "2024-09-03T08:00"),
        ("2024-09-03T08:00", "2024-09-03T08:00"),
    ],
)
def test_a_message_waits_until_the_night_is_over(local: str, expected: str) -> None:
    offset = timedelta(hours=5)
    instant = datetime.fromisoformat(local).replace(tzinfo=UTC) - offset
    wanted = datetime.fromisoformat(expected).replace(tzinfo=UTC) - offset
    assert out_of_quiet_hours(instant, CALENDAR, ALMATY) == wanted


def test_quiet_hours_may_lie_within_one_day() -> None:
    siesta = SchoolCalendar(quiet_hours=QuietHours(start=time(12), end=time(14)))
    noon = datetime(2024, 9, 2, 7, 30, tzinfo=UTC)
    assert out_of_quiet_hours(noon, siesta, ALMATY) == datetime(2024, 9, 2, 9, tzinfo=UTC)
    morning = datetime(2024, 9, 2, 5, tzinfo=UTC)
    assert out_of_quiet_hours(morning, siesta, ALMATY) == morning


@given(st.integers(0, 2 * 366 * 24 * 60))
def test_a_message_that_has_waited_waits_no_more(minutes: int) -> None:
    instant = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    once = out_of_quiet_hours(instant, CALENDAR, ALMATY)
    assert once >= instant
    assert out_of_quiet_hours(once, CALENDAR, ALMATY) == once
