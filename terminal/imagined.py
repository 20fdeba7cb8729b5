"""A command and all that follows from it, decided over the states of the log: nothing of it is recorded."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from activities.folding import EMPTY, State, evolve
from activities.streams import Streams
from domain.command import CASCADE, Command
from domain.consequences import consequences_of
from domain.event import Event
from domain.gate import Fact, Facts
from domain.identity import participant_stream, rollout_stream, stream_kind, whose_peers
from domain.participant import stream as participant
from domain.participant.kin import kin_of
from domain.participant.onward import Onward
from domain.participant.state import Participant
from domain.programme import Programme
from domain.rollout import stream as rollout
from domain.rollout.state import Rollout
from eventlog.reading import Snapshot

if TYPE_CHECKING:
    from activities.proposal import Decided


class Imagined:
    """A rollout as it would become. What it decides is kept in memory, over what a snapshot of the log shows."""

    def __init__(
        self, programme: Programme, rollout_id: str, rights: frozenset[str], at: datetime, snapshot: Snapshot | None
    ) -> None:
        self.programme = programme
        self.rollout_id = rollout_id
        self.at = at
        #: every event that would be recorded, with its stream. The states between are not kept: each of a rollout has a
        #: roster of its own, which of 4,000 schools are 400 MB
        self.events: list[tuple[str, Event]] = []
        self._rights = rights
        self._snapshot = snapshot
        self._streams = Streams(most=100_000)
        self._states: dict[str, State] = {}
        self._commands = 0

    @property
    def rollout(self) -> Rollout:
        state = self.state(rollout_stream(self.rollout_id))
        assert isinstance(state, Rollout)
        return state

    def participant(self, participant: str) -> Participant:
        state = self.state(participant_stream(participant))
        assert isinstance(state, Participant)
        return state

    def state(self, stream: str) -> State:
        if stream not in self._states:
            kept = EMPTY[stream_kind(stream)]
            self._states[stream] = self._streams.load(self._snapshot, stream).state if self._snapshot else kept
        return self._states[stream]

    def check(self, command: Command) -> None:
        """Decide a command to the rollout, and forget what came of it. Raises Refused."""
        rollout.decide(self.programme, self.rollout, self.facts_of(self.rollout), self._timed(command))

    def ask(self, stream: str, command: Command) -> None:
        """Decide the command, and then whatever follows for other streams. Raises Refused."""
        waiting: deque[tuple[str, Command]] = deque([(stream, command)])
        while waiting:
            target, asked = waiting.popleft()
            for each in self._targets(target):
                waiting.extend(self._follow(each, asked))

    def _follow(self, stream: str, command: Command) -> Iterator[tuple[str, Command]]:
        before = self.state(stream)
        decision = self._decided(before, self._timed(command))
        for event in decision.events:
            after = evolve(before, event, self.at, before.version + 1)
            self.events.append((stream, event))
            for onward in consequences_of(self.programme, before, after, event):
                yield onward.stream, self._command(onward)
            before = after
        self._states[stream] = decision.state

    def _decided(self, before: State, command: Command) -> "Decided":
        if isinstance(before, Rollout):
            return rollout.decide(self.programme, before, self.facts_of(before), command)
        assert isinstance(before, Participant)
        return participant.decide(self.programme, before, self.facts_of(before), command)

    def _command(self, onward: Onward) -> Command:
        self._commands += 1
        return onward.command(id=f"imagined:{self._commands}", actor=CASCADE, **onward.arguments)

    def _timed(self, command: Command) -> Command:
        return command.model_copy(update={"at": self.at})

    def _targets(self, target: str) -> list[str]:
        name = whose_peers(target)
        if name is None:
            return [target]
        return [participant_stream(each) for each in self._kin(self.participant(name), "peers")]

    def facts_of(self, state: State) -> Facts:
        position = self._snapshot.position if self._snapshot else 0
        if not isinstance(state, Participant) or not state.version:
            return Facts(position, rights=self._rights)
        related: dict[str, dict[str, dict[str, Fact]]] = {}
        for of_others in self.programme.tier_by_id[state.tier].facts_of_others.values():
            for relation in of_others:
                related[relation] = {kin: dict(self.participant(kin).facts) for kin in self._kin(state, relation)}
        return Facts(position, related=related, rights=self._rights)

    def _kin(self, state: Participant, relation: str) -> list[str]:
        roster = self.rollout.roster
        return kin_of(state, relation, lambda: [each for each, entry in roster.items() if entry.parent == state.parent])


def kinds_of(imagined: Imagined) -> dict[str, int]:
    """How many events of which kind, in the order of their first."""
    found: dict[str, int] = {}
    for _, event in imagined.events:
        found[event.kind()] = found.get(event.kind(), 0) + 1
    return found
