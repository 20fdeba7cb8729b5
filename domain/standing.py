"""Where a stream stands: the little that its workflow has to know in order to wait."""

from datetime import datetime

import msgspec

from domain import gate_ids
from domain.organisation.stream import Organisation
from domain.participant.state import Participant
from domain.programme import Programme
from domain.rollout.state import Rollout


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """Questions a workflow waits on, answered by the log at `version`."""

    version: int = 0
    ended: bool = False
    team_complete: bool = False
    #: kinds of step that are not done yet
    steps_ahead: frozenset[str] = frozenset()
    certified: bool = False
    next_tier_open: bool = False
    #: when the clock has to act next, if nobody does
    due_at: datetime | None = None


def participant_standing(programme: Programme, state: Participant, due_at: datetime | None) -> Standing:
    if not state.version:
        return Standing()
    tier = programme.tier_by_id[state.tier]
    done = {name for name, step in state.steps.items() if step.done_at is not None}
    return Standing(
        version=state.version,
        ended=state.ended,
        team_complete=state.phase != "seats",
        steps_ahead=frozenset(step.kind for step in tier.steps if step.id not in done),
        certified=state.certified_at is not None or tier.certification is None,
        next_tier_open=all(gate_ids.opening(opening.tier) in state.gates for opening in tier.opens),
        due_at=due_at,
    )


def rollout_standing(state: Rollout) -> Standing:
    return Standing(version=state.version, ended=state.status == "closed")


def standing_of(
    programme: Programme | None, state: Participant | Rollout | Organisation, due_at: datetime | None
) -> Standing:
    match state:
        case Participant():
            return Standing() if programme is None else participant_standing(programme, state, due_at)
        case Rollout():
            return rollout_standing(state)
        case Organisation():
            return Standing(version=state.version)
