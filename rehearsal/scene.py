"""What can be seen of a rehearsal: every stream folded as far as the log goes, and the task inbox."""

from typing import Any

import msgspec

from activities.folding import happenings
from domain import codec
from domain.event import Event
from domain.history import Corrected, fold
from domain.identity import participant_id, participant_stream, rollout_stream, stream_kind
from domain.participant import stream as participant
from domain.participant.state import Participant
from domain.programme import Programme
from domain.rollout import stream as rollout
from domain.rollout.state import Rollout
from eventlog.log import EventLog
from eventlog.reading import Snapshot
from eventlog.record import Record

_PAGE = 5000


class Seen(msgspec.Struct, frozen=True):
    """One event as it came."""

    record: Record
    event: Event


class Scene:
    """Follows the log of one rehearsal; `look` brings it up to date."""

    def __init__(self, log: EventLog, rollout_id: str, programme: Programme) -> None:
        self.rollout_id = rollout_id
        self.programme = programme
        self.position = 0
        self.rollout = Rollout()
        #: by stream, in the order in which they came
        self.participants: dict[str, Participant] = {}
        #: open tasks as the inbox shows them, by stream
        self.inbox: dict[str, list[dict[str, Any]]] = {}
        #: office -> who holds it
        self.offices: dict[str, str] = {}
        self._log = log

    def look(self) -> list[Seen]:
        """What has been recorded since the last look. Raises LogUnavailable."""
        with self._log.snapshot() as snapshot:
            seen: list[Seen] = []
            while page := snapshot.read(after=self.position, limit=_PAGE):
                seen += [self._take(snapshot, record) for record in page]
                self.position = page[-1].position
            changed = {each.record.stream for each in seen if stream_kind(each.record.stream) == "participant"}
            self._read_inbox(snapshot, changed)
            if any(stream_kind(each.record.stream) == "organisation" for each in seen):
                self.offices = {row["right"]: row["person"] for row in snapshot.rows("rights")}
        return seen

    def school(self, school: str) -> Participant:
        return self.participant(participant_id(self.rollout_id, school))

    def participant(self, participant_id_: str) -> Participant:
        return self.participants.get(participant_stream(participant_id_), Participant())

    def in_order(self) -> list[Participant]:
        """Everybody, in the order of the roster."""
        return [state for name in self.rollout.roster if (state := self.participant(name)).version]

    def _take(self, snapshot: Snapshot, record: Record) -> Seen:
        event = codec.decode(record.kind, record.schema, bytes(record.data))
        if record.stream == rollout_stream(self.rollout_id):
            self.rollout = rollout.evolve(self.rollout, event, record.happened_at, record.version)
        elif stream_kind(record.stream) == "participant":
            self.participants[record.stream] = self._evolved(snapshot, record, event)
        return Seen(record, event)

    def _evolved(self, snapshot: Snapshot, record: Record, event: Event) -> Participant:
        if isinstance(event, Corrected):
            past = snapshot.stream(record.stream, up_to=record.version)
            return fold(Participant(), happenings(past), participant.evolve)
        before = self.participants.get(record.stream, Participant())
        return participant.evolve(before, event, record.happened_at, record.version)

    def _read_inbox(self, snapshot: Snapshot, streams: set[str]) -> None:
        if not streams:
            return
        for stream in streams:
            self.inbox[stream] = []
        for row in snapshot.rows("tasks", stream=tuple(sorted(streams))):
            self.inbox[row["stream"]].append(row)
