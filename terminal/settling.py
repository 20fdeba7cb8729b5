"""Waiting until what follows from an event has reached those whom it concerns."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from domain.identity import rollout_stream

if TYPE_CHECKING:
    from eventlog.log import EventLog
    from eventlog.record import Record

_LOOK_EVERY = 0.1
_WITHIN = 20.0
_PAGE = 1000


def has_settled(log: "EventLog", rollout: str) -> bool:
    """Whether everything that the rollout's stream brought about was delivered."""
    return not log.followups.pending(limit=1, stream=rollout_stream(rollout))


def settle(log: "EventLog", rollout: str) -> bool:
    """Wait for that; whether it came about in time."""
    end = time.monotonic() + _WITHIN
    while not has_settled(log, rollout):
        if time.monotonic() > end:
            return False
        time.sleep(_LOOK_EVERY)
    return True


def events_since(log: "EventLog", position: int, rollout: str, kind: str) -> "Iterator[Record]":
    """The rollout's events of one kind above a position."""
    while page := log.read(after=position, limit=_PAGE, rollout=rollout, kinds=[kind]):
        yield from page
        position = page[-1].position
