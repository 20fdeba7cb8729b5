"""What the records of a log mean, checked in one pass: every event decoded, folded, judged and followed."""

import hashlib
from datetime import timedelta

import msgspec
from pydantic import ValidationError

from activities.folding import EMPTY, State, evolve, happenings
from audit.following import Follower
from audit.judging import Judge
from audit.wording import text_refs
from domain import codec
from domain.command import CASCADE, CLOCK
from domain.event import Event
from domain.history import Corrected, fold
from domain.identity import rollout_of_stream, stream_kind
from domain.organisation.stream import PersonErased, ProgrammeAdopted
from domain.participant.state import Participant
from domain.participant.steps import GateOpened
from domain.programme import Programme
from domain.rollout.events import RolloutStarted
from eventlog.canonical import canonical
from eventlog.log import EventLog
from eventlog.record import Record
from eventlog.verify import MOST_FINDINGS, Finding

#: what every event of one command says alike
_SHARED = (
    "stream", "command_digest", "actor", "on_behalf_of", "entered_by", "happened_at", "programme",
    "programme_version", "trace_id",
)  # fmt: skip
#: clocks of two machines differ by less
_SKEW = timedelta(minutes=5)


class Meaning:
    """Takes records in their order; `finish` when there are no more. Memory is bounded by the participants."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.findings: list[Finding] = []
        self.faults = 0
        self.gates = 0
        self._states: dict[str, State] = {}
        #: digest -> the definition
        self._definitions: dict[str, Programme] = {}
        self._pinned: dict[str, Programme] = {}
        #: streams that can't be folded: one finding says so, and what follows from it is not told as well
        self._lost: set[str] = set()
        self._group: list[Record] = []
        self._has_texts = not log.is_copy
        self._erased: set[str | None] = set()
        #: person -> the first event whose text was emptied for the person, and that text
        self._emptied: dict[str | None, tuple[int, str]] = {}
        self._versions: dict[str, int] = {}
        self._judge = Judge(self.find, self._participant_at, self._lost)
        self._follower = Follower(self.find, self._lost)

    def find(self, code: str, position: int | None, sentence: str) -> None:
        self.faults += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(code, position, sentence))

    def take(self, record: Record) -> None:
        if self._group and self._group[0].command_id != record.command_id:
            self._close_group()
        self._group.append(record)

    def finish(self) -> None:
        self._close_group()
        for person, (position, text_id) in self._emptied.items():
            if person not in self._erased:
                said = f"The text {text_id} is empty as if {person or 'nobody'} had been erased, which no event says."
                self.find("text", position, said)

    def _close_group(self) -> None:
        group, self._group = self._group, []
        if group:
            self._check_command(group)
            self._check_events(group)

    def _check_command(self, group: list[Record]) -> None:
        first = group[0]
        for record in group:
            for name in _SHARED:
                if getattr(record, name) != getattr(first, name):
                    self.find("command", record.position, f"Its {name} is not that of the other events of its command.")
            if record.happened_at - record.recorded_at > _SKEW:
                self.find("clock", record.position, "It is said to have happened after it was recorded.")

    def _check_events(self, group: list[Record]) -> None:
        stream = group[0].stream
        try:
            kind = stream_kind(stream)
            owner = rollout_of_stream(stream)
        except ValueError:
            self.find("stream", group[0].position, f"{stream} is not a stream of this product.")
            return
        for record in group:
            if record.rollout != owner:
                self.find("rollout", record.position, f"It is said to be of the rollout {record.rollout}, not {owner}.")
        read = [self._event(record) for record in group]
        events = [event for event in read if event is not None]
        self._look_for_gap(group)
        for record, event in zip(group, read, strict=True):
            if isinstance(event, ProgrammeAdopted):
                self._adopt(record, event)
        programme = self._programme(group[0], read[0])
        is_unpinned = owner is not None and programme is None
        if stream in self._lost or is_unpinned or len(events) < len(read):
            self._lost.add(stream)
            return
        self._follower.check(group[0])
        before = self._states.get(stream, EMPTY[kind])
        try:
            self._states[stream] = self._fold(group, events, programme, before)
        except Exception as error:
            # whatever a falsified event makes the fold stumble over is a finding, not our end
            self._lost.add(stream)
            self.find("fold", group[0].position, f"{stream} can't be folded from here: {error!r}.")

    def _look_for_gap(self, group: list[Record]) -> None:
        """Where an event is missing, as the audit of the bytes says, what comes after it can't be judged."""
        for record in group:
            if record.version != self._versions.get(record.stream, 0) + 1:
                self._lost.add(record.stream)
            self._versions[record.stream] = record.version

    def _event(self, record: Record) -> Event | None:
        data = bytes(record.data)
        try:
            event = codec.decode(record.kind, record.schema, data)
        except (codec.UnknownEvent, msgspec.MsgspecError, KeyError) as error:
            self.find("event", record.position, f"It can't be read as {record.kind}, schema {record.schema}: {error}")
            return None
        if record.schema == event.schema and codec.encode(event) != data:
            self.find("event", record.position, f"It says more or other than an event of kind {record.kind} does.")
        if isinstance(event, PersonErased):
            self._erased.add(event.person)
        for text in text_refs(event):
            self._check_text(record, text.id, text.hash)
        return event

    def _check_text(self, record: Record, text_id: str, digest: str) -> None:
        """One that is there is the one given, by whoever acted. It may have been erased, with the person for whom its
        row says so: the one who wrote it, or one whom it showed. A copy has none."""
        text = self._log.texts.entry(text_id)
        if text is None:
            if self._has_texts:
                said = f"The text {text_id} is gone, and nothing says that it was erased."
                self.find("text", record.position, said)
        elif text.body is None or text.salt is None:
            if text.erased_at is None:
                self.find("text", record.position, f"The text {text_id} is empty, and nothing says that it was erased.")
            else:
                self._emptied.setdefault(text.person, (record.position, text_id))
        elif hashlib.sha256(text.salt + text.body.encode()).hexdigest() != digest:
            self.find("text", record.position, f"The text {text_id} is not the one that was given with the event.")
        elif text.person != record.actor and record.actor not in (CASCADE, CLOCK):
            said = f"The text {text_id} is said to be of {text.person or 'nobody'}, and {record.actor} gave it."
            self.find("text", record.position, said)

    def _programme(self, record: Record, event: Event | None) -> Programme | None:
        if record.rollout is None:
            return None
        if isinstance(event, RolloutStarted):
            found = self._definitions.get(event.definition)
            if found is None:
                self.find("definition", record.position, f"The definition {event.definition} had not been adopted.")
            else:
                self._pinned[record.rollout] = found
        programme = self._pinned.get(record.rollout)
        if programme is not None and (record.programme, record.programme_version) != (
            programme.programme,
            programme.version,
        ):
            self.find("definition", record.position, "It names another programme version than its rollout's.")
        return programme

    def _fold(self, group: list[Record], events: list[Event], programme: Programme | None, decided_on: State) -> State:
        states = [decided_on]
        for record, event in zip(group, events, strict=True):
            before = states[-1]
            if programme is not None and isinstance(before, Participant) and isinstance(decided_on, Participant):
                self._look_at_gates(record, event, programme, before, decided_on)
            if isinstance(event, Corrected):
                states.append(self._folded_to(record.stream, record.position))
            else:
                states.append(evolve(before, event, record.happened_at, record.version))
        if isinstance(states[-1], Participant):
            self._judge.follow(group[-1].position, states[-1])
        if programme is not None:
            self._note_followups(group, events, programme, states)
        return states[-1]

    def _look_at_gates(
        self, record: Record, event: Event, programme: Programme, before: Participant, decided_on: Participant
    ) -> None:
        self._judge.require_gate(record, event, programme, before)
        if isinstance(event, GateOpened):
            self.gates += 1
            self._judge.judge(record, event, programme, before, decided_on)

    def _note_followups(
        self, group: list[Record], events: list[Event], programme: Programme, states: list[State]
    ) -> None:
        """As the door finds what follows: after a correction, the state at the end is the true one."""
        corrected = any(isinstance(event, Corrected) for event in events)
        before = states[0]
        for number, (record, event) in enumerate(zip(group, events, strict=True)):
            if isinstance(event, Corrected):
                after = states[-1]
            elif corrected:
                after = evolve(before, event, record.happened_at, record.version)
            else:
                after = states[number + 1]
            self._follower.note(record.stream, record.version, programme, before, after, event)
            before = after

    def _adopt(self, record: Record, event: ProgrammeAdopted) -> None:
        source = bytes(canonical(event.definition))
        if hashlib.sha256(source).hexdigest() != event.digest:
            self.find("definition", record.position, "The definition's digest is not that of the definition.")
        try:
            programme = Programme.model_validate_json(source)
        except ValidationError as error:
            self.find("definition", record.position, f"The definition can't be read: {error.error_count()} problems.")
            return
        if (programme.programme, programme.version) != (event.programme, event.programme_version):
            self.find("definition", record.position, "The definition is of another programme or version.")
        self._definitions[event.digest] = programme

    def _folded_to(self, stream: str, position: int) -> State:
        """Folded from the log anew, which is needed after a correction, and for facts of long ago."""
        records = [record for record in self._log.stream(stream) if record.position <= position]
        return fold(EMPTY[stream_kind(stream)], happenings(records), evolve)

    def _participant_at(self, stream: str, position: int) -> Participant:
        state = self._folded_to(stream, position)
        assert isinstance(state, Participant)
        return state
