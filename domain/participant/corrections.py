"""Corrections: a wrong fact is corrected by a new event with a reason, never edited."""

from typing import Any, Literal

import msgspec
from msgspec.structs import replace
from pydantic import Field

from domain.command import Command, Instant, TextGiven
from domain.event import Event
from domain.gate import evaluate
from domain.history import Corrected, Happening
from domain.participant.draft import Draft, text_ref
from domain.participant.evidence import MANAGER_DECIDES, EvidenceReviewed
from domain.participant.journey import gates_of
from domain.participant.tasks import ask
from domain.refusal import Reason

# --- commands


class Correct(Command):
    """What an event of this stream should have said: some of its fields, or when it took place."""

    kind: Literal["Correct"] = "Correct"
    version: int = Field(ge=1)
    changes: dict[str, Any] = Field(default_factory=dict)
    took_place: Instant | None = None
    reason: TextGiven


#: what of an event can be corrected; its time can always be
CORRECTABLE: dict[str, frozenset[str]] = {
    "AttendanceCredited": frozenset({"seats", "hours"}),
    "CheckpointHeld": frozenset({"outcome"}),
    "EvidenceReviewed": frozenset({"verdict", "points"}),
    "TaskCompleted": frozenset({"answer"}),
    "SessionPlanned": frozenset({"starts_at"}),
}

# --- refusals

NO_EVENT = Reason("no_event", "{school} has no event {version}; its events go from 1 to {last}.")
NOT_CORRECTABLE = Reason("not_correctable", "'{field}' of {kind} cannot be corrected; what can be is {fields}.")
BAD_CORRECTION = Reason("bad_correction", "{kind} cannot say that: {problem}.")
CORRECTS_NOTHING = Reason("corrects_nothing", "The correction names nothing that changes.")
CORRECTION_OF_CORRECTION = Reason(
    "correction_of_correction", "Event {version} is a correction itself; correct the event {target} again instead."
)

# --- decide


def correct(draft: Draft, command: Correct, history: tuple[Happening, ...]) -> Corrected | None:
    """The correction to record, or None when the event says so already."""
    draft.must_have_happened()
    target = next((each for each in history if each.version == command.version), None)
    if target is None:
        raise NO_EVENT(school=draft.state.school, version=command.version, last=draft.state.version)
    if isinstance(target.event, Corrected):
        raise CORRECTION_OF_CORRECTION(version=command.version, target=target.event.version)
    if not draft.manages:
        _own_or_managed(draft, target)
    current = _as_corrected(target, history)
    changed = _changed(current.event, command)
    happened = command.took_place or current.happened_at
    if changed == current.event and happened == current.happened_at:
        return None
    data: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(changed))
    return Corrected(command.version, data, happened, text_ref(command.reason))


def _own_or_managed(draft: Draft, target: Happening) -> None:
    """Who recorded something may put it right; everything else is for the programme manager."""
    if target.actor != draft.command.actor:
        draft.must_manage()


def doubt_gates(draft: Draft) -> None:
    """Gates that opened and would not open on the corrected facts: nothing is undone, the manager is asked."""
    facts = replace(draft.facts, own=draft.state.facts)
    for gate_id, gate in gates_of(draft.tier):
        if gate_id not in draft.state.gates:
            continue
        if not evaluate(gate, facts, draft.state.id, draft.at, draft.programme.time_zone).open:
            ask(
                draft,
                f"gate/{gate_id.replace(':', '-')}/decide-{draft.state.version}",
                "decide",
                MANAGER_DECIDES,
                subject=gate_id,
            )


def _as_corrected(target: Happening, history: tuple[Happening, ...]) -> Happening:
    for each in reversed(history):
        if isinstance(each.event, Corrected) and each.event.version == target.version:
            return each.event.applied_to(target)
    return target


def _changed(event: Event, command: Correct) -> Event:
    kind = event.kind()
    allowed = CORRECTABLE.get(kind, frozenset())
    for field in command.changes:
        if field not in allowed:
            raise NOT_CORRECTABLE(
                field=field, kind=kind, fields=", ".join(sorted(allowed)) or "only when it took place"
            )
    if not command.changes and command.took_place is None:
        raise CORRECTS_NOTHING()
    data = {**msgspec.json.decode(msgspec.json.encode(event)), **command.changes}
    if isinstance(event, EvidenceReviewed) and "points" in command.changes:
        data["score"] = sum(data["points"].values())
    try:
        return msgspec.json.decode(msgspec.json.encode(data), type=type(event))
    except (msgspec.ValidationError, TypeError, AttributeError) as problem:
        raise BAD_CORRECTION(kind=kind, problem=problem) from problem
