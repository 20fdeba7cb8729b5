"""Why a gate opened, or what keeps it shut: the rule, the facts, who recorded them and when."""

from datetime import datetime

import msgspec

from audit.archive import Archive
from audit.line import event_of, told, who_acted, whose
from audit.missing import missing_for
from audit.moment import Moment, shown
from audit.past import state_at
from audit.related import StateOf, as_corrected, as_recorded, facts_of, peers_at, verdict_on
from audit.subject import NotInLog
from domain import gate_ids
from domain.command import CASCADE
from domain.gate import GATE, Facts, Gate, Reading, Value, evaluate, relations_read, sentence
from domain.history import Corrected
from domain.identity import nearest, participant_stream, stream_subject
from domain.participant.state import Participant
from domain.participant.steps import GateOpened, is_done
from domain.programme import Programme
from eventlog.record import Record

#: a chain of consequences is never longer; a log that says otherwise is wrong
_LONGEST_CHAIN = 50


class Ground(msgspec.Struct, frozen=True):
    """One fact that was read, and where it came from."""

    of: str
    fact: str
    value: Value
    #: of the event that set it; none: it was not recorded
    position: int | None
    sentence: str | None
    happened_at: datetime | None
    recorded_at: datetime | None
    #: who brought it about, at the beginning of the chain of consequences
    who: str | None
    #: what that person did, where it was something else
    because: str | None
    #: positions of corrections of that event
    corrected_by: tuple[int, ...] = ()


class Explanation(msgspec.Struct, frozen=True):
    participant: str
    gate: str
    rule: str
    open: bool
    #: the position of the event that opened it, and N, at which the facts were read
    position: int | None
    read_at: int
    opened_at: datetime | None
    who: str | None
    because: str | None
    grounds: tuple[Ground, ...]
    missing: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def find_gate(archive: Archive, stream: str, word: str) -> str:
    """The id of a gate of the participant's tier; `open` and `enter` alone will do where there is one only."""
    state = _participant_now(archive, stream)
    known = list(archive.programme(stream).tier_by_id[state.tier].gates)
    if word in known:
        return word
    begun = [gate_id for gate_id in known if gate_id.partition(":")[0] == word or gate_id.endswith(f":{word}")]
    if len(begun) == 1:
        return begun[0]
    close = nearest(word, known)
    hint = f"; did you mean '{close}'?" if close else "."
    raise NotInLog(f"{whose(stream)} has no gate '{word}'{hint} Its gates: {', '.join(known) or 'none'}.")


def explain(archive: Archive, stream: str, gate_id: str) -> Explanation:
    programme = archive.programme(stream)
    for record in archive.records(stream):
        if record.kind == GateOpened.kind():
            event = event_of(record)
            assert isinstance(event, GateOpened)
            if event.gate == gate_id:
                return _explain_open(archive, programme, record, event)
    return _explain_shut(archive, programme, stream, gate_id)


def _explain_open(archive: Archive, programme: Programme, record: Record, event: GateOpened) -> Explanation:
    gate = GATE.validate_python(event.rule)
    who, because = origin_of(archive, record, programme.time_zone)
    opened_at, moved = _opened(archive, record, programme.time_zone)
    return Explanation(
        participant=stream_subject(record.stream),
        gate=event.gate,
        rule=sentence(gate),
        open=True,
        position=record.position,
        read_at=event.position,
        opened_at=opened_at,
        who=who,
        because=because,
        grounds=tuple(_ground(archive, each, programme.time_zone) for each in event.readings),
        remarks=(*moved, *_corrected_since(archive, programme, gate, record)),
    )


def _opened(archive: Archive, record: Record, time_zone: str) -> tuple[datetime, tuple[str, ...]]:
    """When the gate opened, by what is known today, and what was recorded of it at first."""
    corrections = _corrected(archive.records(record.stream), record.version)
    if not corrections or corrections[-1][1].happened_at == record.happened_at:
        return record.happened_at, ()
    by, correction = corrections[-1]
    first = shown(record.happened_at, time_zone)
    return correction.happened_at, (f"When it opened was corrected by event {by.position}; recorded was {first}.",)


def _explain_shut(archive: Archive, programme: Programme, stream: str, gate_id: str) -> Explanation:
    state = _participant_now(archive, stream)
    gate = programme.tier_by_id[state.tier].gates[gate_id]
    facts = _facts(archive, gate, state, archive.position, as_recorded(archive, archive.position))
    now = archive.head.recorded_at
    assert now is not None
    verdict = evaluate(gate, facts, state.id, now, programme.time_zone)
    return Explanation(
        participant=state.id,
        gate=gate_id,
        rule=sentence(gate),
        open=False,
        position=None,
        read_at=archive.position,
        opened_at=None,
        who=None,
        because=None,
        grounds=tuple(_ground(archive, each, programme.time_zone) for each in verdict.readings),
        missing=tuple(missing_for(gate, facts, state.id, now, programme.time_zone)),
        remarks=tuple(_not_looked_at(programme, state, gate_id)),
    )


def _facts(archive: Archive, gate: Gate, state: Participant, position: int, state_of: StateOf) -> Facts:
    peers = peers_at(archive, state, state_of) if "peers" in relations_read(gate) else []
    return facts_of(gate, state, position, peers, state_of)


def _not_looked_at(programme: Programme, state: Participant, gate_id: str) -> list[str]:
    """Why a gate is not looked at, whatever its condition says."""
    remarks = []
    if state.ended:
        remarks.append(f"{state.school} is no longer under way (it is {state.phase}): this gate stays shut.")
    elif state.paused_at is not None:
        remarks.append("The rollout is paused: gates are looked at again once it is resumed.")
    elif state.phase == "seats":
        remarks.append("The team is not complete: gates are looked at once every required seat is filled.")
    step = programme.tier_by_id[state.tier].step_by_id.get(gate_ids.step_behind(gate_id) or "")
    before = [each for each in step.after if not is_done(state, each)] if step is not None else []
    if before:
        remarks.append(f"It is looked at once these steps are completed: {', '.join(before)}.")
    return remarks


def _corrected_since(archive: Archive, programme: Programme, gate: Gate, record: Record) -> tuple[str, ...]:
    """Whether the gate would have opened on what is known today of the facts of that moment."""
    before = record.position - 1
    state_of = as_corrected(archive, before)
    state = state_of(stream_subject(record.stream))
    facts = _facts(archive, gate, state, before, state_of)
    verdict = verdict_on(gate, facts, state.id, record, programme.time_zone)
    if not verdict.open:
        missing = missing_for(gate, facts, state.id, record.happened_at, programme.time_zone)
        return (
            "Corrections recorded since would have kept it shut: " + "; ".join(missing) + ". "
            "Nothing is undone by that; the programme manager decides.",
        )
    event = event_of(record)
    assert isinstance(event, GateOpened)
    if {(each.of, each.fact): each.value for each in event.readings} != {
        (each.of, each.fact): each.value for each in verdict.readings
    }:
        return ("Facts that it read have been corrected since; it would have opened all the same.",)
    return ()


def _ground(archive: Archive, reading: Reading, time_zone: str) -> Ground:
    if not reading.version:
        return Ground(reading.of, reading.fact, reading.value, None, None, None, None, None, None)
    records = archive.records(participant_stream(reading.of))
    record = records[reading.version - 1]
    who, because = origin_of(archive, record, time_zone)
    return Ground(
        of=reading.of,
        fact=reading.fact,
        value=reading.value,
        position=record.position,
        sentence=told(archive, record, time_zone, about=reading.of),
        happened_at=record.happened_at,
        recorded_at=record.recorded_at,
        who=who,
        because=because,
        corrected_by=_corrections_of(records, reading.version),
    )


def _corrections_of(records: list[Record], version: int) -> tuple[int, ...]:
    return tuple(each.position for each, _ in _corrected(records, version))


def _corrected(records: list[Record], version: int) -> list[tuple[Record, Corrected]]:
    corrections = ((each, event_of(each)) for each in records if each.kind == Corrected.kind())
    return [(each, event) for each, event in corrections if isinstance(event, Corrected) and event.version == version]


def origin_of(archive: Archive, record: Record, time_zone: str) -> tuple[str, str | None]:
    """Who brought an event about, back through what it follows from, and what that person did where it is another."""
    source = _first_of_command(archive, record)
    for _ in range(_LONGEST_CHAIN):
        if source.actor != CASCADE or (cause := archive.cause_of(source)) is None:
            break
        source = _first_of_command(archive, cause)
    if source.position == record.position:
        return who_acted(source), None
    moment = shown(source.happened_at, time_zone)
    said = told(archive, source, time_zone, about=stream_subject(record.stream))
    return who_acted(source), f"{said} (event {source.position}, {moment})"


def _first_of_command(archive: Archive, record: Record) -> Record:
    found = archive.snapshot.command(record.command_id)
    first = None if found is None else archive.record_at(found.first)
    return record if first is None else first


def _participant_now(archive: Archive, stream: str) -> Participant:
    state = state_at(archive, stream, Moment())
    assert isinstance(state, Participant)
    return state
