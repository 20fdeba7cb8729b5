"""Plans: which sessions of its children's training a participant is asked to plan, and when that is answered."""

from typing import NamedTuple

from domain import task_ids
from domain.identity import participant_id, read_session, school_of
from domain.participant.draft import Draft
from domain.participant.state import Task
from domain.participant.tasks import ask, done, withdraw_task
from domain.step import DeliveryStep, SessionDefinition, TrainingStep


class Plan(NamedTuple):
    """What is to be planned, as the subject of a task says it."""

    definition: str
    #: those of some schools alone; none: for all
    schools: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join((self.definition, *self.schools))


def plan_in(task: Task) -> Plan:
    definition, *schools = (task.subject or "").split()
    return Plan(definition, tuple(schools))


def start_delivery(draft: Draft, step: DeliveryStep) -> None:
    """Ask for every session of the children's training to be planned."""
    for definition in sessions_of(draft, step):
        ask(draft, task_ids.plan(step.id, definition.id), "plan", step.plan, step.id, subject=definition.id)


def delivery_complete(draft: Draft, step: DeliveryStep) -> bool:
    held = {each.definition for each in draft.state.hosted.values() if each.step == step.step and each.status == "held"}
    return all(definition.id in held for definition in sessions_of(draft, step))


def sessions_of(draft: Draft, step: DeliveryStep) -> tuple[SessionDefinition, ...]:
    """The sessions to be held, as the first of the step's tiers defines them."""
    return training_of(draft, step.tiers[0], step.step).sessions


def training_of(draft: Draft, tier: str, step: str) -> TrainingStep:
    found = draft.programme.tier_by_id[tier].step_by_id[step]
    assert isinstance(found, TrainingStep)
    return found


def deliveries_of(draft: Draft, tier: str) -> list[DeliveryStep]:
    """The deliveries under way or done that are meant for children of the tier."""
    steps = (step for step in draft.tier.steps if isinstance(step, DeliveryStep))
    return [step for step in steps if tier in step.tiers and step.id in draft.state.steps]


def expected_at(draft: Draft, delivery: DeliveryStep) -> tuple[str, ...]:
    """The children under way that a delivery is meant for, and that have come to its training."""
    children = draft.state.children.items()
    under_way = [(name, each) for name, each in children if each.ended is None and each.tier in delivery.tiers]
    return tuple(sorted(name for name, each in under_way if delivery.step not in each.awaits))


def may_begin_later(training: TrainingStep) -> bool:
    """Whether more than the team stands before it: other steps, or a gate."""
    return bool(training.after) or training.enter is not None


def trainings_to_come(draft: Draft, tier: str) -> tuple[str, ...]:
    """The trainings that this participant holds for the tier, and that nobody begins at once."""
    held = (step.step for step in draft.tier.steps if isinstance(step, DeliveryStep) and tier in step.tiers)
    return tuple(step for step in dict.fromkeys(held) if may_begin_later(training_of(draft, tier, step)))


def is_to_be_planned(draft: Draft, delivery: DeliveryStep, definition: str) -> bool:
    """Whether somebody is asked to plan the session for everybody."""
    wanted = ("plan", delivery.id, str(Plan(definition, ())))
    return any((task.kind, task.step, task.subject) == wanted for task in draft.state.tasks.values())


def is_for_nobody(draft: Draft, delivery: DeliveryStep) -> bool:
    """Whether no child that the delivery is meant for is under way."""
    return not any(each.ended is None and each.tier in delivery.tiers for each in draft.state.children.values())


def is_invited(draft: Draft, step: str, definition: str, child: str, *, ahead: bool = False) -> bool:
    """Whether the child is asked to a session that is held or still to be held; with `ahead`, still to be held."""
    statuses = ("planned",) if ahead else ("planned", "held")
    return any(
        (each.step, each.definition) == (step, definition) and each.status in statuses and child in each.participants
        for each in draft.state.hosted.values()
    )


def ask_again(draft: Draft, step: DeliveryStep, session: str) -> None:
    """A session was cancelled: another is planned for those who were asked to it and are still under way."""
    cancelled = draft.state.hosted[session]
    children = expected_at(draft, step)
    left = [school_of(child) for child in children if child in cancelled.participants]
    if not left:
        return
    subject = str(Plan(cancelled.definition, () if len(left) == len(children) else tuple(left)))
    named = read_session(session)
    assert named is not None
    name = task_ids.plan_again(step.id, cancelled.definition, named.number)
    ask(draft, name, "plan", step.plan, step.id, subject=subject)


def settle_plans(draft: Draft, delivery: DeliveryStep) -> None:
    """End what is answered: everybody concerned is asked to a session, or nobody concerned is under way any more.

    A session to which nobody is expected yet is planned all the same: they join it when they come to its training.
    """
    for task in list(draft.state.tasks.values()):
        if task.kind != "plan" or task.step != delivery.id:
            continue
        plan = plan_in(task)
        concerned, for_some = _concerned(draft, delivery, plan), bool(plan.schools)
        if for_some and not concerned:
            withdraw_task(draft, task.id)
        elif (concerned or _is_planned(draft, delivery, plan)) and all(
            is_invited(draft, delivery.step, plan.definition, child, ahead=for_some) for child in concerned
        ):
            done(draft, task.id)


def _is_planned(draft: Draft, delivery: DeliveryStep, plan: Plan) -> bool:
    wanted = (delivery.step, plan.definition, "planned")
    return any((each.step, each.definition, each.status) == wanted for each in draft.state.hosted.values())


def _concerned(draft: Draft, delivery: DeliveryStep, plan: Plan) -> tuple[str, ...]:
    """The expected children that a plan is asked for: those that it names, or all."""
    named = {participant_id(draft.state.rollout, school) for school in plan.schools}
    return tuple(child for child in expected_at(draft, delivery) if not plan.schools or child in named)
