"""Who was not there: by exceptions, or from a sheet that somebody filled in; a bad sheet is refused as a whole."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from domain.identity import rollout_and_school
from programmes.sheet import RosterProblem
from terminal.bulk import read_rows
from terminal.outcome import BadInput
from terminal.phrases import counted_phrase, phrase
from terminal.roster_file import refuse_rows

if TYPE_CHECKING:
    from domain.participant.state import HostedSession, Participant
    from domain.programme import Programme

Absences = dict[str, tuple[str, ...]]
#: school -> seats
Seats = Mapping[str, tuple[str, ...]]

_MOST_SHOWN = 8
_COLUMNS = ("school", "seat", "present")
_YES = frozenset({"yes", "y", "1", "true", "+", "иә", "да"})
_NO = frozenset({"no", "n", "0", "false", "-", "жоқ", "нет"})


def must_be_said_once(all_present: bool, absent: tuple[str, ...], sheet: str | None) -> None:
    """Raises BadInput."""
    if all_present + bool(absent) + (sheet is not None) != 1:
        raise BadInput(phrase("say_in_one_way"))


def from_words(absent: tuple[str, ...]) -> Absences:
    """school -> seats. Raises BadInput."""
    found: dict[str, list[str]] = {}
    for each in absent:
        school, colon, seat = each.partition(":")
        if not (school and colon and seat):
            raise BadInput(phrase("absent_is_not", given=each))
        found.setdefault(school, []).append(seat)
    return {school: tuple(seats) for school, seats in found.items()}


def seats_asked(programme: "Programme", host: "Participant", session: "HostedSession") -> Seats:
    """The schools that are asked to a session, and which of their seats."""
    from domain.identity import school_of
    from domain.participant import attendance

    asked = attendance.seats_asked(programme, host, session)
    return {school_of(participant): seats for participant, seats in asked.items()}


def from_sheet(path: Path, asked: Seats, *, as_json: bool) -> tuple[Absences, set[tuple[str, str]]]:
    """Who is told to be absent, and every seat that the sheet names. Raises BadInput after a table of all faults."""
    problems: list[RosterProblem] = []
    first: dict[tuple[str, str], int] = {}
    found: dict[str, list[str]] = {}
    for number, row in read_rows(path, _COLUMNS, may_be_empty=True, as_json=as_json).rows:
        (_, school), seat, present = rollout_and_school(row["school"]), row["seat"], row["present"]
        problems += _unknown(number, school, seat, asked, in_english=as_json)
        before = first.setdefault((school, seat), number)
        if before != number:
            message = phrase("seat_stands_already", in_english=as_json, seat=seat, school=school, row=before)
            problems.append(RosterProblem(number, "seat", message, "keep one of them"))
        if present.casefold() not in _YES | _NO:
            message = phrase("not_yes_or_no", in_english=as_json, given=present)
            right = phrase("yes_or_no", in_english=as_json)
            problems.append(RosterProblem(number, "present", message, right))
        elif present.casefold() in _NO:
            found.setdefault(school, []).append(seat)
    if problems:
        refuse_rows(path, problems, as_json=as_json)
    return {school: tuple(seats) for school, seats in found.items()}, set(first)


def not_named(asked: Seats, named: set[tuple[str, str]]) -> str:
    """How many count as present though nobody said so."""
    schools = {school for school, _ in named}
    whole = sum(school not in schools for school in asked)
    seats = sum((school, seat) not in named for school in schools for seat in asked[school])
    parts = [counted_phrase("whole_schools", whole)] if whole else []
    parts += [counted_phrase("seats_of_named", seats)] if seats else []
    both = phrase("both", one=parts[0], other=parts[1]) if len(parts) > 1 else "".join(parts)
    return " " + phrase("not_in_the_sheet", what=both) if parts else ""


def recorded(schools: int, absent: int) -> str:
    """What was recorded of a whole session."""
    away = counted_phrase("seats_absent", absent) if absent else phrase("nobody_absent")
    return phrase("attendance_recorded", schools=counted_phrase("schools", schools), absent=away)


def _unknown(number: int, school: str, seat: str, asked: Seats, *, in_english: bool) -> list[RosterProblem]:
    """What is empty, or was not asked to the session."""
    cells = {"school": school, "seat": seat}
    problems = [RosterProblem(number, name, "is empty") for name, cell in cells.items() if not cell]
    if school and school not in asked:
        message = phrase("school_not_asked", in_english=in_english, school=school)
        problems.append(RosterProblem(number, "school", message, _right(school, tuple(asked))))
    elif school and seat and seat not in asked[school]:
        message = phrase("seat_not_asked", in_english=in_english, school=school, seat=seat)
        problems.append(RosterProblem(number, "seat", message, _right(seat, asked[school])))
    return problems


def _right(given: str, known: tuple[str, ...]) -> str:
    from domain.identity import nearest

    close = nearest(given, known)
    more = ", …" if len(known) > _MOST_SHOWN else ""
    return f"did you mean '{close}'?" if close else f"{', '.join(known[:_MOST_SHOWN])}{more}"
