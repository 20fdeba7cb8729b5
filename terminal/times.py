"""Dates and times as people type them: in the programme's time zone, refused with what would be right."""

from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from terminal.outcome import BadInput
from terminal.phrases import phrase

NOON = time(12)


def day_meant(text: str, option: str) -> date:
    """A day such as 2026-11-25. Raises BadInput."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput(phrase("no_day", option=option, given=text)) from error


def moment_meant(text: str, time_zone: str, option: str, *, otherwise: time | None = None) -> datetime:
    """An instant such as '2026-11-25 10:00' in the time zone, or with an offset of its own. Raises BadInput.

    A mere day means its time `otherwise`, where there is one that makes sense.
    """
    given = text.strip()
    try:
        if len(given) <= len("2026-11-25"):
            day = date.fromisoformat(given)
            if otherwise is None:
                raise BadInput(phrase("no_time_of_day", option=option, given=text, zone=time_zone))
            return _local(datetime.combine(day, otherwise), time_zone, option)
        found = datetime.fromisoformat(given)
    except ValueError as error:
        right = phrase("write_moment") if otherwise is None else phrase("write_day_or_moment")
        raise BadInput(phrase("no_moment", option=option, given=text, right=right, zone=time_zone)) from error
    if found.tzinfo is not None:
        return _utc(found, option)
    return _local(found, time_zone, option)


def happened_at(text: str | None, time_zone: str) -> datetime | None:
    """When something took place; of a day alone its noon, and of today not later than now."""
    if text is None:
        return None
    found = moment_meant(text, time_zone, "--happened-at", otherwise=NOON)
    now = datetime.now(UTC)
    zone = ZoneInfo(time_zone)
    if len(text.strip()) <= len("2026-11-25") and found > now and found.astimezone(zone).date() == _today(zone):
        return now
    return found


def _today(zone: tzinfo) -> date:
    return datetime.now(zone).date()


def _local(wall: datetime, time_zone: str, option: str) -> datetime:
    zone = ZoneInfo(time_zone)
    found = _utc(wall.replace(tzinfo=zone), option)
    if found.astimezone(zone).replace(tzinfo=None) != wall:
        left_out = f"{wall:%Y-%m-%d %H:%M}"
        raise BadInput(phrase("clocks_leave_out", option=option, zone=time_zone, wall=left_out))
    return found


def _utc(instant: datetime, option: str) -> datetime:
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise BadInput(phrase("beyond_calendars", option=option, instant=instant.isoformat())) from error
