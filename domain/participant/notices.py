"""Notices: who is told of what happens to a participant, and by which message."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from domain.event import Event
from domain.participant import attending, evidence, journey, mentoring, tasks
from domain.participant.draft import substitute_now
from domain.participant.state import Participant


class Notice(msgspec.Struct, frozen=True):
    """Something to tell: to one person, or to everybody with a right."""

    template: str
    person: str | None
    right: str | None
    parameters: dict[str, str]


def notices(state: Participant, event: Event, at: datetime) -> Iterator[Notice]:
    """Who is told of an event."""
    match event:
        case tasks.TaskAsked() | tasks.TaskReminded() | tasks.TaskOverdue():
            task = state.tasks.get(event.task)
            due = task.due_at if task else at
            yield from _to_role(state, event.kind(), event.role, at, {"task": event.task, "due": due.isoformat()})
        case tasks.TaskEscalated():
            yield from _to_role(state, event.kind(), event.to, at, {"task": event.task, "role": event.role})
        case tasks.DeadlineMoved():
            task = state.tasks.get(event.task)
            if task is not None:
                due_words = {"task": event.task, "due": event.due_at.isoformat(), "because": event.because}
                yield from _to_role(state, event.kind(), task.role, at, due_words)
        case evidence.EvidenceReviewed():
            submitter = state.attempts(event.step, event.item)[event.attempt - 1].submitter
            words = {"step": event.step, "item": event.item, "verdict": event.verdict}
            yield Notice(event.kind(), submitter, None, _about(state, words))
        case mentoring.CheckpointMissed():
            yield from _to_role(
                state, event.kind(), "programme-manager", at, {"step": event.step, "number": str(event.number)}
            )
        case attending.SessionBooked():
            yield from _to_seats(state, event, event.starts_at)
        case journey.Certified() | journey.Withdrawn():
            for person in dict.fromkeys(seat.person for seat in state.seats.values() if seat.person is not None):
                yield Notice(event.kind(), person, None, _about(state, {"tier": state.tier}))
        case _:
            pass


def _to_role(state: Participant, template: str, role: str, at: datetime, words: dict[str, str]) -> Iterator[Notice]:
    """To whoever acts in the role now: the substitute instead of the holder while the holder is away."""
    if role not in state.duties and all(seat.role != role for seat in state.seats.values()):
        yield Notice(template, None, role, _about(state, words))
        return
    if role in state.duties:
        yield Notice(template, state.duties[role].person, None, _about(state, words))
    for seat in state.seats.values():
        person = substitute_now(seat, at) or seat.person
        if seat.role == role and person is not None:
            yield Notice(template, person, None, _about(state, words))


def _to_seats(state: Participant, event: attending.SessionBooked, starts: datetime) -> Iterator[Notice]:
    under_way = state.steps.get(event.step)
    ends = starts + timedelta(hours=event.hours)
    words = {"session": event.session, "step": event.step, "starts": starts.isoformat(), "ends": ends.isoformat()}
    for name, seat in state.seats.items():
        if seat.person is not None and (under_way is None or name in under_way.audience):
            yield Notice(event.kind(), seat.person, None, _about(state, words))


def _about(state: Participant, words: dict[str, str]) -> dict[str, str]:
    return {"rollout": state.rollout, "school": state.school, **words}
