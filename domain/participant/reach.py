"""Reach: what a participant can still come to, as things stand and whatever others may do.

Own answers and verdicts are final unless somebody is asked for them again; facts of others may always change, dates may
come. So what is out of reach here is out of reach, and what is not may be so all the same.
"""

from datetime import date
from functools import cached_property

from domain import fact_names, gate_ids, task_ids
from domain.calendar import local_day
from domain.gate import AllOf, Among, AnyOf, AtLeast, DateIs, FactIs, Gate, evaluate, wanted
from domain.participant.childless import goes_on_without, lacks_children
from domain.participant.draft import Draft
from domain.participant.evidence import is_accepted, items_of
from domain.participant.plans import is_for_nobody
from domain.participant.steps import is_done
from domain.step import AssignmentStep, CycleStep, DeliveryStep, EvidenceStep, Step, TrainingStep


class Reach:
    """Grown from what is so already until nothing is added."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._state = draft.state
        self._tier = draft.tier
        self._begun = set(self._state.steps)
        self._done = {name for name, step in self._state.steps.items() if step.done_at is not None}
        self._opened = set(self._state.gates)
        self._ahead = {name: gate for name, gate in self._tier.gates.items() if name not in self._opened}
        while self._grows() and (self._ahead or len(self._done) < len(self._tier.steps)):
            pass

    def _grows(self) -> bool:
        """Only what is not reached yet is looked at again, in the order in which most of it comes."""
        before = len(self._begun) + len(self._done) + len(self._opened)
        for step in self._tier.steps:
            if step.id in self._done:
                continue
            self._look_at(gate_ids.enter(step.id))
            if step.id not in self._begun and self._may_begin(step):
                self._begun.add(step.id)
            if step.id in self._begun and self._may_go_on(step):
                self._done.add(step.id)
        for name in tuple(self._ahead):
            self._look_at(name)
        return before < len(self._begun) + len(self._done) + len(self._opened)

    def _look_at(self, name: str) -> None:
        """Open the gate, if it is still ahead and may hold."""
        gate = self._ahead.get(name)
        if gate is not None and self._may_hold(gate):
            del self._ahead[name]
            self._opened.add(name)

    # --- questions

    def missing(self) -> tuple[str, ...]:
        """What its journey needs and can't come any more: steps, and gates by their ids."""
        steps = (step.id for step in self._tier.steps if step.id not in self._done)
        return (*steps, *(gate for gate in self._gates() if gate not in self._opened))

    def is_exhausted(self) -> bool:
        """Whether it has come to all that it can, so that nothing is left to wait for."""
        children = self._state.children.values()
        if self._state.tasks or any(child.ended is None for child in children):
            return False
        gates = (gate for gate in self._gates() if gate in self._opened)
        return all(map(self._is_over, self._done)) and self._state.gates.keys() >= set(gates)

    def _is_over(self, name: str) -> bool:
        """Done, or a delivery to which nobody comes any more."""
        step = self._tier.step_by_id[name]
        return is_done(self._state, name) or (isinstance(step, DeliveryStep) and self._is_deserted(step))

    def _is_deserted(self, step: DeliveryStep) -> bool:
        """It has nobody to train, nothing to record, and its openings bring nobody."""
        openings = [each.tier for each in self._tier.opens if each.tier in step.tiers]
        if not openings or any(task.step == step.id for task in self._state.tasks.values()):
            return False
        return is_for_nobody(self._draft, step) and not any(map(self._may_bring, openings))

    def _gates(self) -> list[str]:
        """Those that the journey needs beside its steps."""
        openings = [each.tier for each in self._tier.opens if not goes_on_without(self._state, each.tier)]
        certify = [gate_ids.CERTIFY] if self._tier.certification is not None else []
        return [*certify, *map(gate_ids.opening, openings)]

    # --- what may come

    def _may_begin(self, step: Step) -> bool:
        if not self._done.issuperset(step.after):
            return False
        # A delivery ends without having begun when it has nobody to train.
        for_nobody = isinstance(step, DeliveryStep) and is_for_nobody(self._draft, step)
        return step.enter is None or for_nobody or gate_ids.enter(step.id) in self._opened

    def _may_go_on(self, step: Step) -> bool:
        """Whether something of the step is asked of anybody, or can be. Sessions are held by the parent alone."""
        if isinstance(step, TrainingStep) and self._state.parent_left:
            return False
        if isinstance(step, EvidenceStep | CycleStep) and step.id in self._state.steps:
            return self._is_asked_for(step)
        return True

    def _is_asked_for(self, step: EvidenceStep | CycleStep) -> bool:
        """Whether all that is not accepted yet is asked of somebody; of a cycle, one phase at a time is."""
        asked = {task.subject for task in self._state.tasks.values() if task.step == step.id}
        lacking = [name for name, _ in items_of(step) if not is_accepted(self._state, step.id, name)]
        return asked.issuperset(lacking) if isinstance(step, EvidenceStep) else bool(asked)

    @cached_property
    def _today(self) -> date:
        return local_day(self._draft.at, self._draft.programme.time_zone)

    def _may_hold(self, gate: Gate) -> bool:
        match gate:
            case FactIs(of_="self"):
                return gate.holds(self._state.fact(gate.fact)) or self._may_change(gate.fact)
            case FactIs(of_="parent"):
                return not self._state.parent_left or self._holds(gate)
            case AllOf(all=inner) | AnyOf(any=inner) | AtLeast(of=inner):
                return sum(self._may_hold(each) for each in inner) >= wanted(gate, len(inner))
            case DateIs(on_or_after=first, before=end):
                return end is None or max(first or self._today, self._today) < end
            case Among(among="children"):
                return self._children_may_change() or self._holds(gate)
            case _:
                return True

    def _holds(self, gate: Gate) -> bool:
        draft = self._draft
        return evaluate(gate, draft.facts, self._state.id, draft.at, draft.programme.time_zone).open

    def _may_change(self, fact: str) -> bool:
        if fact == fact_names.CERTIFIED:
            return gate_ids.CERTIFY in self._opened
        of, _, name = fact.partition(".")
        if of == "children":
            return self._children_may_change()
        step = self._tier.step_by_id.get(of)
        return fact not in fact_names.ENDS if step is None else self._may_change_of(step, name)

    def _may_change_of(self, step: Step, name: str) -> bool:
        """It begins once and is done once; hours may be added to the end; all else changes while it is under way."""
        if step.id not in self._begun or (name == fact_names.STARTED and step.id in self._state.steps):
            return False
        if isinstance(step, AssignmentStep) and name not in (fact_names.STARTED, fact_names.DONE):
            return task_ids.assignment(step.id, name) not in self._state.done
        if name not in (fact_names.STARTED, fact_names.DONE) and isinstance(step, DeliveryStep):
            return self._may_go_on(step) and not self._is_deserted(step)
        if name == fact_names.DONE or not isinstance(step, TrainingStep | DeliveryStep):
            return not is_done(self._state, step.id) and self._may_go_on(step)
        return self._may_go_on(step)

    def _children_may_change(self) -> bool:
        """Whether any is under way or may come: by an opening, or by a list, which may grow as long as it likes."""
        if any(child.ended is None for child in self._state.children.values()):
            return True
        programme = self._draft.programme
        below = [tier for tier, parents in programme.parents_of.items() if self._tier.id in parents]
        return any(programme.opening(self._tier.id, tier) is None or self._may_bring(tier) for tier in below)

    def _may_bring(self, tier: str) -> bool:
        """Whether an opening may still bring children: it opens, and fewer are there than are named or wanted."""
        opening = self._draft.programme.opening(self._tier.id, tier)
        if opening is None or goes_on_without(self._state, tier) or gate_ids.opening(tier) not in self._opened:
            return False
        return lacks_children(self._state, opening)
