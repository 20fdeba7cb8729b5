"""Schools that come later, are named by a parent, leave, or take the place of one that left."""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from activities.facts import rights_in
from domain.command import TextGiven
from domain.identity import participant_id, rollout_stream, school_of
from domain.participant.journey import Withdraw
from domain.refusal import Refused as DomainRefused
from domain.rollout.commands import ENROLLED_AT_ONCE, MOST_NOMINATED, EnrolSchools, NominateSchools, Place
from domain.rollout.state import Rollout
from terminal.acting import actor, ask, prepare, put_text, say
from terminal.bulk import RowCommand, ask_all, report
from terminal.imagined import Imagined
from terminal.outcome import BadInput, NotFound, Refused, ServiceUnavailable
from terminal.reading import States, only_rollout, person_meant, reading, states_of
from terminal.roster_file import print_refusals, read_places, refusals_of, so_many
from terminal.school_meant import Meant, school_meant
from terminal.school_places import place_given
from terminal.settling import settle

if TYPE_CHECKING:
    from activities.answer import Answer
    from domain.programme import Programme
    from eventlog.log import EventLog

_LEAVES_WITHIN = 20.0
_MOST = 1_000_000


def enrol(
    file: Path | None,
    rollout: str | None,
    school: str | None,
    tier: str | None,
    given: Mapping[str, Any],
    seats: Mapping[str, str],
    acting_as: str | None,
    *,
    as_json: bool,
) -> int:
    """Schools of a list, or the one of the options; none of them where the domain refuses one."""
    who = actor(acting_as)
    with reading() as log:
        name = str(only_rollout(log, rollout)["rollout"])
        with states_of(log) as states:
            programme, state = states.programme(name), states.rollout(name)
        places = _given(log, programme, state, file, school, tier, given, seats, as_json=as_json)
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
    school: str | None,
    tier: str | None,
    given: Mapping[str, Any],
    seats: Mapping[str, str],
    *,
    as_json: bool,
) -> tuple[Place, ...]:
    if (file is None) == (school is None):
        raise BadInput("Give either a file with schools, or one school by --id and the options beside it.")
    if file is not None:
        others = {school_of(participant) for participant in state.roster}
        return read_places(file, programme, log, others=others, as_json=as_json)
    if tier is None:
        raise BadInput(f"{school} lacks --tier: {', '.join(each.id for each in programme.tiers)}.")
    persons = {seat: person_meant(log, person) for seat, person in seats.items()}
    return (place_given(school or "", tier, given, persons),)


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
    rollout: str | None,
    school: str | None,
    tier: str | None,
    given: Mapping[str, Any],
    seats: Mapping[str, str],
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
        tier = tier or (_only_tier_below(programme, state, named) if named else None)
        places = _given(log, programme, state, file, school, tier, given, seats, as_json=as_json)
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


def _only_tier_below(programme: "Programme", state: Rollout, parent: Meant) -> str | None:
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


def withdraw(school: str, rollout: str | None, reason: str, acting_as: str | None, *, as_json: bool) -> None:
    who = actor(acting_as)
    with reading() as log:
        meant = school_meant(log, school, rollout)
    answer = ask(meant.stream, prepare(Withdraw, who, reason=put_text(reason, who, name="reason")))
    say(answer, f"{meant.school} has withdrawn from {meant.rollout}.", as_json=as_json)


def replace(
    old: str,
    new: str,
    rollout: str | None,
    given: Mapping[str, Any],
    seats: Mapping[str, str],
    reason: str,
    acting_as: str | None,
    *,
    as_json: bool,
) -> None:
    """Withdraw one school, unless it has left already, and enrol another in its place; neither if either is refused."""
    who = actor(acting_as)
    with reading() as log:
        meant = school_meant(log, old, rollout)
        persons = {seat: person_meant(log, person) for seat, person in seats.items()}
        with states_of(log) as states:
            left = states.participant(meant.participant).phase == "withdrawn"
            # of the roster: the school itself hears of its children a moment later
            roster = states.rollout(meant.rollout).roster.values()
            under_way = [each for each in roster if each.status in ("enrolled", "certified")]
            behind = [each.school for each in under_way if each.parent == meant.participant]
            place = _in_place_of(states, meant, new, given, persons)
            _check_newcomer(states, meant, new)
            _try_to_replace(states, meant, place, who, left=left)
    if not left:
        ask(meant.stream, prepare(Withdraw, who, reason=put_text(reason, who, name="reason")))
    with reading() as log:
        _wait_until_it_left(log, meant)
        answer = ask(meant.rollout_stream, prepare(EnrolSchools, who, places=(place,), replaces=meant.school))
        settle(log, meant.rollout)
    words = f"{new} takes the place of {meant.school} in {meant.rollout}."
    if behind:
        words += (
            f" Not handed over: {', '.join(behind)}, which {meant.school} prepared; the programme manager is asked."
        )
    say(answer, words, as_json=as_json)


def _in_place_of(states: States, meant: Meant, new: str, given: Mapping[str, Any], persons: Mapping[str, str]) -> Place:
    """The newcomer: tier and parent are those of the one that leaves, region and language too where none are given."""
    entry = states.rollout(meant.rollout).roster[meant.participant]
    usual = {
        "region": entry.region,
        "language": entry.language,
        "parent": school_of(entry.parent) if entry.parent else None,
    }
    return place_given(new, entry.tier, {**usual, **{name: value for name, value in given.items() if value}}, persons)


def _check_newcomer(states: States, meant: Meant, new: str) -> None:
    """Enrolled already, it would be no news to the roster, and OLD would have left for nobody."""
    participant = participant_id(meant.rollout, new)
    if participant not in states.rollout(meant.rollout).roster:
        return
    for record in states.snapshot.read(limit=_MOST, stream=meant.rollout_stream, kinds=["SchoolEnrolled"]):
        event = msgspec.json.decode(bytes(record.data))
        if event["participant"] == participant and event.get("replaces") == meant.participant:
            return
    raise Refused(f"{new} takes part in {meant.rollout} already, so it cannot take the place of {meant.school}.")


def _try_to_replace(states: States, meant: Meant, place: Place, who: str, *, left: bool) -> None:
    """Both commands in the mind first: a school must not leave for one that cannot come. Raises Refused."""
    rights = rights_in(states.snapshot, who, meant.rollout)
    imagined = Imagined(states.programme(meant.rollout), meant.rollout, rights, datetime.now(UTC), states.snapshot)
    if not left:
        imagined.ask(meant.stream, prepare(Withdraw, who, reason=TextGiven(id="imagined", hash="0" * 64)))
    imagined.ask(meant.rollout_stream, prepare(EnrolSchools, who, places=(place,), replaces=meant.school))


def _wait_until_it_left(log: "EventLog", meant: Meant) -> None:
    """The roster hears of a withdrawal from the school's own stream, a moment later."""
    end = time.monotonic() + _LEAVES_WITHIN
    while time.monotonic() < end:
        (row,) = log.rows("roster", stream=meant.rollout_stream, participant=meant.participant)
        if row["status"] == "withdrawn":
            return
        time.sleep(0.1)
    raise ServiceUnavailable(
        f"{meant.school} has withdrawn, but its rollout has not heard of it yet: is a worker running? "
        "Asked again, this command goes on from there."
    )
