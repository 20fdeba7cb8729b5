"""Corrections: a wrong fact is corrected by a new event with a reason, never edited."""

from typing import Any, Literal

import msgspec
from msgspec.structs import replace
from pydantic import Field

from domain.command import Command, Instant, TextGiven
from domain.event import Event
from domain.history import Corrected, Happening
from domain.participant.attending import AttendanceCredited, audience_of
from domain.participant.draft import Draft, text_ref
from domain.participant.evidence import EvidenceReviewed
from domain.participant.journey import Enrolled
from domain.participant.plans import training_of
from domain.participant.reviews import score_of
from domain.participant.tasks import TaskCompleted, assignment_of, check_answer
from domain.refusal import Reason
from domain.step import AssignmentStep

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
    draft.must_exist()
    draft.must_have_happened()
    target = next((each for each in history if each.version == command.version), None)
    if target is None:
        raise NO_EVENT(school=draft.state.school, version=command.version, last=draft.state.version)
    if isinstance(target.event, Corrected):
        raise CORRECTION_OF_CORRECTION(version=command.version, target=target.event.version)
    if not draft.manages:
        _own_or_managed(draft, target)
    if command.took_place is not None and not isinstance(target.event, Enrolled):
        draft.must_have_happened(command.took_place)
    current = _as_corrected(target, history)
    changed = _changed(draft, current.event, command)
    happened = command.took_place or current.happened_at
    if changed == current.event and happened == current.happened_at:
        return None
    data: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(changed))
    return Corrected(command.version, data, happened, text_ref(command.reason))


def _own_or_managed(draft: Draft, target: Happening) -> None:
    """Who recorded something may put it right; everything else is for the programme manager."""
    if target.actor != draft.command.actor:
        draft.must_manage()


def _as_corrected(target: Happening, history: tuple[Happening, ...]) -> Happening:
    for each in reversed(history):
        if isinstance(each.event, Corrected) and each.event.version == target.version:
            return each.event.applied_to(target)
    return target


def _changed(draft: Draft, event: Event, command: Correct) -> Event:
    kind = event.kind()
    allowed = _correctable(draft, event)
    for field in command.changes:
        if field not in allowed:
            fields = ", ".join(sorted(allowed)) or "only when it took place"
            raise NOT_CORRECTABLE(field=field, kind=kind, fields=fields)
    if not command.changes and command.took_place is None:
        raise CORRECTS_NOTHING()
    data = {**msgspec.json.decode(msgspec.json.encode(event)), **command.changes}
    try:
        return _sound(draft, msgspec.json.decode(msgspec.json.encode(data), type=type(event)))
    except (msgspec.ValidationError, TypeError) as problem:
        raise BAD_CORRECTION(kind=kind, problem=problem) from problem


def _correctable(draft: Draft, event: Event) -> frozenset[str]:
    """An answer is one only to an assignment: of other tasks, what completed them is corrected instead."""
    if isinstance(event, TaskCompleted):
        step = draft.tier.step_by_id.get(event.step or "")
        return CORRECTABLE[event.kind()] if isinstance(step, AssignmentStep) else frozenset()
    return CORRECTABLE.get(event.kind(), frozenset())


def _sound(draft: Draft, event: Event) -> Event:
    """The corrected event, held to what the command that made it is held to."""
    match event:
        case AttendanceCredited():
            return _attendance(draft, event)
        case EvidenceReviewed():
            score = score_of(draft, event.step, event.item, event.verdict, event.points)
            return replace(event, score=score)
        case TaskCompleted():
            step = draft.tier.step_by_id.get(event.step or "")
            if isinstance(step, AssignmentStep):
                check_answer(event.task, event.answer, assignment_of(step, event.task).answers)
            return event
        case _:
            return event


def _attendance(draft: Draft, event: AttendanceCredited) -> AttendanceCredited:
    """Seats that the session asked for; whoever sat there is who sits there now, where nothing else is known."""
    asked = audience_of(draft, event.step)
    for seat in event.seats:
        if seat not in asked:
            problem = f"the session asked for the seats {', '.join(asked)}, not for '{seat}'"
            raise BAD_CORRECTION(kind=event.kind(), problem=problem)
    sessions = training_of(draft, draft.state.tier, event.step).sessions
    most = max(each.hours for each in sessions)
    if not 0 <= event.hours <= most:
        raise BAD_CORRECTION(kind=event.kind(), problem=f"a session has 0 to {most} hours, not {event.hours}")
    persons = {seat: event.persons.get(seat) or draft.state.seats[seat].person for seat in event.seats}
    known = {seat: person for seat, person in persons.items() if person is not None}
    return replace(event, persons=known, attended=bool(event.seats))
