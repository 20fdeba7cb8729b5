"""Whether every event that opened a gate was right to: evaluated again on the facts at its own position."""

from collections import deque
from collections.abc import Callable, Collection, Mapping

import msgspec

from audit.related import facts_of, verdict_on
from domain import gate_ids
from domain.gate import GATE, Gate, Reading
from domain.identity import participant_stream
from domain.participant.journey import Certified
from domain.participant.state import Participant
from domain.participant.steps import GateOpened, StepStarted
from domain.programme import Programme
from eventlog.record import Record

#: A decision is recorded a moment after it was taken: facts older than so many positions are folded from the log anew.
WINDOW = 5_000

Find = Callable[[str, int | None, str], None]


class FactHistory:
    """The facts of one participant, after each of its latest commands."""

    def __init__(self) -> None:
        self._kept: deque[tuple[int, Participant]] = deque()

    def add(self, position: int, state: Participant) -> None:
        if self._kept and self._kept[-1][1].facts is state.facts and self._kept[-1][1].parent == state.parent:
            return
        self._kept.append((position, state))
        while len(self._kept) > 1 and self._kept[1][0] <= position - WINDOW:
            self._kept.popleft()

    def at(self, position: int) -> Participant | None:
        """The state by then; None where what is kept begins later."""
        for since, state in reversed(self._kept):
            if since <= position:
                return state
        return None


class Judge:
    """Follows the participants of a log, and evaluates each gate when the event comes by that opened it."""

    def __init__(self, find: Find, fold_to: Callable[[str, int], Participant], lost: Collection[str]) -> None:
        self._find = find
        self._fold_to = fold_to
        #: streams that can't be folded: what was read of them can't be judged
        self._lost = lost
        self._histories: dict[str, FactHistory] = {}
        #: position of each participant's last event
        self._last: dict[str, int] = {}
        #: parent -> participants below it, and the position at which each began
        self._below: dict[tuple[str, str | None], dict[str, int]] = {}
        #: participants that were handed over: whose child they were is read from their states
        self._handed_over: set[str] = set()

    def follow(self, position: int, state: Participant) -> None:
        """A command to a participant was recorded; `position` is that of its last event."""
        self._last[state.id] = position
        self._histories.setdefault(state.id, FactHistory()).add(position, state)
        self._below.setdefault((state.rollout, state.parent), {}).setdefault(state.id, position)
        if state.past_parents:
            self._handed_over.add(state.id)

    def judge(
        self, record: Record, event: GateOpened, programme: Programme, before: Participant, decided_on: Participant
    ) -> None:
        """`before`: the state right before the event; `decided_on`: that before the first event of its command."""
        gate = self._rule(record, event, programme, before)
        if gate is None:
            return
        if event.position >= record.position:
            self._find("gate", record.position, f"It says to have read facts at {event.position}, which is not before.")
            return
        if event.position < self._last.get(before.id, 0):
            sentence = f"It says to have read facts at {event.position}, without what its own stream said by then."
            self._find("gate", record.position, sentence)
        if any(participant_stream(each.of) in self._lost for each in event.readings):
            return
        peers = self._peers(before, event.position)
        facts = facts_of(gate, decided_on, event.position, peers, lambda each: self._state(each, event.position))
        facts = msgspec.structs.replace(facts, own=before.facts)
        verdict = verdict_on(gate, facts, before.id, record, programme.time_zone)
        where = f"gate {event.gate} of {before.id}"
        if not verdict.open:
            self._find("gate", record.position, f"The {where} is shut on the facts at {event.position}.")
        if sorted(verdict.readings, key=_place) != sorted(event.readings, key=_place):
            self._find("gate", record.position, f"The {where} says to have read other facts than there were.")

    def _rule(self, record: Record, event: GateOpened, programme: Programme, before: Participant) -> Gate | None:
        tier = programme.tier_by_id.get(before.tier)
        gate = tier.gates.get(event.gate) if tier is not None else None
        if gate is None:
            self._find("gate", record.position, f"The definition has no gate {event.gate} at {before.tier}.")
            return None
        if GATE.dump_python(gate, mode="json", by_alias=True, exclude_none=True) != event.rule:
            self._find("gate", record.position, f"The rule of gate {event.gate} is not the one of the definition.")
        if event.gate in before.gates:
            self._find("gate", record.position, f"The gate {event.gate} of {before.id} was open already.")
        return gate

    def _state(self, participant: str, position: int) -> Participant:
        history = self._histories.get(participant)
        found = None if history is None else history.at(position)
        return found or self._fold_to(participant_stream(participant), position)

    def _peers(self, state: Participant, position: int) -> list[str]:
        below: Mapping[str, int] = self._below.get((state.rollout, state.parent), {})
        return [each for each, began in below.items() if began <= position and self._is_below(state, each, position)]

    def _is_below(self, state: Participant, peer: str, position: int) -> bool:
        return peer not in self._handed_over or self._state(peer, position).parent == state.parent

    def require_gate(self, record: Record, event: object, programme: Programme, before: Participant) -> None:
        """What only an open gate lets happen."""
        tier = programme.tier_by_id.get(before.tier)
        match event:
            case Certified() if gate_ids.CERTIFY not in before.gates:
                self._find("gate", record.position, f"{before.id} was certified, and its gate is shut.")
            case StepStarted(step=step_id) if tier is not None:
                step = tier.step_by_id.get(step_id)
                if step is not None and step.enter is not None and gate_ids.enter(step_id) not in before.gates:
                    self._find("gate", record.position, f"{before.id} started {step_id}, and its gate is shut.")
            case _:
                pass


def _place(reading: Reading) -> tuple[str, str]:
    return reading.of, reading.fact
