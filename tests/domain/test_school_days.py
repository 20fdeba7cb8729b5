"""School days: whatever holidays and blackouts there are, and however they overlap."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import WEEKDAYS, SchoolCalendar, Span
from domain.text import Text
from tests.domain.tiny import text

DAYS = st.integers(0, 120).map(lambda number: date(2024, 9, 1) + timedelta(days=number))
SPANS = st.lists(
    st.tuples(DAYS, st.integers(0, 40)).map(
        lambda found: Span.model_validate(
            {"id": "free", "title": text("Free"), "first": found[0], "last": found[0] + timedelta(days=found[1])}
        )
    ),
    max_size=6,
)


@given(SPANS, SPANS, DAYS)
def test_a_school_day_is_a_working_day_outside_every_holiday_and_blackout(
    holidays: list[Span], blackouts: list[Span], day: date
) -> None:
    calendar = SchoolCalendar(holidays=tuple(holidays), blackouts=tuple(blackouts))
    free = any(span.covers(day) for span in (*holidays, *blackouts))
    assert calendar.is_school_day(day) == (WEEKDAYS[day.weekday()] in calendar.working_days and not free)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 9, 3), date(2024, 9, 3)),
        (date(2024, 9, 8), date(2024, 9, 6)),
        (date(2024, 11, 11), date(2024, 11, 8)),
        (date(2024, 12, 7), date(2024, 12, 6)),
    ],
)
def test_people_are_at_work_on_the_day_or_before_it_and_in_a_long_holiday_on_no_weekend(
    day: date, expected: date
) -> None:
    """A holiday on one Monday, and one that lasts a month."""
    title = Text(**text("Free"))
    free = (
        Span(id="one", title=title, first=date(2024, 11, 11), last=date(2024, 11, 11)),
        Span(id="long", title=title, first=date(2024, 11, 20), last=date(2024, 12, 20)),
    )
    assert SchoolCalendar(holidays=free).people_work_by(day) == expected
