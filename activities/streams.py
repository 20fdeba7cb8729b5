"""The states of the streams lately asked for, kept in memory from one command to the next."""

from collections import OrderedDict

import msgspec

from activities.folding import EMPTY, Folded, evolve, folded, happenings
from domain import codec
from domain.history import Corrected, Happening, fold
from domain.identity import (
    organisation_stream,
    participant_stream,
    rollout_of_stream,
    rollout_stream,
    stream_kind,
)
from domain.organisation import stream as organisation
from domain.participant.state import Participant
from domain.programme import Programme
from domain.refusal import Reason
from domain.rollout.state import Rollout
from eventlog.reading import Snapshot
from eventlog.record import Glance

NO_ROLLOUT = Reason("no_such_rollout", "There is no rollout '{rollout}'.")
NO_DEFINITION = Reason(
    "no_definition", "The definition {definition} has not been adopted, so nothing can start from it."
)


class Streams:
    """Not safe for threads: one command at a time holds it."""

    def __init__(self, most: int = 600) -> None:
        self._most = most
        self._kept: OrderedDict[str, Folded] = OrderedDict()
        #: The position of the log to which it is known which of the kept ones have moved; none yet.
        self.position = -1
        #: The versions to which they have.
        self._moved: dict[str, int] = {}
        self._definitions: dict[str, Programme] = {}
        self._definition_of: dict[str, str] = {}

    def load(self, snapshot: Snapshot, stream: str) -> Folded:
        """The stream as the snapshot shows it: what is kept, and what came since."""
        remembered = self.remembered(snapshot, stream)
        if remembered is not None:
            return remembered
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

    def remembered(self, snapshot: Snapshot, stream: str) -> Folded | None:
        """The stream as the snapshot shows it, if nothing has to be read for that."""
        kept = self._kept.get(stream)
        if kept is None or snapshot.position != self.position or self._is_behind(stream, kept):
            return None
        self._kept.move_to_end(stream)
        return kept

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

    def catch_up(self, glance: Glance) -> None:
        """Take note of what has moved since the last time; in a log that is shorter than that, nothing is as it was."""
        if glance.moved is None or glance.position < self.position:
            self._kept.clear()
            self._moved.clear()
        else:
            self._moved.update((stream, to) for stream, to in glance.moved.items() if stream in self._kept)
        self.position = glance.position

    def _is_behind(self, stream: str, kept: Folded) -> bool:
        return kept.state.version < self._moved.get(stream, 0)

    def keep(self, stream: str, found: Folded) -> Folded:
        self._kept[stream] = found
        self._kept.move_to_end(stream)
        if not self._is_behind(stream, found):
            self._moved.pop(stream, None)
        while len(self._kept) > self._most:
            gone, _ = self._kept.popitem(last=False)
            self._moved.pop(gone, None)
        return found

    def keeps(self, stream: str) -> bool:
        return stream in self._kept

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
