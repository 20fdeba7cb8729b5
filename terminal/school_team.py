"""Who sits where and who has which duty: one seat at a time, or a whole table."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from domain.calendar import instant_on
from domain.identity import nearest
from domain.participant.team import AssignDuty, FreeSeat, NameSubstitute, TakeSeat
from programmes.sheet import RosterProblem
from terminal.acting import actor, ask, prepare, say
from terminal.bulk import RowCommand, Sheet, ask_all, read_rows, report
from terminal.outcome import BadInput, NotFound
from terminal.reading import only_rollout, person_meant, persons_meant, reading, states_of
from terminal.roster_file import refuse_rows
from terminal.school_meant import Meant, meant_of, school_and_person, schools_meant
from terminal.times import day_meant

if TYPE_CHECKING:
    from domain.command import Command
    from eventlog.log import EventLog

_T = TypeVar("_T")

#: columns of a table of duties that are no duties
_OF_A_SCHOOL = ("school",)


def take(school: str, rollout: str | None, seat: str, person: str, acting_as: str | None, *, as_json: bool) -> None:
    meant, who = school_and_person(school, rollout, person)
    command = prepare(TakeSeat, actor(acting_as), seat=seat, person=who)
    say(ask(meant.stream, command), f"{who} sits in the seat {seat} of {meant.school}.", as_json=as_json)


def free(school: str, rollout: str | None, seat: str, acting_as: str | None, *, as_json: bool) -> None:
    meant, _ = school_and_person(school, rollout, None)
    command = prepare(FreeSeat, actor(acting_as), seat=seat)
    say(ask(meant.stream, command), f"The seat {seat} of {meant.school} is free.", as_json=as_json)


def substitute(
    school: str, rollout: str | None, seat: str, person: str, until: str | None, acting_as: str | None, *, as_json: bool
) -> None:
    meant, who = school_and_person(school, rollout, person)
    ends = _last_day_away(meant, until) if until else None
    command = prepare(NameSubstitute, actor(acting_as), seat=seat, person=who, until=ends)
    lasting = f" until {until}" if until else ""
    say(ask(meant.stream, command), f"{who} acts for the seat {seat} of {meant.school}{lasting}.", as_json=as_json)


def back(school: str, rollout: str | None, seat: str, acting_as: str | None, *, as_json: bool) -> None:
    meant, _ = school_and_person(school, rollout, None)
    command = prepare(NameSubstitute, actor(acting_as), seat=seat)
    say(ask(meant.stream, command), f"Nobody acts for the seat {seat} of {meant.school} any more.", as_json=as_json)


def _last_day_away(meant: Meant, until: str) -> datetime:
    """The absence lasts to the end of the day, in the programme's time zone."""
    day = day_meant(until, "--until")
    with reading() as log, states_of(log) as states:
        time_zone = states.programme(meant.rollout).time_zone
    if day == date.max:
        raise BadInput(f"--until: {day} is no time at which anything here can happen.")
    return instant_on(day + timedelta(days=1), time(0), time_zone)


def seat_from_file(file: Path, rollout: str | None, acting_as: str | None, *, as_json: bool) -> int:
    """A table with the columns school, seat, person."""
    who = actor(acting_as)
    sheet = read_rows(file, ("school", "seat", "person"), as_json=as_json)
    with reading() as log:
        found = list(_meant_rows(log, sheet, rollout, ("person",), beside="seat", as_json=as_json))
    commands = [
        RowCommand(
            (meant.school, row["seat"], persons["person"]),
            meant.stream,
            prepare(TakeSeat, who, seat=row["seat"], person=persons["person"]),
        )
        for meant, row, persons in found
    ]
    return report(("School", "Seat", "Person"), ask_all(commands), as_json=as_json)


def assign(
    schools: Sequence[str],
    rollout: str | None,
    tier: str | None,
    duties: Mapping[str, str],
    acting_as: str | None,
    *,
    as_json: bool,
) -> int:
    """Give duties towards schools, or towards every school of a tier, to persons."""
    who = actor(acting_as)
    with reading() as log:
        meant = _of_tier(log, tier, rollout) if tier else list(map(schools_meant(log, rollout), schools))
        persons = {duty: person_meant(log, person) for duty, person in duties.items()}
    commands = [
        RowCommand((each.school, duty, person), each.stream, _assigning(who, duty, person))
        for each in meant
        for duty, person in persons.items()
    ]
    if len(commands) == 1:
        ((school, duty, person),) = (each.label for each in commands)
        say(ask(commands[0].stream, commands[0].command), f"{person} is {duty} of {school}.", as_json=as_json)
        return 0
    return report(("School", "Duty", "Person"), ask_all(commands), as_json=as_json)


def assign_from_file(file: Path, rollout: str | None, acting_as: str | None, *, as_json: bool) -> int:
    """A table with the column school and one for each duty; an empty cell leaves that duty as it is."""
    who = actor(acting_as)
    with reading() as log:
        duties = _duties_known(log, rollout)
        sheet = read_rows(file, _OF_A_SCHOOL, duties, as_json=as_json)
        found = list(_meant_rows(log, sheet, rollout, duties, as_json=as_json))
    commands = [
        RowCommand((meant.school, duty, person), meant.stream, _assigning(who, duty, person))
        for meant, _, persons in found
        for duty, person in persons.items()
    ]
    if not commands:
        raise BadInput(f"{file} names nobody: it takes the columns school and {', '.join(duties)}.")
    return report(("School", "Duty", "Person"), ask_all(commands), as_json=as_json)


def _assigning(who: str, duty: str, person: str) -> "Command":
    return prepare(AssignDuty, who, duty=duty, person=person)


def _duties_known(log: "EventLog", rollout: str | None) -> tuple[str, ...]:
    name = str(only_rollout(log, rollout)["rollout"])
    with states_of(log) as states:
        tiers = states.programme(name).tiers
    return tuple(dict.fromkeys(duty.role for tier in tiers for duty in tier.duties))


def _of_tier(log: "EventLog", tier: str, rollout: str | None) -> list[Meant]:
    name = str(only_rollout(log, rollout)["rollout"])
    rows = log.rows("participants", rollout=name)
    found = [meant_of(row) for row in rows if row["tier"] == tier and row["ended_at"] is None]
    if not found:
        close = nearest(tier, {row["tier"] for row in rows})
        raise NotFound(f"{name} has no schools of the tier '{tier}'" + (f"; did you mean '{close}'?" if close else "."))
    return found


def _seats_of(log: "EventLog", rollout: str, tier: str) -> tuple[str, ...]:
    with states_of(log) as states:
        return tuple(seat.id for seat in states.programme(rollout).tier_by_id[tier].seats)


#: a row's number, the school that it means, its cells, and the persons of some of them
_Row = tuple[int, Meant, Mapping[str, str], dict[str, str]]


def _meant_rows(
    log: "EventLog", sheet: Sheet, rollout: str | None, columns: Sequence[str], *, beside: str = "", as_json: bool
) -> Iterator[tuple[Meant, Mapping[str, str], dict[str, str]]]:
    """Each row with the school and the persons that it means. Where one of them is not known, none is taken.

    A school stands once, or once with each value of the column `beside`.
    """
    problems: list[RosterProblem] = []
    found: list[_Row] = []
    school_named = schools_meant(log, rollout)

    def known(look_up: Callable[[str], _T], number: int, column: str, cell: str) -> _T | None:
        try:
            return look_up(cell)
        except (NotFound, BadInput) as unknown:
            problems.append(RosterProblem(number, column, str(unknown)))
            return None

    with persons_meant(log) as person_named:
        for number, row in sheet.rows:
            meant = known(school_named, number, "school", row["school"])
            given = {column: row[column] for column in columns if row.get(column)}
            persons = {column: known(person_named, number, column, cell) for column, cell in given.items()}
            if meant is not None:
                found.append((number, meant, row, {column: person for column, person in persons.items() if person}))
    if beside == "seat":
        problems += _unknown_seats(log, found)
    problems += _said_twice(found, beside)
    if problems:
        refuse_rows(sheet.file, sorted(problems, key=lambda each: each.row or 0), as_json=as_json)
    yield from ((meant, row, persons) for _, meant, row, persons in found)


def _unknown_seats(log: "EventLog", rows: Iterable[_Row]) -> Iterator[RosterProblem]:
    seats_of = cache(lambda rollout, tier: _seats_of(log, rollout, tier))
    for number, meant, row, _ in rows:
        if row["seat"] not in (known := seats_of(meant.rollout, meant.tier)):
            close = nearest(row["seat"], known)
            right = f"did you mean '{close}'?" if close else f"its seats: {', '.join(known)}"
            yield RosterProblem(number, "seat", f"{meant.school} has no seat '{row['seat']}'", right)


def _said_twice(rows: Iterable[_Row], beside: str) -> Iterator[RosterProblem]:
    first: dict[tuple[str, str], int] = {}
    for number, meant, row, _ in rows:
        before = first.setdefault((meant.participant, row.get(beside, "")), number)
        if before != number:
            said = f"'{row[beside]}' of {meant.school}" if beside else f"'{meant.school}'"
            message = f"{said} stands on row {before} already"
            yield RosterProblem(number, beside or "school", message, "keep one of them")
