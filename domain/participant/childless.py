"""Childless: what becomes of an opening for which too few are named, and of a delivery that has nobody to train.

Left alone, either would keep its rollout waiting for ever, so the programme manager is asked to go on without them.
"""

from domain import gate_ids, task_ids
from domain.participant.decisions import decide_while, stands
from domain.participant.draft import Draft
from domain.participant.hosting import SessionCancelled
from domain.participant.state import Participant
from domain.participant.tasks import withdraw_tasks_of
from domain.programme import Opening
from domain.step import DeliveryStep


def decide_on_opening(draft: Draft, tier: str, *, late: bool) -> None:
    """Whoever names too few, and too late, is waited for no longer than the manager wants."""
    decide_while(draft, task_ids.about_tier(tier), tier, needed=late)


def goes_on_without(state: Participant, tier: str) -> bool:
    """Whether the manager has decided that no further child of the tier comes."""
    return stands(state, task_ids.about_tier(tier))


def children_there(state: Participant, tier: str) -> int:
    """How many children of the tier have come and have not withdrawn."""
    return sum(each.tier == tier and each.ended != "withdrawn" for each in state.children.values())


def lacks_children(state: Participant, opening: Opening) -> bool:
    """Whether fewer are there than are named or wanted."""
    return children_there(state, opening.tier) < max(opening.fan_out.target, state.nominated.get(opening.tier, 0))


def is_over(draft: Draft, delivery: DeliveryStep, *, for_nobody: bool) -> bool:
    """Whether a delivery ends as it is: no child is under way, and none is to come.

    It has served its children when one of them came to its end by itself, or when its opening brings no more;
    otherwise the manager is asked. Attendance that is still to be recorded comes first.
    """
    about = task_ids.about_delivery(delivery.id)
    openings = [each for each in draft.tier.opens if each.tier in delivery.tiers]
    if not for_nobody or any(_may_bring(draft, each) for each in openings) or _to_record(draft, delivery):
        decide_while(draft, about, delivery.id, needed=False)
        return False
    children = [each for each in draft.state.children.values() if each.tier in delivery.tiers]
    if openings or any(each.ended == "completed" for each in children):
        return True
    # Where it is the first step, its children may not have been heard of yet.
    decide_while(draft, about, delivery.id, needed=bool(children or delivery.after))
    return stands(draft.state, about)


def end_for_nobody(draft: Draft, delivery: DeliveryStep) -> None:
    """What was still to be held is cancelled, and nothing of it is asked any more."""
    for name, session in draft.state.hosted.items():
        if (session.step, session.status) == (delivery.step, "planned"):
            draft.record(SessionCancelled(name))
    withdraw_tasks_of(draft, delivery.id)


def _may_bring(draft: Draft, opening: Opening) -> bool:
    """Whether an opening may still bring children: its gate is shut, or fewer are there than named or wanted."""
    if goes_on_without(draft.state, opening.tier):
        return False
    return gate_ids.opening(opening.tier) not in draft.state.gates or lacks_children(draft.state, opening)


def _to_record(draft: Draft, delivery: DeliveryStep) -> bool:
    sessions = [each for each in draft.state.hosted.values() if each.step == delivery.step]
    return any(each.status == "planned" and each.participants and each.starts_at <= draft.at for each in sessions)
