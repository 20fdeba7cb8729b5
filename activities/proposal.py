"""What the door proposes to the log: events, the rows of the views, what follows for others, who is told."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

import msgspec

from activities import observing
from activities.folding import Folded, State, evolve, folded
from domain import codec
from domain.calendar import out_of_quiet_hours
from domain.command import CASCADE, Command
from domain.consequences import consequence_id, consequences_of
from domain.event import Event
from domain.history import Corrected
from domain.identity import rollout_of_stream
from domain.participant.draft import calendar_of
from domain.participant.journey import NoteNomination, Reconsider
from domain.participant.notices import Notice, notices
from domain.participant.onward import Onward
from domain.participant.state import Participant
from domain.programme import Programme
from domain.standing import Standing, standing_of
from domain.views import changes
from eventlog.canonical import checked
from eventlog.record import Append, NewEvent, NewFollowup, NewNotice, RowChange


class Decided(Protocol):
    """What a stream of any kind decided: the events to record, the state after them, and on whose behalf."""

    @property
    def events(self) -> tuple[Event, ...]: ...
    @property
    def state(self) -> State: ...
    @property
    def on_behalf_of(self) -> str | None: ...


class Proposal(msgspec.Struct, frozen=True):
    """An append, and what is known once it is durable."""

    request: Append
    after: Folded
    standing: Standing


def request_of(
    stream: str, command: Command, programme: Programme | None, before: Folded, decision: Decided
) -> Proposal:
    after = folded(stream, decision.state, programme)
    happened_at = command.happened_at or command.now
    steps = list(_states(before.state, decision, happened_at))
    request = Append(
        stream=stream,
        expected=before.state.version,
        command_id=command.id,
        command_digest=command.fingerprint(),
        events=tuple(
            NewEvent(event.kind(), event.schema, checked(codec.encode(event)), happened_at) for event in decision.events
        ),
        at=command.now,
        actor=command.actor,
        on_behalf_of=decision.on_behalf_of,
        entered_by=command.entered_by,
        rollout=rollout_of_stream(stream),
        programme=programme.programme if programme else None,
        programme_version=programme.version if programme else None,
        trace_id=command.trace_id or observing.current_trace_id(),
        rows=tuple(
            RowChange(view, key, None if row is None else dict(row))
            for view, key, row in changes(before.rows, after.rows)
        ),
        followups=tuple(_followups(stream, programme, before.state.version, steps, command.now)),
        notices=tuple(_notices(stream, programme, before.state.version, steps, command.now)),
    )
    return Proposal(request, after, standing_of(programme, after.state, after.due_at))


#: commands that say how things stand now, whatever was said before
_THE_LAST_IS_ENOUGH = (Reconsider, NoteNomination)

#: an event, with the state before and after it
Step = tuple[State, State, Event]


def _states(state: State, decision: Decided, happened_at: datetime) -> Iterator[Step]:
    """Every event with the states around it; after a correction only the state at the end is the true one."""
    for event in decision.events:
        after = evolve(state, event, happened_at, state.version + 1)
        if isinstance(event, Corrected):
            after = decision.state
        yield state, after, event
        state = after


def _followups(
    stream: str, programme: Programme | None, version: int, steps: list[Step], at: datetime
) -> Iterator[NewFollowup]:
    """The date goes with each: in a rehearsal that is the only clock that the other stream has."""
    if programme is None:
        return
    found = [(number, each) for number, step in enumerate(steps) for each in consequences_of(programme, *step)]
    last = {_subject(each): ordinal for ordinal, (_, each) in enumerate(found) if each.command in _THE_LAST_IS_ENOUGH}
    for ordinal, (number, each) in enumerate(found):
        if each.command in _THE_LAST_IS_ENOUGH and last[_subject(each)] != ordinal:
            continue
        command_id = consequence_id(stream, version + number + 1, ordinal)
        command = each.command(id=command_id, actor=CASCADE, at=at, **each.arguments)
        yield NewFollowup(command_id, each.stream, command.model_dump_json(exclude_none=True).encode(), number)


def _subject(each: Onward) -> tuple[object, ...]:
    return each.stream, each.command, each.arguments.get("tier")


def _notices(
    stream: str, programme: Programme | None, version: int, steps: list[Step], at: datetime
) -> Iterator[NewNotice]:
    """Nobody is told anything in quiet hours: what is to be said waits for the morning."""
    if programme is None:
        return
    ordinal = 0
    for number, (_, after, event) in enumerate(steps):
        if not isinstance(after, Participant):
            continue
        for each in notices(after, event, at):
            ordinal += 1
            yield _notice(f"{stream}@{version + number + 1}!{ordinal}", programme, after, each, number, at)


def _notice(
    notice_id: str, programme: Programme, state: Participant, notice: Notice, number: int, at: datetime
) -> NewNotice:
    return NewNotice(
        id=notice_id,
        template=notice.template,
        params=json.dumps(notice.parameters, sort_keys=True),
        not_before=out_of_quiet_hours(at, calendar_of(programme, state), programme.time_zone),
        to_person=notice.person,
        to_role=notice.right,
        event=number,
    )
