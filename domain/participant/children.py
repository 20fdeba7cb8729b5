"""The children of a participant: who is named for the next tier, who came, and how they ended."""

from datetime import datetime
from typing import ClassVar, Literal

from msgspec.structs import replace

from domain import gate_ids, task_ids
from domain.event import Event
from domain.fact_names import CHILDREN_CERTIFIED, CHILDREN_COMPLETED, CHILDREN_OPENED
from domain.participant.catching_up import ExpectChild, welcome_child
from domain.participant.childless import children_there, decide_on_opening, goes_on_without
from domain.participant.draft import Draft
from domain.participant.plans import deliveries_of, settle_plans, trainings_to_come
from domain.participant.state import Child, Participant, Task, put, with_facts
from domain.participant.steps import opened
from domain.participant.tasks import ask, done, once_more, withdraw_task
from domain.programme import Opening

What = Literal["enrolled", "certified", "completed", "withdrawn", "closed"]

# --- events


class ChildrenNominated(Event, frozen=True, tag="ChildrenNominated"):
    """So many schools are named for the tier, those included that take part already."""

    tier: str
    number: int


class ChildEnrolled(Event, frozen=True, tag="ChildEnrolled"):
    schema: ClassVar[int] = 2
    child: str
    tier: str
    #: trainings that it may begin only later, so that it is not expected at their sessions yet
    awaits: tuple[str, ...] = ()


class ChildExpected(Event, frozen=True, tag="ChildExpected"):
    """The child has begun the training: from now on it is expected at its sessions."""

    child: str
    step: str


class ChildCertified(Event, frozen=True, tag="ChildCertified"):
    child: str


class ChildEnded(Event, frozen=True, tag="ChildEnded"):
    child: str
    how: Literal["completed", "withdrawn", "closed"]


ChildEvent = ChildrenNominated | ChildEnrolled | ChildExpected | ChildCertified | ChildEnded

# --- decide


def note_child(draft: Draft, child: str, tier: str, what: What, begun: tuple[str, ...] | None = None) -> None:
    """What a child tells of itself; whatever it is, the child takes part. One that is handed over asks for itself."""
    if child not in draft.state.children:
        awaits = tuple(each for each in trainings_to_come(draft, tier) if each not in (begun or ()))
        draft.record(ChildEnrolled(child, tier, awaits))
        for delivery in deliveries_of(draft, tier) if begun is None else ():
            welcome_child(draft, delivery, child)
    known = draft.state.children[child]
    match what:
        case "enrolled":
            pass
        case "certified":
            if not known.certified:
                draft.record(ChildCertified(child))
        case how:
            if known.ended is None:
                draft.record(ChildEnded(child, how))
                for delivery in deliveries_of(draft, tier):
                    settle_plans(draft, delivery)


def expect_child(draft: Draft, command: ExpectChild) -> None:
    child = draft.state.children.get(command.child)
    if draft.state.ended or child is None or child.ended is not None or command.step not in child.awaits:
        return
    draft.record(ChildExpected(command.child, command.step))
    for delivery in deliveries_of(draft, child.tier):
        if delivery.step == command.step:
            welcome_child(draft, delivery, command.child)


def note_nomination(draft: Draft, tier: str, number: int) -> None:
    known = draft.programme.opening(draft.state.tier, tier) is not None
    if known and draft.state.nominated.get(tier, 0) != number:
        draft.record(ChildrenNominated(tier, number))


def open_next_tier(draft: Draft, opening: Opening) -> None:
    """Open the gate when it may, and ask for as many children as are still to be named.

    Whoever names too few in time could keep the rollout waiting for ever: then the programme manager is asked.
    """
    is_open = opened(draft, gate_ids.opening(opening.tier), opening.gate)
    if is_open or draft.state.certified_at is not None:
        _ask_to_nominate(draft, opening)
    asked = _asked_to_nominate(draft, opening)
    late = any(task.escalated or (task.overdue and task.escalate_at is None) for task in asked)
    decide_on_opening(draft, opening.tier, late=late)


def children_are_done(draft: Draft) -> bool:
    """Every next tier is open, has at least its least number of children, and all of them have come to their end."""
    for opening in draft.tier.opens:
        under = children_there(draft.state, opening.tier)
        is_open = gate_ids.opening(opening.tier) in draft.state.gates
        if goes_on_without(draft.state, opening.tier):
            continue
        if not is_open or under < max(opening.fan_out.least, draft.state.nominated.get(opening.tier, 0)):
            return False
        if _asked_to_nominate(draft, opening):
            return False
    return all(child.ended is not None for child in draft.state.children.values())


def _ask_to_nominate(draft: Draft, opening: Opening) -> None:
    """A child that withdrew leaves room for another, so the same can be asked again under a number."""
    named = max(draft.state.nominated.get(opening.tier, 0), children_there(draft.state, opening.tier))
    asked = _asked_to_nominate(draft, opening)
    if named >= opening.fan_out.target:
        for task in asked:
            done(draft, task.id)
    elif goes_on_without(draft.state, opening.tier):
        for task in asked:
            withdraw_task(draft, task.id)
    elif not asked:
        name = once_more(draft, task_ids.nominate(opening.tier))
        ask(draft, name, "nominate", opening.nominate, subject=opening.tier)


def _asked_to_nominate(draft: Draft, opening: Opening) -> list[Task]:
    tasks = draft.state.tasks.values()
    return [task for task in tasks if task.kind == "nominate" and task.subject == opening.tier]


# --- evolve


def evolve_children(state: Participant, event: ChildEvent, at: datetime) -> Participant:
    match event:
        case ChildrenNominated():
            return replace(state, nominated=put(state.nominated, event.tier, event.number))
        case ChildEnrolled():
            return _count(state, event.child, Child(event.tier, awaits=event.awaits))
        case ChildExpected():
            child = state.children[event.child]
            begun = replace(child, awaits=tuple(each for each in child.awaits if each != event.step))
            return replace(state, children=put(state.children, event.child, begun))
        case ChildCertified():
            return _count(state, event.child, replace(state.children[event.child], certified=True))
        case ChildEnded():
            return _count(state, event.child, replace(state.children[event.child], ended=event.how))


def _count(state: Participant, child: str, now: Child) -> Participant:
    """A team at the top has a thousand children, so each is counted when it changes, and never all of them."""
    before = state.children.get(child, Child(now.tier))
    facts = {
        CHILDREN_OPENED: len(state.children) + (child not in state.children),
        CHILDREN_CERTIFIED: _number(state, CHILDREN_CERTIFIED) + now.certified - before.certified,
        CHILDREN_COMPLETED: _number(state, CHILDREN_COMPLETED)
        + (now.ended == "completed")
        - (before.ended == "completed"),
    }
    return with_facts(replace(state, children=put(state.children, child, now)), facts)


def _number(state: Participant, fact: str) -> int:
    return int(state.fact(fact) or 0)
