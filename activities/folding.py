"""Streams folded from the log, kept in memory from one command to the next."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime

import msgspec

from domain import codec
from domain.event import Event
from domain.history import Corrected, Happening, fold
from domain.identity import (
    StreamKind,
    organisation_stream,
    participant_stream,
    rollout_of_stream,
    rollout_stream,
    stream_kind,
)
from domain.organisation import stream as organisation
from domain.participant import stream as participant
from domain.participant.state import Participant
from domain.participant.stream import next_due
from domain.programme import Programme
from domain.refusal import Reason
from domain.rollout import stream as rollout
from domain.rollout.state import Rollout
from domain.views import Rows, organisation_rows, participant_rows, rollout_rows
from eventlog.reading import Snapshot
from eventlog.record import Record

State = Participant | Rollout | organisation.Organisation

EMPTY: dict[StreamKind, State] = {
    "participant": Participant(),
    "rollout": Rollout(),
    "organisation": organisation.Organisation(),
}

NO_ROLLOUT = Reason("no_such_rollout", "There is no rollout '{rollout}'.")
NO_DEFINITION = Reason(
    "no_definition", "The definition {definition} has not been adopted, so nothing can start from it."
)


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


class Streams:
    """The states of the streams lately asked for. Not safe for threads: one command at a time holds it."""

    def __init__(self, most: int = 600) -> None:
        self._most = most
        self._kept: OrderedDict[str, Folded] = OrderedDict()
        self._definitions: dict[str, Programme] = {}
        self._definition_of: dict[str, str] = {}

    def load(self, snapshot: Snapshot, stream: str) -> Folded:
        """The stream as the snapshot shows it: what is kept, and what came since."""
        kind = stream_kind(stream)
        kept = self._kept.get(stream)
        new = happenings(snapshot.stream(stream, after=kept.state.version if kept else 0))
        if kept is not None and not new:
            self._kept.move_to_end(stream)
            return kept
        if kept is None:
            state = fold(EMPTY[kind], new, evolve)
        elif any(isinstance(each.event, Corrected) for each in new):
            state = fold(EMPTY[kind], happenings(snapshot.stream(stream)), evolve)
        else:
            state = fold(kept.state, new, evolve)
        programme = self.programme_of(snapshot, stream) if kind == "participant" and state.version else None
        return self.keep(stream, folded(stream, state, programme))

    def participant(self, snapshot: Snapshot, participant: str) -> Participant:
        state = self.load(snapshot, participant_stream(participant)).state
        assert isinstance(state, Participant)
        return state

    def rollout(self, snapshot: Snapshot, rollout: str) -> Rollout:
        state = self.load(snapshot, rollout_stream(rollout)).state
        assert isinstance(state, Rollout)
        return state

    def organisation(self, snapshot: Snapshot) -> organisation.Organisation:
        state = self.load(snapshot, organisation_stream()).state
        assert isinstance(state, organisation.Organisation)
        return state

    def keep(self, stream: str, found: Folded) -> Folded:
        self._kept[stream] = found
        self._kept.move_to_end(stream)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return found

    def keeps(self, stream: str) -> bool:
        return stream in self._kept

    def forget(self, stream: str) -> None:
        self._kept.pop(stream, None)

    def history(self, snapshot: Snapshot, stream: str) -> list[Happening]:
        """Every event of the stream, from the first."""
        return happenings(snapshot.stream(stream))

    def programme_of(self, snapshot: Snapshot, stream: str) -> Programme:
        """The definition that the stream's rollout started with. Raises Refused when there is no such rollout."""
        rollout_id = rollout_of_stream(stream) or ""
        digest = self._definition_of.get(rollout_id)
        if digest is None:
            state = self.rollout(snapshot, rollout_id)
            if not state.version:
                raise NO_ROLLOUT(rollout=rollout_id)
            digest = self._definition_of[rollout_id] = state.definition
        return self.definition(snapshot, digest)

    def definition(self, snapshot: Snapshot, digest: str) -> Programme:
        """A definition as it was adopted. Raises Refused when it never was."""
        known = self._definitions.get(digest)
        if known is not None:
            return known
        adopted = self.organisation(snapshot).programmes.get(digest)
        if adopted is None:
            raise NO_DEFINITION(definition=digest)
        (record,) = snapshot.stream(organisation_stream(), after=adopted[1] - 1, up_to=adopted[1])
        event = codec.decode(record.kind, record.schema, bytes(record.data))
        assert isinstance(event, organisation.ProgrammeAdopted)
        programme = Programme.model_validate_json(msgspec.json.encode(event.definition))
        self._definitions[digest] = programme
        return programme
