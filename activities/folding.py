"""Streams folded from their events, with the rows of the views that stand for them."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from domain import codec
from domain.event import Event
from domain.history import Happening
from domain.identity import StreamKind
from domain.organisation import stream as organisation
from domain.participant import stream as participant
from domain.participant.state import Participant
from domain.participant.stream import next_due
from domain.programme import Programme
from domain.rollout import stream as rollout
from domain.rollout.state import Rollout
from domain.views import Rows, organisation_rows, participant_rows, rollout_rows
from eventlog.record import Record

State = Participant | Rollout | organisation.Organisation

EMPTY: dict[StreamKind, State] = {
    "participant": Participant(),
    "rollout": Rollout(),
    "organisation": organisation.Organisation(),
}


class Folded(msgspec.Struct, frozen=True):
    """A stream's state, and the rows of the views that stand for it."""

    state: State
    rows: Rows
    #: when the clock has to act next
    due_at: datetime | None


def happenings(records: Iterable[Record]) -> list[Happening]:
    return [
        Happening(
            each.position,
            each.version,
            codec.decode(each.kind, each.schema, bytes(each.data)),
            each.happened_at,
            each.recorded_at,
            each.actor,
        )
        for each in records
    ]


def evolve(state: State, event: Event, at: datetime, version: int) -> State:
    """The state of a stream after one more event, by the rules of its kind."""
    match state:
        case Participant():
            return participant.evolve(state, event, at, version)
        case Rollout():
            return rollout.evolve(state, event, at, version)
        case organisation.Organisation():
            return organisation.evolve(state, event, at, version)


def rows_of(stream: str, state: State, programme: Programme | None) -> Rows:
    """The rows of the views for a stream; of nothing, none."""
    match state:
        case _ if not state.version:
            return {}
        case Participant():
            assert programme is not None
            return participant_rows(state, next_due(programme, state))
        case Rollout():
            return rollout_rows(state)
        case organisation.Organisation():
            return organisation_rows(stream, state)


def folded(stream: str, state: State, programme: Programme | None) -> Folded:
    rows = rows_of(stream, state, programme)
    due = rows.get(("dues", (stream,)))
    return Folded(state, rows, None if due is None else due["due_at"])
