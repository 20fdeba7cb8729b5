"""What follows for other streams from an event, whichever stream it is of."""

from collections.abc import Iterator

from domain.event import Event
from domain.participant import onward as participant
from domain.participant.onward import Onward
from domain.participant.state import Participant
from domain.programme import Programme
from domain.rollout import stream as rollout
from domain.rollout.state import Rollout


def consequences_of(programme: Programme, before: object, after: object, event: Event) -> Iterator[Onward]:
    """The commands that an event brings about elsewhere; nothing follows from an organisation's."""
    match before, after:
        case Participant(), Participant():
            yield from participant.consequences(programme, before, after, event)
        case Rollout(), Rollout():
            yield from rollout.consequences(programme, before, after, event)
