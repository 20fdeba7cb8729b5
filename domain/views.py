"""Rows of the views: pure functions of one stream's state, so that a view can be dropped and rebuilt."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from domain.identity import participant_stream, rollout_stream
from domain.organisation.stream import Organisation
from domain.participant.draft import substitute_now
from domain.participant.state import Participant, Task
from domain.rollout.state import Rollout

#: a rollout of a thousand schools has all its rows made anew by each command
_ENCODER = msgspec.json.Encoder(order="sorted")

#: (view, key) -> the columns that are not key
Rows = dict[tuple[str, tuple[Any, ...]], Mapping[str, Any]]


def participant_rows(state: Participant, due_at: datetime | None) -> Rows:
    stream = participant_stream(state.id)
    rows: Rows = {
        ("participants", (stream,)): _participant(state),
        ("dues", (stream,)): {
            "rollout": state.rollout,
            "due_at": due_at,
            "ended": state.ended,
        },
    }
    for task in state.tasks.values():
        rows["tasks", (stream, task.id)] = _task(state, task)
    for name, fact in state.facts.items():
        rows["facts", (stream, name)] = {"value": _json(fact.value), "version": fact.version}
    rows.update(_lineage(stream, state))
    return rows


def rollout_rows(state: Rollout) -> Rows:
    stream = rollout_stream(state.id)
    rows: Rows = {
        ("rollouts", (stream,)): {
            "rollout": state.id,
            "programme": state.programme,
            "programme_version": state.programme_version,
            "cohort": state.cohort,
            "status": state.status,
            "started_at": state.started_at,
            "ended_at": state.closed_at,
            "title": None,
        },
        ("dues", (stream,)): {
            "rollout": state.id,
            "due_at": None,
            "ended": state.status == "closed",
        },
    }
    for participant, entry in state.roster.items():
        rows["roster", (stream, participant)] = {
            "school": entry.school,
            "tier": entry.tier,
            "parent": entry.parent,
            "status": entry.status,
            "names": _json(entry.names),
        }
    return rows


def organisation_rows(stream: str, state: Organisation) -> Rows:
    rows: Rows = {}
    for person, known in state.persons.items():
        rows["persons", (stream, person)] = {"status": "known" if known else "erased"}
    for right in state.rights:
        rows["rights", (stream, *right)] = {}
    for digest, (programme, version) in state.programmes.items():
        rows["programmes_used", (stream, programme, str(version))] = {"digest": digest}
    return rows


def changes(before: Rows, after: Rows) -> Iterator[tuple[str, tuple[Any, ...], Mapping[str, Any] | None]]:
    """What to write so that the rows before become those after: (view, key, columns; None: the row goes)."""
    for place, row in after.items():
        if before.get(place) != row:
            yield (*place, row)
    for view, key in before.keys() - after.keys():
        yield view, key, None


def _json(value: object) -> str:
    return _ENCODER.encode(value).decode()


def _participant(state: Participant) -> Mapping[str, Any]:
    return {
        "rollout": state.rollout,
        "participant": state.id,
        "school": state.school,
        "tier": state.tier,
        "parent": state.parent,
        "status": "paused" if state.paused_at is not None else state.phase,
        "phase": state.phase,
        "region": state.region,
        "language": state.language,
        "seats_filled": sum(seat.person is not None for seat in state.seats.values()),
        "seats_total": len(state.seats),
        "certified_at": state.certified_at,
        "ended_at": state.ended_at,
        "waits_for": _waits_for(state),
    }


def _waits_for(state: Participant) -> str | None:
    """The role that has had something to do for longest, and what; else what has to come from elsewhere."""
    first = min(state.tasks.values(), key=lambda task: (task.due_at, task.id), default=None)
    if first is not None or state.ended:
        return None if first is None else f"{first.role}: {first.id}"
    booked = [(each.starts_at, name) for name, each in state.bookings.items() if each.status == "booked"]
    if booked:
        return f"session: {min(booked)[1]}"
    under_way = sum(child.ended is None for child in state.children.values())
    return f"children: {under_way}" if under_way else "gate: nothing is asked of anybody"


def _task(state: Participant, task: Task) -> Mapping[str, Any]:
    person, substitute = _holder(state, task)
    return {
        "rollout": state.rollout,
        "participant": state.id,
        "tier": state.tier,
        "step": task.step,
        "kind": task.kind,
        "role": task.role,
        "person": person,
        "substitute": substitute,
        "asked_at": task.asked_at,
        "due_at": task.due_at,
        "status": "overdue" if task.overdue else "open",
    }


def _holder(state: Participant, task: Task) -> tuple[str | None, str | None]:
    """Whose task it is. A substitute stands beside the holder; when the absence is over, an event says so."""
    if task.role in state.duties:
        return state.duties[task.role].person, None
    for seat in state.seats.values():
        if seat.role == task.role and seat.person is not None:
            return seat.person, substitute_now(seat, task.asked_at)
    return None, None


def _lineage(stream: str, state: Participant) -> Iterator[tuple[tuple[str, tuple[Any, ...]], Mapping[str, Any]]]:
    """Who prepared, mentors and reviews the participant now, and who certified it."""
    if state.parent is not None and state.enrolled_at is not None:
        yield (
            ("lineage", (stream, "parent", state.parent, state.parent_since or state.enrolled_at)),
            {"step": None, "until": state.ended_at},
        )
    for past in state.past_parents:
        yield ("lineage", (stream, "parent", past.parent, past.since)), {"step": None, "until": past.until}
    for each in state.past_duties:
        yield ("lineage", (stream, each.duty, each.person, each.since)), {"step": None, "until": each.until}
    for duty, has in state.duties.items():
        yield ("lineage", (stream, duty, has.person, has.since)), {"step": None, "until": state.ended_at}
    for booking in state.bookings.values():
        if booking.status == "attended":
            row = {"step": booking.step, "until": booking.starts_at}
            yield ("lineage", (stream, "trained", booking.host, booking.starts_at)), row
    if state.certified_at is not None and state.parent is not None:
        yield ("lineage", (stream, "certified", state.id, state.certified_at)), {"step": None, "until": None}
