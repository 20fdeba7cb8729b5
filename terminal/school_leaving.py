"""Schools that leave, and those that take the place of one that left."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from activities.facts import rights_in
from domain.command import TextGiven
from domain.identity import participant_id, school_of
from domain.participant.journey import Withdraw
from domain.rollout.commands import EnrolSchools, HandOver, Place
from terminal.acting import actor, ask, prepare, say
from terminal.bulk import RowCommand, ask_all, report
from terminal.free_texts import put_text
from terminal.imagined import Imagined
from terminal.outcome import Refused, ServiceUnavailable
from terminal.reading import States, person_meant, reading, states_of
from terminal.school_meant import Meant, school_meant
from terminal.school_places import place_given
from terminal.settling import settle
from terminal.tables import counted, first_of

if TYPE_CHECKING:
    from eventlog.log import EventLog

_LEAVES_WITHIN = 20.0
_MOST = 1_000_000
#: schools that a sentence names of many
_FEW = 5


def withdraw(
    school: str, rollout: str | None, reason: str, acting_as: str | None, *, force: bool, as_json: bool
) -> None:
    """Raises Refused where it prepares others, unless `force` says that they are to be left behind."""
    who = actor(acting_as)
    with reading() as log:
        meant = school_meant(log, school, rollout)
        if not force:
            with states_of(log) as states:
                _must_prepare_nobody(states, meant)
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
    force: bool,
    as_json: bool,
) -> None:
    """Withdraw one school, unless it has left already, and enrol another in its place; neither if either is refused.
    Raises Refused where it prepares others, unless `force` says that they are to be left behind."""
    who = actor(acting_as)
    with reading() as log:
        meant = school_meant(log, old, rollout)
        persons = {seat: person_meant(log, person) for seat, person in seats.items()}
        with states_of(log) as states:
            left = _has_left(states, meant)
            behind = _prepared_by(states, meant)
            place = _in_place_of(states, meant, new, given, persons)
            _check_newcomer(states, meant, new)
            _try_to_replace(states, meant, place, who, left=left)
            if not force:
                _must_prepare_nobody(states, meant)
    if not left:
        ask(meant.stream, prepare(Withdraw, who, reason=put_text(reason, who, name="reason")))
    with reading() as log:
        _wait_until_it_left(log, meant)
        answer = ask(meant.rollout_stream, prepare(EnrolSchools, who, places=(place,), replaces=meant.school))
        settle(log, meant.rollout)
    words = f"{new} takes the place of {meant.school} in {meant.rollout}."
    if behind:
        words += (
            f" Not handed over: {', '.join(behind)}, which {meant.school} prepared; the programme manager is asked. "
            "'kaskad school hand-over' gives them to another parent."
        )
    say(answer, words, as_json=as_json)


def hand_over(schools: Sequence[str], to: str, rollout: str | None, acting_as: str | None, *, as_json: bool) -> int:
    """Each goes on with the parent that is named; what a parent under way prepares stays with it."""
    who = actor(acting_as)
    with reading() as log:
        meant = [school_meant(log, each, rollout) for each in schools]
        parents = {each: school_meant(log, to, each.rollout).school for each in meant}
    commands = [
        RowCommand((each.school, parent), each.rollout_stream, prepare(HandOver, who, school=each.school, to=parent))
        for each, parent in parents.items()
    ]
    if len(commands) == 1:
        ((school, parent),) = (each.label for each in commands)
        say(ask(commands[0].stream, commands[0].command), f"{parent} prepares {school} from now on.", as_json=as_json)
        return 0
    return report(("School", "Parent"), ask_all(commands), as_json=as_json)


def _must_prepare_nobody(states: States, meant: Meant) -> None:
    behind = [] if _has_left(states, meant) else _prepared_by(states, meant)
    if not behind:
        return
    raise Refused(
        f"{meant.school} prepares {counted(len(behind), 'school')} that {'is' if len(behind) == 1 else 'are'} still "
        f"under way: {first_of(sorted(behind), _FEW)}. Nothing was recorded. 'kaskad school hand-over SCHOOL... --to "
        f"PARENT' gives them to another parent first; --force takes {meant.school} out for good and leaves them behind."
    )


def _has_left(states: States, meant: Meant) -> bool:
    return states.participant(meant.participant).phase == "withdrawn"


def _prepared_by(states: States, meant: Meant) -> list[str]:
    """The schools under way below it; of the roster, since the school itself hears of its children a moment later."""
    roster = states.rollout(meant.rollout).roster.values()
    under_way = [each for each in roster if each.status in ("enrolled", "certified")]
    return [each.school for each in under_way if each.parent == meant.participant]


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
