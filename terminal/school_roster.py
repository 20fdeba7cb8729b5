"""Schools that come later, or are named by a parent."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from activities.facts import rights_in
from domain.identity import rollout_stream, school_of
from domain.refusal import Refused as DomainRefused
from domain.rollout.commands import ENROLLED_AT_ONCE, MOST_NOMINATED, EnrolSchools, NominateSchools, Place
from domain.rollout.state import Rollout
from terminal.acting import actor, ask, prepare, say
from terminal.bulk import RowCommand, ask_all, report
from terminal.imagined import Imagined
from terminal.outcome import BadInput, NotFound, Refused
from terminal.reading import only_rollout, person_meant, reading, states_of
from terminal.roster_file import print_refusals, read_places, refusals_of, so_many
from terminal.school_meant import Meant, school_meant
from terminal.school_places import SchoolGiven, place_given
from terminal.settling import settle

if TYPE_CHECKING:
    from activities.answer import Answer
    from domain.programme import Programme
    from eventlog.log import EventLog


def enrol(file: Path | None, school: SchoolGiven, rollout: str | None, acting_as: str | None, *, as_json: bool) -> int:
    """Schools of a list, or the one of the options; none of them where the domain refuses one."""
    who = actor(acting_as)
    with reading() as log:
        name = str(only_rollout(log, rollout)["rollout"])
        with states_of(log) as states:
            programme, state = states.programme(name), states.rollout(name)
        places = _given(log, programme, state, file, school, as_json=as_json)
        refused = _refused(log, name, programme, who, places)
    if refused:
        print_refusals(refused, as_json=as_json)
        raise Refused(f"{so_many(refused, places)} refused; none was enrolled.")
    answers = []
    for first in range(0, len(places), ENROLLED_AT_ONCE):
        command = prepare(EnrolSchools, who, places=places[first : first + ENROLLED_AT_ONCE])
        answers.append(ask(rollout_stream(name), command))
    _say_enrolled(name, places, answers, as_json=as_json)
    return 0


def _given(
    log: "EventLog",
    programme: "Programme",
    state: Rollout,
    file: Path | None,
    school: SchoolGiven,
    *,
    as_json: bool,
) -> tuple[Place, ...]:
    if (file is None) == (school.id is None):
        raise BadInput("Give either a file with schools, or one school by --id and the options beside it.")
    if file is not None:
        others = {school_of(participant) for participant in state.roster}
        return read_places(file, programme, log, others=others, as_json=as_json)
    if school.tier is None:
        raise BadInput(f"{school.id} lacks --tier: {', '.join(each.id for each in programme.tiers)}.")
    persons = {seat: person_meant(log, person) for seat, person in school.seats.items()}
    return (place_given(school.id or "", school.tier, school.about, persons),)


def _refused(
    log: "EventLog", name: str, programme: "Programme", who: str, places: tuple[Place, ...]
) -> list[DomainRefused]:
    with log.snapshot() as snapshot:
        rights = rights_in(snapshot, who, name)

        def check(left: tuple[Place, ...]) -> None:
            command = prepare(EnrolSchools, who, places=left[:1]).model_copy(update={"places": left})
            Imagined(programme, name, rights, datetime.now(UTC), snapshot).check(command)

        return refusals_of(check, places)[1]


def _say_enrolled(name: str, places: tuple[Place, ...], answers: "list[Answer]", *, as_json: bool) -> None:
    recorded = [each for each in answers if each.first]
    with reading() as log:
        settle(log, name)
    if not recorded:
        say(answers[-1], "", as_json=as_json)
        return
    number = sum(kind == "SchoolEnrolled" for each in recorded for kind in each.kinds)
    kinds = tuple(kind for each in recorded for kind in each.kinds)
    whole = msgspec.structs.replace(recorded[-1], first=recorded[0].first, kinds=kinds)
    already = f"; {len(places) - number} took part already" if len(places) > number else ""
    say(whole, f"Enrolled {number} school{'' if number == 1 else 's'} in {name}{already}.", as_json=as_json)


def nominate(
    parent: str | None,
    file: Path | None,
    school: SchoolGiven,
    rollout: str | None,
    acting_as: str | None,
    *,
    as_json: bool,
) -> int:
    """A parent names the schools that it will prepare; a list can name those of many parents by its column."""
    who = actor(acting_as)
    with reading() as log:
        name, named = _rollout_and_parent(log, parent, rollout)
        with states_of(log) as states:
            programme, state = states.programme(name), states.rollout(name)
        if named and not school.tier:
            school = replace(school, tier=_only_tier_below(programme, named))
        places = _given(log, programme, state, file, school, as_json=as_json)
    by_parent = _by_parent(places, named.school if named else None)
    commands = list(_nominations(name, by_parent, who))
    left = len(places) - sum(len(those) for those in by_parent.values())
    if len(commands) == 1:
        answer = ask(commands[0].stream, commands[0].command)
        (under, schools) = commands[0].label
        say(answer, f"{under} names {schools}.", as_json=as_json)
        code = 0
    else:
        code = report(("Parent", "Schools"), ask_all(commands), as_json=as_json)
    if left and not as_json:
        print(f"{left} rows name other parents and were left alone.")
    return code


def _rollout_and_parent(log: "EventLog", parent: str | None, rollout: str | None) -> tuple[str, Meant | None]:
    if parent is None:
        return str(only_rollout(log, rollout)["rollout"]), None
    named = school_meant(log, parent, rollout)
    return named.rollout, named


def _only_tier_below(programme: "Programme", parent: Meant) -> str | None:
    below = [opening.tier for opening in programme.tier_by_id[parent.tier].opens]
    return below[0] if len(below) == 1 else None


def _by_parent(places: tuple[Place, ...], parent: str | None) -> dict[str, tuple[Place, ...]]:
    found: dict[str, list[Place]] = {}
    lost = [place.school for place in places if parent is None and place.parent is None]
    if lost:
        raise BadInput(f"Who names {', '.join(lost[:10])}? Give PARENT, or a column 'parent' that says it.")
    for place in places:
        under = place.parent or parent or ""
        if parent in (None, under):
            found.setdefault(under, []).append(place)
    if not found:
        raise NotFound(f"The list names no school under {parent}.")
    return {under: tuple(those) for under, those in found.items()}


def _nominations(name: str, by_parent: Mapping[str, tuple[Place, ...]], who: str) -> Iterator[RowCommand]:
    for under, places in by_parent.items():
        for first in range(0, len(places), MOST_NOMINATED):
            some = places[first : first + MOST_NOMINATED]
            schools = ", ".join(place.school for place in some)
            command = prepare(NominateSchools, who, parent=under, places=some)
            yield RowCommand((under, schools), rollout_stream(name), command)
