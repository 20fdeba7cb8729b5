"""What was known and what was the case: the fold of a stream's events, each as last corrected."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from domain.event import Event, TextRef


class Corrected(Event, frozen=True, tag="Corrected"):
    """Event `version` of the same stream should have said `data`, and took place at `happened_at`."""

    version: int
    data: dict[str, Any]
    happened_at: datetime
    reason: TextRef | None = None

    def applied_to(self, target: "Happening") -> "Happening":
        event = msgspec.convert(self.data, type(target.event), strict=False)
        return msgspec.structs.replace(target, event=event, happened_at=self.happened_at)


class Happening(msgspec.Struct, frozen=True):
    """An event with its place in its stream and in the log, its two clocks and its actor."""

    position: int
    version: int
    event: Event
    happened_at: datetime
    recorded_at: datetime
    actor: str


State = TypeVar("State")
Evolve = Callable[[State, Event, datetime, int], State]


def corrected(history: Iterable[Happening]) -> list[Happening]:
    """The events in log order, each as its last correction says; the corrections themselves stay in their places."""
    happenings = list(history)
    latest = {each.event.version: each.event for each in happenings if isinstance(each.event, Corrected)}
    if not latest:
        return happenings
    return [
        latest[each.version].applied_to(each)
        if each.version in latest and not isinstance(each.event, Corrected)
        else each
        for each in happenings
    ]


def as_of(
    history: Iterable[Happening], at: datetime | None = None, known_on: datetime | None = None
) -> list[Happening]:
    """What had happened by `at`, as far as it was recorded by `known_on`, each event as corrected by then."""
    known = corrected(each for each in history if known_on is None or each.recorded_at <= known_on)
    return [each for each in known if at is None or each.happened_at <= at or isinstance(each.event, Corrected)]


def fold(start: State, history: Iterable[Happening], evolve: Evolve[State]) -> State:
    """The state after events in log order, corrections applied."""
    for each in corrected(history):
        start = evolve(start, each.event, each.happened_at, each.version)
    return start


def fold_past(
    start: State,
    history: Iterable[Happening],
    evolve: Evolve[State],
    at: datetime | None = None,
    known_on: datetime | None = None,
) -> State:
    """The state at `at` as known on `known_on`.

    As people state times, an event can have happened before the one it refers to; until both had, it says nothing.
    """
    for each in as_of(history, at, known_on):
        try:
            start = evolve(start, each.event, each.happened_at, each.version)
        except KeyError:
            continue
    return start
