"""Tasks: one thing asked of one role, its reminders, its escalation and its end."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace
from pydantic import Field

from domain import task_ids
from domain.calendar import Due
from domain.command import Command
from domain.event import Event, TextRef
from domain.identity import nearest
from domain.participant.draft import Draft
from domain.participant.state import Participant, Task, TaskDone, TaskKind, put, with_facts, without
from domain.programme import Tier
from domain.refusal import Reason, Refused
from domain.step import Asked, Assignment, AssignmentStep, Escalation
from domain.text import Id

# --- events


#: what moves a due date
Mover = Literal["extended", "pause", "calendar", "session"]


class TaskAsked(Event, frozen=True, tag="TaskAsked"):
    task: str
    step: str | None
    what: TaskKind
    role: str
    due_at: datetime
    remind_at: tuple[datetime, ...] = ()
    escalate_at: datetime | None = None
    escalate_to: str | None = None
    #: what the task is about: a session, a child, a gate
    subject: str | None = None


class TaskReminded(Event, frozen=True, tag="TaskReminded"):
    task: str
    role: str


class TaskOverdue(Event, frozen=True, tag="TaskOverdue"):
    task: str
    role: str


class TaskEscalated(Event, frozen=True, tag="TaskEscalated"):
    task: str
    role: str
    to: str


class TaskCompleted(Event, frozen=True, tag="TaskCompleted"):
    task: str
    answer: str | None = None
    step: str | None = None


class TaskWithdrawn(Event, frozen=True, tag="TaskWithdrawn"):
    """Nobody needs it any more."""

    task: str


class DeadlineMoved(Event, frozen=True, tag="DeadlineMoved"):
    """A due date that was extended, or moved by a pause, a change of the calendar or of its session."""

    task: str
    due_at: datetime
    remind_at: tuple[datetime, ...]
    escalate_at: datetime | None
    because: Mover
    reason: TextRef | None = None


TaskEvent = TaskAsked | TaskReminded | TaskOverdue | TaskEscalated | TaskCompleted | TaskWithdrawn | DeadlineMoved

# --- commands


class CompleteTask(Command):
    kind: Literal["CompleteTask"] = "CompleteTask"
    task: str = Field(max_length=200)
    answer: Id | None = None


# --- refusals

NO_TASK = Reason("no_task", "{school} has no task '{task}'{hint}.")
TOO_EARLY = Reason(
    "too_early", "The task '{task}' of {school} has not been asked yet: the step {step} has not come to it."
)
WITHDRAWN_TASK = Reason("task_withdrawn", "The task '{task}' of {school} was withdrawn: nobody needs it any more.")
OTHER_WAY = Reason("other_way", "The task '{task}' is not completed by itself; it is done by {way}.")
NOT_AN_ANSWER = Reason("not_an_answer", "'{answer}' is no answer to '{task}'; {answers}.")
ANSWER_MISSING = Reason("answer_missing", "The task '{task}' takes an answer: {answers}.")
ANSWERED_OTHERWISE = Reason(
    "answered_otherwise",
    "The task '{task}' was answered '{before}' on {day}; to change it, use 'kaskad correct' with a reason.",
)

#: what the programme manager is asked when nothing else can go on
MANAGER_DECIDES = Asked(by="programme-manager", due=Due(working_days=10), escalate=Escalation(days=14, to="operator"))

#: what can be answered: the manager leaves it as it is, or has done something about it
DECISIONS = ("stands", "acted")

_MOST_SHOWN = 12
_TAKES_NONE = "the task takes no answer: leave the answer out"
_WAYS: dict[TaskKind, str] = {
    "fill_seats": "putting people into the seats ('kaskad school seat')",
    "submit": "submitting evidence ('kaskad evidence submit')",
    "review": "a review ('kaskad evidence review')",
    "checkpoint": "holding the checkpoint ('kaskad checkpoint hold')",
    "plan": "planning the session ('kaskad session plan')",
    "record": "recording the attendance ('kaskad attendance')",
    "nominate": "nominating schools ('kaskad school nominate')",
}

# --- decide


def ask(
    draft: Draft,
    task: str,
    what: TaskKind,
    asked: Asked,
    step: str | None = None,
    *,
    subject: str | None = None,
    due: datetime | None = None,
) -> None:
    """Ask something of a role; asked already or done, it is not asked again. What was withdrawn can be."""
    before = draft.state.done.get(task)
    if task in draft.state.tasks or (before is not None and not before.withdrawn):
        return
    falls_due = due or draft.due(asked.due)
    escalate = asked.escalate
    draft.record(
        TaskAsked(
            task=task,
            step=step,
            what=what,
            role=asked.by,
            due_at=falls_due,
            remind_at=_reminders(draft, asked.remind, falls_due),
            escalate_at=falls_due + timedelta(days=escalate.days) if escalate else None,
            escalate_to=escalate.to if escalate else None,
            subject=subject,
        )
    )


def done(draft: Draft, task: str, answer: str | None = None) -> None:
    """The task is done, if it was open."""
    open_task = draft.state.tasks.get(task)
    if open_task is not None:
        draft.record(TaskCompleted(task, answer, open_task.step))


def once_more(draft: Draft, task: str) -> str:
    """The id under which the same is asked: the first time as given, then numbered by how often it was over."""
    return task_ids.once_more(task, sum(task_ids.is_the_same(name, task) for name in draft.state.done))


def withdraw_task(draft: Draft, task: str) -> None:
    if task in draft.state.tasks:
        draft.record(TaskWithdrawn(task))


def withdraw_tasks_of(draft: Draft, step: str) -> None:
    """Nothing of the step is asked any more."""
    for task in list(draft.state.tasks.values()):
        if task.step == step:
            withdraw_task(draft, task.id)


def complete_task(draft: Draft, command: CompleteTask) -> None:
    draft.must_exist()
    before = draft.state.done.get(command.task)
    if before is not None:
        _already(draft, command, before)
        return
    task = draft.state.tasks.get(command.task)
    # a decision is asked of the manager also about a participant that has come to its end
    if task is None or task.kind != "decide":
        draft.must_be_under_way()
    if task is None:
        raise unknown_task(draft.tier, draft.state, command.task)
    draft.must_hold(task.role)
    if task.kind in _WAYS:
        raise OTHER_WAY(task=task.id, way=_WAYS[task.kind])
    check_answer(task.id, command.answer, answers_to(draft.tier, task))
    draft.record(TaskCompleted(task.id, command.answer, task.step))


def unknown_task(tier: Tier, state: Participant, task: str) -> Refused:
    """Why there is no such task: it has not been asked yet, or there is none of that name."""
    step = task_ids.read(task).of
    if step in tier.step_by_id and step not in state.steps and step != task:
        return TOO_EARLY(task=task, school=state.school, step=step)
    return NO_TASK(school=state.school, task=task, hint=_nearest_task(state, task))


def _nearest_task(state: Participant, task: str) -> str:
    """What may have been meant: the nearest, or those that are open."""
    close = nearest(task, [*state.tasks, *state.done])
    if close:
        return f"; did you mean '{close}'?"
    shown = list(state.tasks)[:_MOST_SHOWN]
    more = ", …" if len(state.tasks) > _MOST_SHOWN else ""
    return f"; open are {', '.join(shown)}{more}" if shown else ""


def _already(draft: Draft, command: CompleteTask, before: TaskDone) -> None:
    if before.withdrawn:
        raise WITHDRAWN_TASK(task=command.task, school=draft.state.school)
    if before.answer != command.answer:
        raise ANSWERED_OTHERWISE(task=command.task, before=before.answer or "done", day=draft.day(before.at))


def answers_to(tier: Tier, task: Task) -> tuple[str, ...]:
    """What a task can be answered with that is completed by itself; none: it takes no answer."""
    if task.kind == "decide":
        return DECISIONS
    step = tier.step_by_id.get(task.step or "")
    return assignment_of(step, task.id).answers if isinstance(step, AssignmentStep) else ()


def assignment_of(step: AssignmentStep, task: str) -> Assignment:
    return next(each for each in step.tasks if task_ids.assignment(step.id, each.id) == task)


def check_answer(task: str, answer: str | None, answers: tuple[str, ...]) -> None:
    if answer is None and answers:
        raise ANSWER_MISSING(task=task, answers=", ".join(answers))
    if answer is not None and answer not in answers:
        known = f"the answers are {', '.join(answers)}" if answers else _TAKES_NONE
        raise NOT_AN_ANSWER(task=task, answer=answer, answers=known)


def _reminders(draft: Draft, days_before: tuple[int, ...], due: datetime) -> tuple[datetime, ...]:
    """Two that would come on the same day, since one of them fell on a free day, are one."""
    days = (draft.reminding(due - timedelta(days=days)) for days in sorted(days_before, reverse=True))
    return tuple(dict.fromkeys(each for each in days if draft.at < each < due))


# --- evolve


def evolve_tasks(state: Participant, event: TaskEvent, at: datetime) -> Participant:
    match event:
        case TaskAsked():
            done = without(state.done, event.task) if event.task in state.done else state.done
            return replace(state, tasks=put(state.tasks, event.task, _asked(state, event, at)), done=done)
        case TaskCompleted():
            state = replace(
                state,
                tasks=without(state.tasks, event.task),
                done=put(state.done, event.task, TaskDone(event.answer, at, state.version)),
            )
            return _answered(state, event)
        case TaskWithdrawn():
            gone = TaskDone(None, at, state.version, withdrawn=True)
            return replace(state, tasks=without(state.tasks, event.task), done=put(state.done, event.task, gone))
        case _:
            task = state.tasks.get(event.task)
            if task is None:
                return state
            return replace(state, tasks=put(state.tasks, event.task, _changed(task, event, at)))


def _asked(state: Participant, event: TaskAsked, at: datetime) -> Task:
    return Task(
        id=event.task,
        step=event.step,
        kind=event.what,
        role=event.role,
        asked_at=at,
        due_at=event.due_at,
        remind_at=event.remind_at,
        escalate_at=event.escalate_at,
        escalate_to=event.escalate_to,
        subject=event.subject,
        version=state.version,
    )


def _answered(state: Participant, event: TaskCompleted) -> Participant:
    """The answer to an assignment is a fact that gates can read."""
    step = state.steps.get(event.step or "")
    if step is None or step.kind != "assignment":
        return state
    return with_facts(state, {event.task.replace("/", ".", 1): event.answer or "done"})


def _changed(task: Task, event: TaskReminded | TaskOverdue | TaskEscalated | DeadlineMoved, at: datetime) -> Task:
    match event:
        case TaskReminded():
            return replace(task, remind_at=task.remind_at[1:])
        case TaskOverdue():
            return replace(task, overdue=True, remind_at=())
        case TaskEscalated():
            return replace(task, escalated=True)
        case DeadlineMoved():
            return replace(
                task,
                due_at=event.due_at,
                remind_at=event.remind_at,
                escalate_at=event.escalate_at,
                overdue=task.overdue and event.due_at <= at,
                escalated=task.escalated and event.escalate_at is not None and event.escalate_at <= at,
            )


# --- agenda


def task_agenda(task: Task) -> Iterator[tuple[datetime, Event]]:
    """What happens to an open task, and when, if nobody acts."""
    if task.remind_at:
        yield task.remind_at[0], TaskReminded(task.id, task.role)
    if not task.overdue:
        yield task.due_at, TaskOverdue(task.id, task.role)
    if task.escalate_at is not None and not task.escalated:
        yield task.escalate_at, TaskEscalated(task.id, task.role, task.escalate_to or "programme-manager")
