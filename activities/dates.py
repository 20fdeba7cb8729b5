"""Dates and due dates in words, in the three languages of the product."""

from datetime import datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

# fmt: off
_MONTHS: Final = {
    "kk": ("қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым",
           "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан"),
    "ru": ("января", "февраля", "марта", "апреля", "мая", "июня",
           "июля", "августа", "сентября", "октября", "ноября", "декабря"),
    "en": ("January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December"),
}
# fmt: on
_WEEKDAYS: Final = {
    "kk": ("дүйсенбі", "сейсенбі", "сәрсенбі", "бейсенбі", "жұма", "сенбі", "жексенбі"),
    "ru": ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_LONG: Final = {
    "kk": "{year} жылғы {day} {month}, {weekday}",
    "ru": "{weekday}, {day} {month} {year} года",
    "en": "{weekday}, {day} {month} {year}",
}
_SHORT: Final = dict.fromkeys(("kk", "ru", "en"), "{day} {month}")
_WITH_YEAR: Final = {"kk": "{year} ж. {day} {month}", "ru": "{day} {month} {year} г.", "en": "{day} {month} {year}"}
_NEAR: Final = {
    "kk": {-1: "кеше", 0: "бүгін", 1: "ертең"},
    "ru": {-1: "вчера", 0: "сегодня", 1: "завтра"},
    "en": {-1: "yesterday", 0: "today", 1: "tomorrow"},
}


def zone_of(name: str) -> tzinfo:
    return ZoneInfo(name)


def day_in_words(instant: datetime, zone: tzinfo, language: str) -> str:
    """Friday, 4 December 2026, 18:00."""
    local = instant.astimezone(zone)
    return f"{_fill(_LONG, local, language)}, {local:%H:%M}"


def due_in_words(due: datetime, now: datetime, zone: tzinfo, language: str) -> str:
    """How far it is, by the days of the calendar, and the day; the hour where it is a matter of hours."""
    local, today = due.astimezone(zone), now.astimezone(zone)
    days = (local.date() - today.date()).days
    near = _NEAR[_known(language)].get(days)
    if near is not None:
        return f"{near}, {local:%H:%M}"
    day = _fill(_SHORT if local.year == today.year else _WITH_YEAR, local, language)
    return f"{_distance(days, language)}, {day}"


def _distance(days: int, language: str) -> str:
    number = abs(days)
    match _known(language):
        case "kk":
            return f"{number} күннен кейін" if days > 0 else f"{number} күн бұрын"
        case "ru":
            return f"через {number} {_days(number)}" if days > 0 else f"{number} {_days(number)} назад"
        case _:
            return f"in {number} days" if days > 0 else f"{number} days ago"


def _days(number: int) -> str:
    """The Russian word for so many days."""
    if number % 10 == 1 and number % 100 != 11:
        return "день"
    return "дня" if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else "дней"


def _fill(form: dict[str, str], local: datetime, language: str) -> str:
    known = _known(language)
    return form[known].format(
        day=local.day,
        month=_MONTHS[known][local.month - 1],
        year=local.year,
        weekday=_WEEKDAYS[known][local.weekday()],
    )


def _known(language: str) -> str:
    return language if language in _MONTHS else "en"


def span_in_words(seconds: int) -> str:
    """A length of time as people say it, in its two largest units."""
    parts = []
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number} {unit}{'' if number == 1 else 's'}")
    return " and ".join(parts[:2]) or "no time"
