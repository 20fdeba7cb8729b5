"""The roster of a rollout: who comes onto it, who is named for it, who takes whose place, and how each stands."""

from typing import assert_never

from msgspec.structs import replace

from domain.identity import participant_id, school_of
from domain.refusal import Reason, judge_all
from domain.rollout import commands as ask
from domain.rollout import events as happened
from domain.rollout.draft import Draft
from domain.rollout.places import check_nomination, check_places, is_on_roster, must_still_agree
from domain.rollout.state import Nomination, Rollout, RosterEntry

RosterEvent = (
    happened.SchoolEnrolled
    | happened.SchoolNominated
    | happened.TierOpened
    | happened.SchoolHandedOver
    | happened.ParticipantNoted
)

# --- refusals

NOT_WITHDRAWN = Reason("not_withdrawn", "{school} has not withdrawn, so nobody can take its place.")
ONE_FOR_ONE = Reason("one_for_one", "{school} is replaced by one school of the same tier ({tier}), not by {given}.")
REPLACED_ALREADY = Reason("replaced_already", "Another school has taken the place of {school} already.")

# --- decide


def enrol_schools(draft: Draft, command: ask.EnrolSchools) -> None:
    draft.must_manage()
    replaced = participant_id(draft.state.id, command.replaces) if command.replaces else None
    there = [each for each in command.places if is_on_roster(draft.state, each)]
    judge_all(
        there, lambda each: must_still_agree(draft.state.roster[participant_id(draft.state.id, each.school)], each)
    )
    new = [each for each in command.places if not is_on_roster(draft.state, each)]
    if not new:
        return
    if replaced is not None:
        _may_replace(draft, replaced, new)
    for place, parent in check_places(draft.programme, draft.state, tuple(new), replaced):
        put_on_roster(draft, place, parent, replaced)


def _may_replace(draft: Draft, participant: str, places: list[ask.Place]) -> None:
    entry, school = draft.state.roster.get(participant), school_of(participant)
    if entry is None or entry.status != "withdrawn":
        raise NOT_WITHDRAWN(school=school)
    if participant in draft.state.replaced:
        raise REPLACED_ALREADY(school=school)
    if [each.tier for each in places] != [entry.tier]:
        given = ", ".join(f"{each.school} ({each.tier})" for each in places)
        raise ONE_FOR_ONE(school=school, tier=entry.tier, given=given)


def nominate_schools(draft: Draft, command: ask.NominateSchools) -> None:
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
            put_on_roster(draft, place, parent)


def open_tier(draft: Draft, command: ask.OpenTier) -> None:
    parent = draft.state.roster.get(command.parent)
    if parent is None or parent.status == "withdrawn" or draft.state.status == "closed":
        return
    if (command.parent, command.tier) in draft.state.opened:
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
            put_on_roster(draft, place, each.parent)


def note_participant(draft: Draft, command: ask.NoteParticipant) -> None:
    entry = draft.state.roster.get(command.participant)
    if entry is None or entry.status == command.what or (command.what == "certified" and entry.certified):
        return
    draft.record(happened.ParticipantNoted(command.participant, command.what))


def put_on_roster(draft: Draft, place: ask.Place, parent: str | None, replaces: str | None = None) -> None:
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


# --- evolve


def evolve_roster(state: Rollout, event: RosterEvent) -> Rollout:
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
        case happened.SchoolHandedOver():
            handed = replace(state.roster[event.participant], parent=event.parent)
            return replace(state, roster={**state.roster, event.participant: handed})
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
