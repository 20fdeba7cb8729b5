"""Doubts: gates that opened and, as is known after a correction, should have stayed shut."""

from collections.abc import Iterable, Mapping

import msgspec

from domain import task_ids
from domain.gate import Fact, Facts, Gate, evaluate
from domain.history import Happening, corrected
from domain.participant.draft import Draft
from domain.participant.state import Participant
from domain.participant.steps import GateOpened, is_complete
from domain.participant.tasks import MANAGER_DECIDES, ask, withdraw_task


class _Opening(msgspec.Struct, frozen=True):
    """A gate as it opened: the event, and the participant as it was just before."""

    happening: Happening
    event: GateOpened
    before: Participant


def doubt_gates(draft: Draft, history: tuple[Happening, ...], correction: Happening) -> None:
    """Nothing is undone: the manager is asked about each gate that the correction would have kept shut."""
    gates = draft.tier.gates
    held = {each.event.gate: _would_open(draft, each, gates) for each in _openings(draft, history)}
    for each in _openings(draft, (*history, correction)):
        gate, holds = each.event.gate, _would_open(draft, each, gates)
        if held[gate] and not holds:
            name = task_ids.decide(task_ids.about_gate(gate), draft.state.version)
            ask(draft, name, "decide", MANAGER_DECIDES, subject=gate)
        elif holds and not held[gate]:
            _dispel(draft, gate)


def _dispel(draft: Draft, gate: str) -> None:
    """A further correction put it right again."""
    for task in list(draft.state.tasks.values()):
        if task.kind == "decide" and task.step is None and task.subject == gate:
            withdraw_task(draft, task.id)


def _openings(draft: Draft, history: Iterable[Happening]) -> list[_Opening]:
    """The gates that opened, each with the state before it as is known now."""
    found: list[_Opening] = []
    state = Participant()
    for each in corrected(history):
        if isinstance(each.event, GateOpened):
            found.append(_Opening(each, each.event, state))
        state = draft.evolve(state, each.event, each.happened_at, each.version)
    return found


def _would_open(draft: Draft, opening: _Opening, gates: Mapping[str, Gate]) -> bool:
    gate = gates.get(opening.event.gate)
    if gate is None:
        return True
    own = {**opening.before.facts, **_undone(draft, opening.before)}
    facts = Facts(opening.event.position, own, _related(opening))
    at = opening.happening.recorded_at
    return evaluate(gate, facts, draft.state.id, at, draft.programme.time_zone).open


def _undone(draft: Draft, state: Participant) -> dict[str, Fact]:
    """Steps that were completed on what is no longer so, and those that came after them."""
    then = Draft(draft.programme, state, draft.facts, draft.command, draft.evolve)
    undone: set[str] = set()
    for step in draft.tier.steps:
        under_way = state.steps.get(step.id)
        if under_way is None or under_way.done_at is None:
            continue
        if undone.intersection(step.after) or not is_complete(then, step):
            undone.add(step.id)
    return {f"{step}.done": Fact(False, state.version) for step in undone}


def _related(opening: _Opening) -> dict[str, dict[str, dict[str, Fact]]]:
    """The facts of others as the gate read them: a correction here changes nothing of them."""
    related: dict[str, dict[str, dict[str, Fact]]] = {}
    for reading in opening.event.readings:
        if reading.of == opening.before.id:
            continue
        relations = ["peers", "outside"]
        if reading.of == opening.before.parent:
            relations = ["parent"]
        elif reading.of in opening.before.children:
            relations = ["children"]
        for relation in relations:
            sheet = related.setdefault(relation, {}).setdefault(reading.of, {})
            sheet[reading.fact] = Fact(reading.value, reading.version)
    return related
