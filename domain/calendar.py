"""School time: terms, days off, quiet hours, and the due instants computed from them."""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticKnownError

from domain.text import Id, Model, Text

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Share = Annotated[int, Field(ge=0, le=100)]  #: per cent


def _of_no_zone(at: time) -> time:
    if at.tzinfo is not None:
        raise PydanticKnownError("time_parsing", {"error": "it is local, and has no zone"})
    return at


#: Local. The format "time" of JSON Schema is another thing: it has seconds and a zone.
TimeOfDay = Annotated[
    time,
    AfterValidator(_of_no_zone),
    WithJsonSchema({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"}),
]


class Span(Model):
    """A stretch of days, both ends included."""

    id: Id
    title: Text
    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"ends on {self.last}, before it begins on {self.first}")
        return self

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


class QuietHours(Model):
    """No message is sent between these local hours; past midnight when `start` is the later one."""

    start: TimeOfDay
    end: TimeOfDay


class SchoolCalendar(Model):
    """When schools work: the terms, and the days within them on which nothing falls due."""

    terms: tuple[Span, ...] = ()
    holidays: tuple[Span, ...] = ()
    blackouts: tuple[Span, ...] = ()
    working_days: tuple[Weekday, ...] = Field(("mon", "tue", "wed", "thu", "fri"), min_length=1)
    quiet_hours: QuietHours = QuietHours(start=time(20), end=time(8))
    #: the local time of day at which a task falls due
    due_time: TimeOfDay = time(18)

    def term(self, term: str) -> Span | None:
        return next((span for span in self.terms if span.id == term), None)

    def is_school_day(self, day: date) -> bool:
        if WEEKDAYS[day.weekday()] not in self.working_days:
            return False
        begun = bisect_right(self.free_from, day)
        return not begun or self.free_until[begun - 1] < day

    @cached_property
    def free_from(self) -> tuple[date, ...]:
        """The first days of all holidays and blackouts, in order: every due date asks for a few days."""
        return tuple(sorted(span.first for span in (*self.holidays, *self.blackouts)))

    @cached_property
    def free_until(self) -> tuple[date, ...]:
        """For each of `free_from`, the last free day of those that have begun by then."""
        spans = sorted((*self.holidays, *self.blackouts), key=lambda span: span.first)
        return tuple(accumulate((span.last for span in spans), max))

    def school_days_from(self, day: date) -> Iterator[date]:
        """School days from `day` on; gives up after three years without one."""
        for ahead in range(3 * 366):
            candidate = day + timedelta(days=ahead)
            if self.is_school_day(candidate):
                yield candidate

    def school_day_from(self, day: date) -> date:
        """The first school day on or after `day`; `day` itself when the calendar has none."""
        return next(self.school_days_from(day), day)

    def people_work_by(self, day: date) -> date:
        """`day`, or the last day before it on which people are at work: in a long holiday at least no weekend."""
        week = [day - timedelta(days=back) for back in range(7)]
        at_school = (each for each in week if self.is_school_day(each))
        no_weekend = (each for each in week if WEEKDAYS[each.weekday()] in self.working_days)
        return next(at_school, None) or next(no_weekend, day)

    def last_school_day(self, span: Span) -> date:
        """The last school day of a term; its last day when it has none."""
        days = (span.last - timedelta(days=back) for back in range((span.last - span.first).days + 1))
        return next((day for day in days if self.is_school_day(day)), span.last)

    def terms_from(self, day: date) -> tuple[Span, ...]:
        """The term under way and those after it, in the order of time."""
        return tuple(sorted((span for span in self.terms if span.last >= day), key=lambda span: span.first))


_WAYS = ("days", "weeks", "months", "working_days", "on", "term", "terms")


class Due(Model):
    """When something falls due: one way of counting, from the moment it is asked or from the calendar."""

    days: int | None = Field(None, ge=0, le=1500)
    weeks: int | None = Field(None, ge=0, le=200)
    months: int | None = Field(None, ge=0, le=48)
    working_days: int | None = Field(None, ge=0, le=500)
    on: date | None = None
    #: a term of the calendar by its id, the same for everybody
    term: Id | None = None
    #: the so-many-th term from the moment it is asked: 1 is the one under way or, between terms, the next
    terms: int | None = Field(None, ge=1, le=40)
    edge: Literal["start", "end"] = "end"

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [name for name in _WAYS if getattr(self, name) is not None]
        if len(ways) != 1:
            raise ValueError(f"needs exactly one of {', '.join(_WAYS)}; has {', '.join(ways) or 'none'}")
        return self


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local_day(instant: datetime, time_zone: str) -> date:
    return instant.astimezone(zone(time_zone)).date()


def instant_on(day: date, at: time, time_zone: str) -> datetime:
    return datetime.combine(day, at, zone(time_zone)).astimezone(UTC)


def months_later(day: date, months: int) -> date:
    """The same day `months` later, or the last day of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def due_day(due: Due, asked: date, calendar: SchoolCalendar) -> date:
    """The school day on which `due` falls; never before the day it was asked."""
    if due.working_days is not None:
        days = calendar.school_days_from(asked + timedelta(days=1))
        day = asked
        for _ in range(due.working_days):
            day = next(days, day)
        return calendar.school_day_from(day)
    if due.on is not None:
        day = due.on
    elif due.term is not None or due.terms is not None:
        span = _term_meant(due, asked, calendar)
        day = asked if span is None else span.first if due.edge == "start" else calendar.last_school_day(span)
    elif due.months is not None:
        day = months_later(asked, due.months)
    else:
        day = asked + timedelta(days=due.days or 0, weeks=due.weeks or 0)
    return calendar.school_day_from(max(day, asked))


def _term_meant(due: Due, asked: date, calendar: SchoolCalendar) -> Span | None:
    """The term that is named or counted; the calendar's last one when it has too few."""
    if due.term is not None:
        return calendar.term(due.term)
    ahead = calendar.terms_from(asked)[: due.terms]
    return ahead[-1] if ahead else None


def due_at(due: Due, asked: datetime, calendar: SchoolCalendar, time_zone: str) -> datetime:
    """The instant on which `due` falls, counted from `asked`."""
    day = due_day(due, local_day(asked, time_zone), calendar)
    return instant_on(day, calendar.due_time, time_zone)


def out_of_quiet_hours(instant: datetime, calendar: SchoolCalendar, time_zone: str) -> datetime:
    """`instant`, or the end of the quiet hours that it falls into."""
    local = instant.astimezone(zone(time_zone))
    quiet, clock = calendar.quiet_hours, local.time()
    over_midnight = quiet.start > quiet.end
    inside = clock >= quiet.start or clock < quiet.end if over_midnight else quiet.start <= clock < quiet.end
    if not inside:
        return instant
    day = local.date() + timedelta(days=1 if over_midnight and clock >= quiet.start else 0)
    return instant_on(day, quiet.end, time_zone)
