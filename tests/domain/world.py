"""A whole rollout in memory: streams, deliveries between them, and a calendar that is moved on from date to date."""

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from domain.command import CASCADE, CLOCK, Command, PassTime
from domain.event import Event
from domain.gate import Fact, Facts
from domain.history import Happening
from domain.identity import participant_id, participant_stream, rollout_stream, stream_subject
from domain.participant import onward
from domain.participant import stream as participant
from domain.participant.draft import holders_of
from domain.participant.notices import notices
from domain.participant.state import Participant
from domain.programme import Programme
from domain.rollout import stream as rollout
from domain.rollout.commands import NominateSchools
from domain.rollout.state import Rollout

Stated = Participant | Rollout


class World:
    """Every stream of one rollout. Decides, records and delivers as the door does, without a log.

    `twice`: everything is asked once more at the same moment, and nothing may come of it.
    """

    def __init__(self, programme: Programme, rollout_id: str, now: datetime, *, twice: bool = False) -> None:
        self.programme = programme
        self.id = rollout_id
        self.now = now
        self.history: dict[str, list[Happening]] = {}
        self.states: dict[str, Stated] = {}
        #: person -> what the person may do in this rollout
        self.rights: dict[str, frozenset[str]] = {}
        self.twice = twice
        self.position = 0
        self.commands = 0
        self._waiting: deque[tuple[str, type[Command], Mapping[str, Any]]] = deque()

    # --- questions

    @property
    def rollout(self) -> Rollout:
        state = self.states[rollout_stream(self.id)]
        assert isinstance(state, Rollout)
        return state

    def school(self, school: str) -> Participant:
        state = self.states.get(participant_stream(participant_id(self.id, school)), Participant())
        assert isinstance(state, Participant)
        return state

    @property
    def participants(self) -> dict[str, Participant]:
        return {state.school: state for state in self.states.values() if isinstance(state, Participant)}

    def events_of(self, school: str) -> list[Event]:
        return [each.event for each in self.history[participant_stream(participant_id(self.id, school))]]

    # --- acting

    def ask(self, stream: str, kind: type[Command], actor: str, **arguments: Any) -> tuple[Event, ...]:
        """Send a command and deliver everything that follows from it. Raises Refused."""
        events = self._record(stream, kind, actor, arguments)
        while self._waiting:
            target, following, given = self._waiting.popleft()
            for each in self._streams(target):
                self._record(each, following, CASCADE, given)
        return events

    def ask_school(self, school: str, kind: type[Command], actor: str, **arguments: Any) -> tuple[Event, ...]:
        return self.ask(participant_stream(participant_id(self.id, school)), kind, actor, **arguments)

    def ask_rollout(self, kind: type[Command], actor: str, **arguments: Any) -> tuple[Event, ...]:
        return self.ask(rollout_stream(self.id), kind, actor, **arguments)

    def next_due(self) -> datetime | None:
        dates = (participant.next_due(self.programme, state) for state in self.participants.values())
        return min((each for each in dates if each is not None), default=None)

    def pass_time(self, to: datetime) -> int:
        """Let the clock act at `to` wherever something has fallen due; says how many events that were."""
        self.now = to
        count = 0
        for stream, state in list(self.states.items()):
            due = participant.next_due(self.programme, state) if isinstance(state, Participant) else None
            if due is not None and due <= to:
                count += len(self.ask(stream, PassTime, CLOCK))
        return count

    def wait_until(self, to: datetime) -> None:
        """The clock acts on every date until `to`, and nobody else does."""
        while (due := self.next_due()) is not None and due <= to:
            assert self.pass_time(max(due, self.now)), f"the clock came at {due} and nothing came of it"
        self.now = max(self.now, to)

    def wait(self, **span: float) -> None:
        self.wait_until(self.now + timedelta(**span))

    # --- as the door does it

    def _record(self, stream: str, kind: type[Command], actor: str, given: Mapping[str, Any]) -> tuple[Event, ...]:
        self.commands += 1
        command = kind(id=f"c-{self.commands}", actor=actor, at=self.now, **given)
        before, decision = self._decide(stream, command)
        self._keep(stream, command, before, decision)
        if self.twice:
            again = self._decide(stream, command)[1].events
            assert not again, f"{command.kind} was asked again, and {again} came of it"
        return tuple(decision.events)

    def _decide(self, stream: str, command: Command) -> tuple[Any, Any]:
        before: Any = self.states.get(stream) or (Rollout() if stream.startswith("rollout:") else Participant())
        if isinstance(before, Rollout):
            return before, rollout.decide(self.programme, before, self._facts_of_rollout(command), command)
        past = tuple(self.history.get(stream, ()))
        facts = self._facts(before, command.actor)
        return before, participant.decide(self.programme, before, facts, command, past)

    def _keep(self, stream: str, command: Command, before: Any, decision: Any) -> None:
        happened = command.happened_at or self.now
        state = before
        for event in decision.events:
            self.position += 1
            version = state.version + 1
            self.history.setdefault(stream, []).append(
                Happening(self.position, version, event, happened, self.now, command.actor)
            )
            after: Any
            if isinstance(state, Rollout):
                after = rollout.evolve(state, event, happened, version)
                follows = rollout.consequences(self.programme, state, after, event)
            else:
                after = participant.evolve(state, event, happened, version)
                follows = onward.consequences(self.programme, state, after, event)
                list(notices(after, event, self.now))
            self._waiting.extend((each.stream, each.command, each.arguments) for each in follows)
            state = after
        self.states[stream] = decision.state

    def _streams(self, target: str) -> Iterator[str]:
        if not target.startswith("peers:"):
            yield target
            return
        of = self.participants[stream_subject(target).partition("/")[2]]
        for each in self.participants.values():
            if each.parent == of.parent and each.id != of.id:
                yield participant_stream(each.id)

    def _facts_of_rollout(self, command: Command) -> Facts:
        rights = self.rights.get(command.actor, frozenset())
        if isinstance(command, NominateSchools):
            parent = self.school(command.parent)
            roles = {seat.role for seat in parent.seats.values()}
            rights |= {f"role:{role}" for role in roles if command.actor in holders_of(parent, role, self.now)}
        return Facts(self.position, rights=rights)

    def _facts(self, state: Participant, actor: str) -> Facts:
        by_id = {each.id: each.facts for each in self.participants.values()}
        parent = {} if state.parent is None else {state.parent: by_id[state.parent]}
        children = {child: by_id.get(child, {}) for child, each in state.children.items() if each.ended != "withdrawn"}
        peers = {
            each.id: each.facts
            for each in self.participants.values()
            if each.parent == state.parent and each.id != state.id
        }
        related: dict[str, dict[str, Mapping[str, Fact]]] = {"parent": parent, "children": children, "peers": peers}
        return Facts(self.position, related=related, rights=self.rights.get(actor, frozenset()))
