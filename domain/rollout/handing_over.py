"""Handing over: a school whose parent has left goes on with another that may prepare it."""

from domain import gate_ids
from domain.gate import sentence
from domain.identity import participant_id, school_of
from domain.programme import Opening
from domain.refusal import Reason
from domain.rollout import commands as ask
from domain.rollout import events as happened
from domain.rollout.draft import Draft
from domain.rollout.places import NO_PARENT, OTHER_REGION, TOO_MANY
from domain.rollout.state import RosterEntry

UNDER_WAY = ("enrolled", "certified")

# --- refusals

NOT_ON_ROSTER = Reason("not_on_roster", "{school} does not take part in this rollout.")
NOT_UNDER_WAY = Reason("not_under_way", "{school} is no longer under way in this rollout (it is {status}).")
STILL_PREPARED = Reason(
    "still_prepared", "{school} is prepared by {parent}, which is under way; only what a parent left is handed over."
)
NOT_OPEN = Reason(
    "not_open", "{school} cannot be handed over to {parent}: its gate {gate} is shut. It opens when {rule}."
)

# --- decide


def hand_over(draft: Draft, command: ask.HandOver) -> None:
    draft.must_manage()
    child, parent = (participant_id(draft.state.id, each) for each in (command.school, command.to))
    entry, above = _under_way(draft, child), _under_way(draft, parent)
    if entry.parent == parent:
        return
    tiers = draft.programme.parents_of[entry.tier]
    if entry.parent is None or above.tier not in tiers:
        raise NO_PARENT(school=command.school, tiers=" or ".join(tiers) or "none", parent=command.to, hint="")
    if draft.state.roster[entry.parent].status in UNDER_WAY:
        raise STILL_PREPARED(school=command.school, parent=school_of(entry.parent))
    _may_prepare(draft, parent, above, command.school, entry)
    draft.record(happened.SchoolHandedOver(child, parent, entry.parent))


def _may_prepare(draft: Draft, parent: str, above: RosterEntry, school: str, entry: RosterEntry) -> None:
    """As for a school that is new to it: its gate is open, the territory is its own, and there is room."""
    opening = draft.programme.opening(above.tier, entry.tier)
    if opening is None:
        return
    if (parent, entry.tier) not in draft.state.opened:
        rule, gate = sentence(opening.gate), gate_ids.opening(entry.tier)
        raise NOT_OPEN(school=school, gate=gate, parent=above.school, rule=rule)
    if opening.territory == "same_region" and entry.region != above.region:
        raise OTHER_REGION(school=school, region=entry.region, parent=above.school, own=above.region)
    _must_have_room(draft, parent, opening)


def _must_have_room(draft: Draft, parent: str, opening: Opening) -> None:
    state, wanted = draft.state, (parent, opening.tier)
    there = sum((each.parent, each.tier) == wanted and each.status != "withdrawn" for each in state.roster.values())
    number = there + sum((each.parent, each.tier) == wanted for each in state.nominated.values()) + 1
    if number > opening.fan_out.most:
        raise TOO_MANY(parent=school_of(parent), most=opening.fan_out.most, tier=opening.tier, number=number)


def _under_way(draft: Draft, participant: str) -> RosterEntry:
    entry = draft.state.roster.get(participant)
    if entry is None:
        raise NOT_ON_ROSTER(school=school_of(participant))
    if entry.status not in UNDER_WAY:
        raise NOT_UNDER_WAY(school=school_of(participant), status=entry.status)
    return entry
