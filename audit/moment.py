"""Moments that an auditor asks about: a position in the log, or a time, and what was known by when."""

from datetime import UTC, date, datetime, time, timedelta

import msgspec

from domain.calendar import instant_on, zone

_INSTANT = timedelta(microseconds=1)


class BadMoment(ValueError):
    """What was given is neither a position nor a time."""


class Moment(msgspec.Struct, frozen=True):
    """`at`: what had happened by then; `position`: what the log held then; `known_on`: what was recorded by then."""

    at: datetime | None = None
    known_on: datetime | None = None
    position: int | None = None


def read_moment(text: str, time_zone: str, known_on: str | None = None) -> Moment:
    """A number is a position. Raises BadMoment."""
    known = None if known_on is None else read_instant(known_on, time_zone, end_of_day=True)
    if text.strip().isdecimal():
        return Moment(known_on=known, position=int(text))
    return Moment(read_instant(text, time_zone, end_of_day=True, or_position=True), known)


def read_instant(text: str, time_zone: str, *, end_of_day: bool, or_position: bool = False) -> datetime:
    """A date alone is the start or the end of that day in the time zone, which also holds where none is given."""
    try:
        instant = _read(text.strip(), time_zone, end_of_day)
        # what is answered is told by the clocks of the zone
        _exactly(instant, time_zone)
    except OverflowError as error:
        raise BadMoment(f"'{text}' is beyond what a calendar can say.") from error
    except ValueError as error:
        position = ", or a position in the log (812)" if or_position else ""
        raise BadMoment(
            f"'{text}' is no time: give a date (2025-10-31), a time (2025-10-31T18:00, in {time_zone}), "
            f"or an instant (2025-10-31T13:00:00Z){position}."
        ) from error
    return instant


def _read(text: str, time_zone: str, end_of_day: bool) -> datetime:
    """Raises ValueError, OverflowError."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo is not None else instant.replace(tzinfo=zone(time_zone))).astimezone(UTC)
    return _of_day(day, time_zone, end_of_day)


def _of_day(day: date, time_zone: str, end_of_day: bool) -> datetime:
    if end_of_day:
        return instant_on(day + timedelta(days=1), time(0), time_zone) - _INSTANT
    return instant_on(day, time(0), time_zone)


def shown(instant: datetime, time_zone: str) -> str:
    """As the people of the programme read it on their calendars and clocks."""
    return f"{instant.astimezone(zone(time_zone)):%Y-%m-%d %H:%M}"


def words_of(moment: Moment, time_zone: str) -> str:
    parts = []
    if moment.position is not None:
        parts.append(f"position {moment.position}")
    if moment.at is not None:
        parts.append(_exactly(moment.at, time_zone))
    if moment.known_on is not None:
        parts.append(f"as known on {_exactly(moment.known_on, time_zone)}")
    return ", ".join(parts)


def _exactly(instant: datetime, time_zone: str) -> str:
    """With the seconds that somebody gave; the end of a day has none."""
    is_round = not instant.second or (instant + _INSTANT).microsecond == 0
    return shown(instant, time_zone) if is_round else f"{instant.astimezone(zone(time_zone)):%Y-%m-%d %H:%M:%S}"
