"""A rollout's stream as a whole: decide, evolve and what follows for its participants."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, get_args

import msgspec
from msgspec.structs import replace

from domain.command import CASCADE, CLOCK, Command, PassTime
from domain.event import Event
from domain.gate import Facts
from domain.history import Corrected
from domain.identity import participant_id, participant_stream
from domain.participant import interruptions, journey, left_behind
from domain.participant.draft import FOR_THE_SYSTEM, text_ref
from domain.participant.onward import Onward
from domain.programme import Programme
from domain.refusal import Reason, judge_all
from domain.rollout import commands as ask
from domain.rollout import events as happened
from domain.rollout.draft import Draft
from domain.rollout.handing_over import hand_over
from domain.rollout.places import check_places, must_agree, top_places
from domain.rollout.roster import (
    enrol_schools,
    evolve_roster,
    nominate_schools,
    note_participant,
    open_tier,
    put_on_roster,
)
from domain.rollout.state import Rollout

EVENTS: tuple[type[Event], ...] = (*get_args(happened.RolloutEvent), Corrected)
COMMANDS: tuple[type[Command], ...] = (
    ask.StartRollout,
    ask.EnrolSchools,
    ask.NominateSchools,
    ask.HandOver,
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
    "started_otherwise",
    "The rollout {rollout} was started already, from another definition, cohort or list; a school that is to come in "
    "as well is enrolled ('kaskad school enrol').",
)
ROLLOUT_CLOSED = Reason("rollout_closed", "The rollout {rollout} is closed; nothing can be changed in it.")
NO_COHORT = Reason("no_cohort", "{programme} has no cohort '{cohort}'; it has {cohorts}.")
STILL_UNDER_WAY = Reason(
    "still_under_way", "{count} participants are still under way; --force closes the rollout all the same."
)


class Decision(msgspec.Struct, frozen=True):
    events: tuple[Event, ...]
    state: Rollout
    on_behalf_of: str | None = None


# --- decide


def decide(programme: Programme, state: Rollout, facts: Facts, command: Command) -> Decision:
    """What is to be recorded; nothing when it is so already. Raises Refused."""
    if command.of_the_system and command.actor not in (CLOCK, CASCADE):
        raise FOR_THE_SYSTEM(kind=command.kind)
    draft = Draft(programme, state, facts, command, evolve)
    draft.must_have_happened()
    match command:
        case ask.StartRollout():
            _start(draft, command)
        case ask.EnrolSchools():
            _must_run(state)
            enrol_schools(draft, command)
        case ask.NominateSchools():
            _must_run(state)
            nominate_schools(draft, command)
        case ask.HandOver():
            _must_run(state)
            hand_over(draft, command)
        case ask.OpenTier():
            open_tier(draft, command)
        case ask.NoteParticipant():
            note_participant(draft, command)
        case PassTime():
            pass
        case _:
            _steer(draft, command)
    return Decision(tuple(draft.events), draft.state, command.on_behalf_of)


def _start(draft: Draft, command: ask.StartRollout) -> None:
    draft.must_manage()
    state = draft.state
    if state.version:
        listed = all(participant_id(state.id, place.school) in state.roster for place in command.places)
        if not listed or (state.definition, state.cohort) != (command.definition, command.cohort):
            raise STARTED_OTHERWISE(rollout=command.rollout)
        judge_all(command.places, lambda each: must_agree(state.roster[participant_id(state.id, each.school)], each))
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
        put_on_roster(draft, place, parent)


def _must_run(state: Rollout) -> None:
    if not state.version:
        raise NO_ROLLOUT()
    if state.status == "closed":
        raise ROLLOUT_CLOSED(rollout=state.id)


def _steer(draft: Draft, command: Command) -> None:
    if not isinstance(command, ask.CloseRollout) or not draft.state.version:
        _must_run(draft.state)
    draft.must_manage()
    match command:
        case ask.PauseRollout():
            if draft.state.status == "running":
                draft.record(happened.RolloutPaused(text_ref(command.reason)))
        case ask.ResumeRollout():
            if draft.state.paused_at is not None:
                length = command.now - draft.state.paused_at
                draft.record(happened.RolloutResumed(int(length.total_seconds())))
        case ask.ChangeCalendar():
            calendar = command.calendar.model_dump(mode="json")
            if draft.state.calendar != calendar:
                draft.record(happened.CalendarChanged(calendar, text_ref(command.reason)))
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
    draft.record(happened.RolloutClosed(text_ref(command.reason)))


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
            happened.SchoolEnrolled()
            | happened.SchoolNominated()
            | happened.TierOpened()
            | happened.SchoolHandedOver()
            | happened.ParticipantNoted()
        ):
            return evolve_roster(state, event)
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


# --- what follows


def consequences(programme: Programme, before: Rollout, state: Rollout, event: Event) -> Iterator[Onward]:
    """The commands that an event of the rollout brings about at its participants."""
    match event:
        case happened.SchoolEnrolled():
            ends = programme.cohorts[state.cohort].ends
            yield Onward(participant_stream(event.participant), journey.Enrol, _enrolment(state, event, ends))
            yield from _nominations(state, event.parent, event.tier)
        case happened.ParticipantNoted(what="withdrawn"):
            entry = state.roster[event.participant]
            yield from _nominations(state, entry.parent, entry.tier)
        case happened.SchoolHandedOver():
            yield Onward(participant_stream(event.participant), left_behind.ChangeParent, {"parent": event.parent})
            yield from _nominations(state, event.parent, state.roster[event.participant].tier)
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


def _enrolment(state: Rollout, event: happened.SchoolEnrolled, ends: date) -> dict[str, Any]:
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
        "ends": ends,
        "paused": state.status == "paused",
    }


def _nominations(state: Rollout, parent: str | None, tier: str) -> Iterator[Onward]:
    """A parent is told how many children it has named or has already."""
    if parent is None:
        return
    waiting = sum(each.parent == parent and each.tier == tier for each in state.nominated.values())
    there = sum(
        each.parent == parent and each.tier == tier and each.status != "withdrawn" for each in state.roster.values()
    )
    yield Onward(participant_stream(parent), journey.NoteNomination, {"tier": tier, "nominated": waiting + there})


def _to_all(state: Rollout, command: type[Command], **arguments: object) -> Iterator[Onward]:
    for participant, entry in state.roster.items():
        if entry.status in ("enrolled", "certified"):
            yield Onward(participant_stream(participant), command, dict(arguments))
