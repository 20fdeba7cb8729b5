"""Catching up: a session that is held once more for a child that came later, or that attended too little of it."""

from typing import ClassVar, Literal

from domain import task_ids
from domain.command import Command
from domain.identity import school_of
from domain.participant.draft import Draft
from domain.participant.hosting import SessionWidened
from domain.participant.plans import Plan, deliveries_of, is_invited, is_to_be_planned, sessions_of
from domain.participant.tasks import ask, once_more
from domain.step import DeliveryStep
from domain.text import Id

# --- commands


class AskToCatchUp(Command):
    """A child's stream asks this: it has had every session, and not enough of this one."""

    kind: Literal["AskToCatchUp"] = "AskToCatchUp"
    of_the_system: ClassVar[bool] = True
    child: str
    step: Id
    definition: Id


class ExpectChild(Command):
    """A child's stream tells this: it has begun a training that it could not begin at once."""

    kind: Literal["ExpectChild"] = "ExpectChild"
    of_the_system: ClassVar[bool] = True
    child: str
    step: Id


# --- decide


def hold_again(draft: Draft, command: AskToCatchUp) -> None:
    child = draft.state.children.get(command.child)
    if draft.state.ended or child is None or child.ended is not None:
        return
    if is_invited(draft, command.step, command.definition, command.child, ahead=True):
        return
    for delivery in deliveries_of(draft, child.tier):
        if delivery.step == command.step:
            _welcome_to(draft, delivery, command.definition, command.child)


def welcome_child(draft: Draft, delivery: DeliveryStep, child: str) -> None:
    """A child that came later joins what is still to be held, and what it missed is planned again for it."""
    if delivery.step not in draft.state.children[child].awaits:
        for definition in sessions_of(draft, delivery):
            _welcome_to(draft, delivery, definition.id, child)


def _welcome_to(draft: Draft, delivery: DeliveryStep, definition: str, child: str) -> None:
    sessions = [
        (name, each)
        for name, each in draft.state.hosted.items()
        if (each.step, each.definition) == (delivery.step, definition) and each.status != "cancelled"
    ]
    to_come = [name for name, each in sessions if each.status == "planned" and each.starts_at > draft.at]
    if to_come:
        draft.record(SessionWidened(to_come[-1], child))
    elif sessions or not is_to_be_planned(draft, delivery, definition):
        _ask_to_catch_up(draft, delivery, definition, child)


def _ask_to_catch_up(draft: Draft, step: DeliveryStep, definition: str, child: str) -> None:
    """A session was held without the child, or without enough of its seats: it is held again for it."""
    school = school_of(child)
    subject = str(Plan(definition, (school,)))
    if any((task.kind, task.step, task.subject) == ("plan", step.id, subject) for task in draft.state.tasks.values()):
        return
    name = once_more(draft, task_ids.plan_for(step.id, definition, school))
    ask(draft, name, "plan", step.plan, step.id, subject=subject)
