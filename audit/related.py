"""The facts of others that a gate reads, as the log had them at a position."""

from collections.abc import Callable, Iterable

from audit.archive import Archive
from audit.moment import Moment
from audit.past import state_as_corrected, state_at
from domain.gate import Fact, Facts, Gate, Verdict, evaluate, relations_read
from domain.identity import participant_stream, stream_subject
from domain.participant.kin import kin_of
from domain.participant.state import Participant
from eventlog.record import Record

Sheets = dict[str, dict[str, dict[str, Fact]]]
#: the state of a participant's stream at the moment that is asked about
StateOf = Callable[[str], Participant]


def facts_of(gate: Gate, state: Participant, position: int, peers: Iterable[str], state_of: StateOf) -> Facts:
    """All that the gate may read: the participant's own facts, and those of the others it names.

    `peers` are all that have the same parent.
    """
    names = sorted(peers)
    related: Sheets = {
        relation: {each: dict(state_of(each).facts) for each in kin_of(state, relation, lambda: names)}
        for relation in relations_read(gate)
    }
    return Facts(position, state.facts, related)


def verdict_on(gate: Gate, facts: Facts, participant: str, record: Record, time_zone: str) -> Verdict:
    """The verdict on the day of a record. Where somebody stated another time, the day of recording decides as well."""
    verdict = evaluate(gate, facts, participant, record.happened_at, time_zone)
    return verdict if verdict.open else evaluate(gate, facts, participant, record.recorded_at, time_zone)


def peers_at(archive: Archive, state: Participant, state_of: StateOf) -> list[str]:
    """Every participant of the rollout with the same parent, as far as it had begun."""
    streams = archive.snapshot.streams(participant_stream(f"{state.rollout}/"))
    found = [stream_subject(stream) for stream in streams]
    return [each for each in found if (other := state_of(each)).version and other.parent == state.parent]


def as_recorded(archive: Archive, position: int) -> StateOf:
    return lambda participant: _participant(
        state_at(archive, participant_stream(participant), Moment(position=position))
    )


def as_corrected(archive: Archive, position: int) -> StateOf:
    """As of the position, on the events as corrected until today."""
    return lambda participant: _participant(state_as_corrected(archive, participant_stream(participant), position))


def _participant(state: object) -> Participant:
    assert isinstance(state, Participant)
    return state
