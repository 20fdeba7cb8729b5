"""A rollout's stream as a whole: decide, evolve and what follows for its participants."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, assert_never, get_args

import msgspec
from msgspec.structs import replace

from domain.command import CASCADE, Command, PassTime, TextGiven
from domain.event import Event, TextRef
from domain.gate import Facts
from domain.history import Corrected
from domain.identity import participant_id, participant_stream, school_of
from domain.participant import interruptions, journey
from domain.participant.onward import Onward
from domain.programme import Programme
from domain.refusal import Reason
from domain.rollout import commands as ask
from domain.rollout import events as happened
from domain.rollout.places import check_nomination, check_places, top_places
from domain.rollout.state import Nomination, Rollout, RosterEntry

EVENTS: tuple[type[Event], ...] = (*get_args(happened.RolloutEvent), Corrected)
COMMANDS: tuple[type[Command], ...] = (
    ask.StartRollout,
    ask.EnrolSchools,
    ask.NominateSchools,
    ask.PauseRollout,
    ask.ResumeRollout,
    ask.CloseRollout,
    ask.ChangeCalendar,
    ask.OpenTier,
    ask.NoteParticipant,
    PassTime,
)

# --- refusals

NO_ROLLOUT = Reason("no_rollout", "There is no rollout of that name.")
STARTED_OTHERWISE = Reason(
    "started_otherwise", "The rollout {rollout} has been started already, from another definition or another cohort."
)
ROLLOUT_CLOSED = Reason("rollout_closed", "The rollout {rollout} is closed; nothing can be changed in it.")
NO_RIGHT = Reason("no_right", "{actor} has no right to do this: it takes the right {right}.")
NO_COHORT = Reason("no_cohort", "{programme} has no cohort '{cohort}'; it has {cohorts}.")
STILL_UNDER_WAY = Reason(
    "still_under_way", "{count} participants are still under way; --force closes the rollout all the same."
)
NOT_WITHDRAWN = Reason("not_withdrawn", "{school} has not withdrawn, so nobody can take its place.")
REPLACED_ALREADY = Reason("replaced_already", "Another school has taken the place of {school} already.")


class Draft:
    """A decision in the making for one rollout."""

    def __init__(self, programme: Programme, state: Rollout, facts: Facts, command: Command) -> None:
        self.programme = programme
        self.state = state
        self.facts = facts
        self.command = command
        self.events: list[Event] = []

    def record(self, event: Event) -> None:
        self.events.append(event)
        self.state = evolve(self.state, event, self.command.happened_at or self.command.now, self.state.version + 1)

    def must_manage(self) -> None:
        if self.command.actor != CASCADE and "programme-manager" not in self.facts.rights:
            raise NO_RIGHT(actor=self.command.actor, right="programme-manager")

    def must_run(self) -> None:
        if not self.state.version:
            raise NO_ROLLOUT()
        if self.state.status == "closed":
            raise ROLLOUT_CLOSED(rollout=self.state.id)


class Decision(msgspec.Struct, frozen=True):
    events: tuple[Event, ...]
    state: Rollout
    on_behalf_of: str | None = None


# --- decide


def decide(programme: Programme, state: Rollout, facts: Facts, command: Command) -> Decision:
    """What is to be recorded; nothing when it is so already. Raises Refused."""
    draft = Draft(programme, state, facts, command)
    match command:
        case ask.StartRollout():
            _start(draft, command)
        case ask.EnrolSchools():
            _enrol(draft, command)
        case ask.NominateSchools():
            _nominate(draft, command)
        case ask.OpenTier():
            _open_tier(draft, command)
        case ask.NoteParticipant():
            _note(draft, command)
        case PassTime():
            pass
        case _:
            _steer(draft, command)
    return Decision(tuple(draft.events), draft.state, command.on_behalf_of)


def _start(draft: Draft, command: ask.StartRollout) -> None:
    draft.must_manage()
    state = draft.state
    if state.version:
        if (state.definition, state.cohort) != (command.definition, command.cohort):
            raise STARTED_OTHERWISE(rollout=command.rollout)
        return
    if command.cohort not in draft.programme.cohorts:
        known = ", ".join(draft.programme.cohorts)
        raise NO_COHORT(programme=command.programme, cohort=command.cohort, cohorts=known)
    draft.record(
        happened.RolloutStarted(
            command.rollout,
            command.programme,
            command.programme_version,
            command.definition,
            command.cohort,
            command.rehearsal,
        )
    )
    places = (*top_places(draft.programme, command.places), *command.places)
    for place, parent in check_places(draft.programme, draft.state, places):
        _onto_roster(draft, place, parent)


def _enrol(draft: Draft, command: ask.EnrolSchools) -> None:
    draft.must_run()
    draft.must_manage()
    replaced = participant_id(draft.state.id, command.replaces) if command.replaces else None
    new = [each for each in command.places if participant_id(draft.state.id, each.school) not in draft.state.roster]
    if not new:
        return
    if replaced is not None:
        _may_replace(draft, replaced)
    for place, parent in check_places(draft.programme, draft.state, tuple(new), replaced):
        _onto_roster(draft, place, parent, replaced)


def _may_replace(draft: Draft, participant: str) -> None:
    entry = draft.state.roster.get(participant)
    if entry is None or entry.status != "withdrawn":
        raise NOT_WITHDRAWN(school=school_of(participant))
    if participant in draft.state.replaced:
        raise REPLACED_ALREADY(school=school_of(participant))


def _nominate(draft: Draft, command: ask.NominateSchools) -> None:
    draft.must_run()
    parent = participant_id(draft.state.id, command.parent)
    for place in check_nomination(draft.programme, draft.state, draft.facts, command, parent):
        draft.record(
            happened.SchoolNominated(
                place.school,
                place.tier,
                parent,
                place.names.model_dump(),
                place.region,
                place.language,
                dict(place.persons),
            )
        )
        if (parent, place.tier) in draft.state.opened:
            _onto_roster(draft, place, parent)


def _open_tier(draft: Draft, command: ask.OpenTier) -> None:
    if (
        not draft.state.version
        or draft.state.status == "closed"
        or (command.parent, command.tier) in draft.state.opened
    ):
        return
    draft.record(happened.TierOpened(command.parent, command.tier))
    for each in list(draft.state.nominated.values()):
        if (each.parent, each.tier) == (command.parent, command.tier):
            place = ask.Place.model_validate(
                {
                    "school": each.school,
                    "tier": each.tier,
                    "names": dict(each.names),
                    "region": each.region,
                    "language": each.language,
                    "persons": dict(each.persons),
                }
            )
            _onto_roster(draft, place, each.parent)


def _note(draft: Draft, command: ask.NoteParticipant) -> None:
    entry = draft.state.roster.get(command.participant)
    if entry is None or entry.status == command.what or (command.what == "certified" and entry.certified):
        return
    draft.record(happened.ParticipantNoted(command.participant, command.what))


def _steer(draft: Draft, command: Command) -> None:
    if not isinstance(command, ask.CloseRollout) or not draft.state.version:
        draft.must_run()
    draft.must_manage()
    match command:
        case ask.PauseRollout():
            if draft.state.status == "running":
                draft.record(happened.RolloutPaused(_text(command.reason)))
        case ask.ResumeRollout():
            if draft.state.paused_at is not None:
                length = command.now - draft.state.paused_at
                draft.record(happened.RolloutResumed(int(length.total_seconds())))
        case ask.ChangeCalendar():
            calendar = command.calendar.model_dump(mode="json")
            if draft.state.calendar != calendar:
                draft.record(happened.CalendarChanged(calendar, _text(command.reason)))
        case ask.CloseRollout():
            _close(draft, command)
        case _:
            raise TypeError(f"{command.kind} is no command to a rollout")


def _close(draft: Draft, command: ask.CloseRollout) -> None:
    if draft.state.status == "closed":
        return
    under_way = sum(entry.status in ("enrolled", "certified") for entry in draft.state.roster.values())
    if under_way and not command.force:
        raise STILL_UNDER_WAY(count=under_way)
    draft.record(happened.RolloutClosed(_text(command.reason)))


def _onto_roster(draft: Draft, place: ask.Place, parent: str | None, replaces: str | None = None) -> None:
    participant = participant_id(draft.state.id, place.school)
    if participant in draft.state.roster:
        return
    draft.record(
        happened.SchoolEnrolled(
            participant=participant,
            school=place.school,
            tier=place.tier,
            parent=parent,
            names=place.names.model_dump(),
            region=place.region,
            language=place.language,
            persons=dict(place.persons),
            replaces=replaces,
        )
    )


def _text(given: TextGiven | None) -> TextRef | None:
    return None if given is None else TextRef(given.id, given.hash)


# --- evolve


def evolve(state: Rollout, event: Event, at: datetime, version: int) -> Rollout:
    state = replace(state, version=version)
    match event:
        case happened.RolloutStarted():
            return replace(
                state,
                id=event.rollout,
                programme=event.programme,
                programme_version=event.programme_version,
                definition=event.definition,
                cohort=event.cohort,
                rehearsal=event.rehearsal,
                status="running",
                started_at=at,
            )
        case (
            happened.SchoolEnrolled() | happened.SchoolNominated() | happened.TierOpened() | happened.ParticipantNoted()
        ):
            return _evolve_roster(state, event)
        case happened.RolloutPaused():
            return replace(state, status="paused", paused_at=at)
        case happened.RolloutResumed():
            return replace(state, status="running", paused_at=None)
        case happened.CalendarChanged():
            return replace(state, calendar=event.calendar)
        case happened.RolloutClosed():
            return replace(state, status="closed", closed_at=at, paused_at=None)
        case _:
            return state


def _evolve_roster(
    state: Rollout,
    event: happened.SchoolEnrolled | happened.SchoolNominated | happened.TierOpened | happened.ParticipantNoted,
) -> Rollout:
    match event:
        case happened.SchoolEnrolled():
            entry = RosterEntry(event.school, event.tier, event.parent, event.names, event.region, event.language)
            waiting = {school: each for school, each in state.nominated.items() if school != event.school}
            replaced = state.replaced if event.replaces is None else state.replaced | {event.replaces}
            return replace(
                state, roster={**state.roster, event.participant: entry}, nominated=waiting, replaced=replaced
            )
        case happened.SchoolNominated():
            nomination = Nomination(
                event.school, event.tier, event.parent, event.names, event.region, event.language, event.persons
            )
            return replace(state, nominated={**state.nominated, event.school: nomination})
        case happened.TierOpened():
            return replace(state, opened=state.opened | {(event.parent, event.tier)})
        case happened.ParticipantNoted():
            entry = state.roster[event.participant]
            if event.what == "certified":
                noted = replace(
                    entry, certified=True, status="certified" if entry.status == "enrolled" else entry.status
                )
            else:
                noted = replace(entry, status=event.what)
            return replace(state, roster={**state.roster, event.participant: noted})
        case _:
            assert_never(event)


# --- what follows


def consequences(programme: Programme, before: Rollout, state: Rollout, event: Event) -> Iterator[Onward]:
    """The commands that an event of the rollout brings about at its participants."""
    match event:
        case happened.SchoolEnrolled():
            yield Onward(participant_stream(event.participant), journey.Enrol, _enrolment(state, event))
            yield from _nominations(state, event.parent, event.tier)
        case happened.SchoolNominated():
            yield from _nominations(state, event.parent, event.tier)
        case happened.RolloutPaused():
            yield from _to_all(state, interruptions.Pause)
        case happened.RolloutResumed():
            yield from _to_all(state, interruptions.Resume)
        case happened.CalendarChanged():
            yield from _to_all(state, interruptions.UseCalendar, calendar=event.calendar)
        case happened.RolloutClosed():
            yield from _to_all(state, journey.CloseJourney)
        case _:
            pass


def _enrolment(state: Rollout, event: happened.SchoolEnrolled) -> dict[str, Any]:
    return {
        "participant": event.participant,
        "rollout": state.id,
        "school": event.school,
        "names": event.names,
        "tier": event.tier,
        "parent": event.parent,
        "region": event.region,
        "language": event.language,
        "persons": event.persons,
        "calendar": state.calendar,
    }


def _nominations(state: Rollout, parent: str | None, tier: str) -> Iterator[Onward]:
    """A parent is told how many children it has named or has already."""
    if parent is None:
        return
    waiting = sum((each.parent, each.tier) == (parent, tier) for each in state.nominated.values())
    there = sum(
        (each.parent, each.tier) == (parent, tier) and each.status != "withdrawn" for each in state.roster.values()
    )
    yield Onward(participant_stream(parent), journey.NoteNomination, {"tier": tier, "nominated": waiting + there})


def _to_all(state: Rollout, command: type[Command], **arguments: object) -> Iterator[Onward]:
    for participant, entry in state.roster.items():
        if entry.status in ("enrolled", "certified"):
            yield Onward(participant_stream(participant), command, dict(arguments))
