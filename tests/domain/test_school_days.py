"""School days: whatever holidays and blackouts there are, and however they overlap."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import WEEKDAYS, SchoolCalendar, Span
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
