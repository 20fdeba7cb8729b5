"""What follows for other streams from an event, whichever stream it is of, and the ids of the commands to them."""

import re
from collections.abc import Iterator

from domain.event import Event
from domain.participant import onward as participant
from domain.participant.onward import Onward
from domain.participant.state import Participant
from domain.programme import Programme
from domain.rollout import stream as rollout
from domain.rollout.state import Rollout

#: an event, and which of the commands that follow from it; `+` and a school where it is meant for several
_ID = re.compile(r"(?P<stream>.+)@(?P<version>\d+)>\d+(\+[a-z0-9-]+)?\Z")


def consequence_id(stream: str, version: int, ordinal: int) -> str:
    return f"{stream}@{version}>{ordinal}"


def id_for_one(command_id: str, school: str) -> str:
    """Of a command that is meant for several streams: under one id, only the first would act."""
    return f"{command_id}+{school}"


def follows_from(command_id: str) -> tuple[str, int] | None:
    """Stream and version of the event that a command follows from, as its id says."""
    found = _ID.match(command_id)
    return None if found is None else (found["stream"], int(found["version"]))


def consequences_of(programme: Programme, before: object, after: object, event: Event) -> Iterator[Onward]:
    """The commands that an event brings about elsewhere; nothing follows from an organisation's."""
    match before, after:
        case Participant(), Participant():
            yield from participant.consequences(programme, before, after, event)
        case Rollout(), Rollout():
            yield from rollout.consequences(programme, before, after, event)
