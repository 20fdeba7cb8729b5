"""Dates: terms, cohorts and due dates that fit together."""

from collections.abc import Iterator

from domain.calendar import Due, Span
from domain.programme import Programme
from programmes.checks import places
from programmes.checks.finding import Finding, Subject
from programmes.document import Place


def check_time(subject: Subject) -> Iterator[Finding]:
    programme = subject.programme
    if not subject.is_doubtful(("calendar", "terms")):
        yield from _terms(programme.calendar.terms)
    yield from _cohorts(subject)
    for path, due in places.dues(programme):
        yield from _due(path, due, programme)
    for path, _, step in places.steps(programme):
        if step.kind == "mentoring" and not subject.is_doubtful((*path, "every")):
            yield from _pace((*path, "every"), step.every)
    for path, _, asking in places.asked(programme):
        longest = _shortest_wait(asking.due)
        for at, days in enumerate(asking.remind):
            if longest is not None and days > longest and not subject.is_doubtful((*path, "due")):
                message = f"reminds {days} days before it is due, which is before it is asked"
                yield Finding((*path, "remind", at), message, warning=True)


def _terms(terms: tuple[Span, ...]) -> Iterator[Finding]:
    for at, span in enumerate(terms):
        for earlier in terms[:at]:
            if span.first <= earlier.last and earlier.first <= span.last:
                message = f"the term '{span.id}' overlaps '{earlier.id}', which lasts to {earlier.last}"
                yield Finding(("calendar", "terms", at, "first"), message)
        if at and span.last < terms[at - 1].first:
            message = f"the term '{span.id}' stands after '{terms[at - 1].id}', but comes before it"
            yield Finding(("calendar", "terms", at, "first"), message)


def _cohorts(subject: Subject) -> Iterator[Finding]:
    terms = subject.programme.calendar.terms
    for name, cohort in subject.programme.cohorts.items():
        if subject.is_doubtful(("cohorts", name)):
            continue
        if cohort.ends <= cohort.starts:
            message = f"ends on {cohort.ends}, not after it starts on {cohort.starts}"
            yield Finding(("cohorts", name, "ends"), message)
        elif terms and max(span.last for span in terms) < cohort.starts:
            message = f"starts on {cohort.starts}, after the calendar's last term has ended"
            yield Finding(("cohorts", name, "starts"), message)


def _due(path: Place, due: Due, programme: Programme) -> Iterator[Finding]:
    cohorts = programme.cohorts.values()
    if due.on is not None and not any(cohort.starts <= due.on <= cohort.ends for cohort in cohorts):
        yield Finding((*path, "on"), f"{due.on} lies outside every cohort")


def _pace(path: Place, every: Due) -> Iterator[Finding]:
    counted = every.days or every.weeks or every.months or every.working_days
    if not counted:
        yield Finding(path, "is no pace; say for instance 'months: 1' or 'weeks: 2', and not zero")


def _shortest_wait(due: Due) -> int | None:
    """The fewest days that pass between asking and falling due, where that can be told."""
    if due.months is not None:
        return due.months * 28
    if due.working_days is not None:
        return due.working_days
    if due.weeks is not None or due.days is not None:
        return (due.weeks or 0) * 7 + (due.days or 0)
    return None
