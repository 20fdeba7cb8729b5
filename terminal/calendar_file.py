"""A school calendar in a file of its own: read with all of its problems at once, each with its line."""

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.calendar import QuietHours, SchoolCalendar, Span
from domain.identity import nearest
from domain.text import Text
from programmes.document import Document, Place, parse
from programmes.problem import Problem, ProgrammeProblems
from programmes.wording import sentence_of

_LANGUAGES = {"kk": "Kazakh", "ru": "Russian", "en": "English"}
_MODELS: dict[str, type[BaseModel]] = {
    "terms": Span, "holidays": Span, "blackouts": Span, "title": Text, "quiet_hours": QuietHours,
}  # fmt: skip


def read_calendar(path: Path) -> SchoolCalendar:
    """Raises ProgrammeProblems."""
    try:
        document = parse(path.read_bytes(), str(path), begins="a calendar begins with 'terms:'")
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise ProgrammeProblems([Problem(str(path), 0, 0, "", message)]) from None
    content, at = document.content, ()  # type: tuple[object, Place]
    if isinstance(content, dict) and set(content) == {"calendar"}:
        # As it stands in a definition.
        content, at = content["calendar"], ("calendar",)
    try:
        calendar = SchoolCalendar.model_validate_json(json.dumps(content), strict=True)
    except ValidationError as error:
        raise ProgrammeProblems(_problem(document, at, fault) for fault in error.errors()) from None
    problems = list(_of_days(document, at, calendar))
    if problems:
        raise ProgrammeProblems(problems)
    return calendar


def _problem(document: Document, at: Place, fault: ErrorDetails) -> Problem:
    path = (*at, *fault["loc"])
    if fault["type"] == "extra_forbidden":
        return document.problem(path, _unknown_key(fault["loc"]), at_key=True)
    if fault["type"] == "missing":
        key = str(fault["loc"][-1])
        lacks = f"the {_LANGUAGES[key]} text" if key in _LANGUAGES else f"the key '{key}'"
        return document.problem(path, f"lacks {lacks}")
    return document.problem(path, sentence_of(fault))


def _unknown_key(place: Place) -> str:
    above = [str(part) for part in place[:-1] if not isinstance(part, int)]
    known = (_MODELS.get(above[-1], SchoolCalendar) if above else SchoolCalendar).model_fields
    close = nearest(str(place[-1]), known)
    return "is no known key; " + (f"did you mean '{close}'?" if close else f"here may stand: {', '.join(known)}")


def _of_days(document: Document, at: Place, calendar: SchoolCalendar) -> Iterator[Problem]:
    """Spans that contradict each other: due dates are counted by terms, so these must follow each other."""
    if not calendar.terms:
        yield document.problem((*at, "terms"), "there is no term; due dates are counted by terms")
    for number, term in enumerate(calendar.terms):
        for earlier in calendar.terms[:number]:
            if term.first <= earlier.last and earlier.first <= term.last:
                message = f"the term '{term.id}' overlaps '{earlier.id}', which lasts to {earlier.last}"
                yield document.problem((*at, "terms", number, "first"), message)
        if number and term.last < calendar.terms[number - 1].first:
            message = f"the term '{term.id}' stands after '{calendar.terms[number - 1].id}', but comes before it"
            yield document.problem((*at, "terms", number, "first"), message)
    for name in ("terms", "holidays", "blackouts"):
        seen: set[str] = set()
        for number, span in enumerate(getattr(calendar, name)):
            if span.id in seen:
                yield document.problem((*at, name, number, "id"), f"there is another '{span.id}' above")
            seen.add(span.id)
