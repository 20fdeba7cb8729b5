"""Dead ends: a participant that can no longer complete its journey. Unless somebody is asked, it stands still."""

from domain import task_ids
from domain.participant.decisions import decide_while, stands
from domain.participant.draft import Draft
from domain.participant.reach import Reach


def comes_to_a_dead_end(draft: Draft) -> bool:
    """Asks the manager as soon as it is known; true when that stands, and it has come as far as it can."""
    reach = Reach(draft)
    missing = reach.missing()
    decide_while(draft, task_ids.ABOUT_JOURNEY, " ".join(missing), needed=bool(missing))
    return bool(missing) and stands(draft.state, task_ids.ABOUT_JOURNEY) and reach.is_exhausted()
