"""Dates and times as people type them: in the programme's time zone, refused with what would be right."""

from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from terminal.outcome import BadInput

NOON = time(12)


def day_meant(text: str, option: str) -> date:
    """A day such as 2026-11-25. Raises BadInput."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput(f"{option}: '{text}' is no date; write it as 2026-11-25.") from error


def moment_meant(text: str, time_zone: str, option: str, *, otherwise: time | None = None) -> datetime:
    """An instant such as '2026-11-25 10:00' in the time zone, or with an offset of its own. Raises BadInput.

    A mere day means its time `otherwise`, where there is one that makes sense.
    """
    right = "2026-11-25 10:00" if otherwise is None else "2026-11-25, or 2026-11-25 10:00"
    given = text.strip()
    try:
        if len(given) <= len("2026-11-25"):
            if otherwise is None:
                raise BadInput(f"{option}: '{text}' says no time of day; write it as {right} ({time_zone}).")
            return _local(datetime.combine(date.fromisoformat(given), otherwise), time_zone, option)
        found = datetime.fromisoformat(given)
    except ValueError as error:
        raise BadInput(f"{option}: '{text}' is no date; write it as {right}, in the time of {time_zone}.") from error
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
        raise BadInput(f"{option}: the clocks of {time_zone} leave {wall:%Y-%m-%d %H:%M} out; give another time.")
    return found


def _utc(instant: datetime, option: str) -> datetime:
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise BadInput(f"{option}: {instant.isoformat()} is beyond what a calendar can say.") from error
