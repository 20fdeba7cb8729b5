"""Deadlines: a due date that is put off, or moves with a pause, a calendar or a session."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from domain.command import Command, Instant, TextGiven
from domain.event import TextRef
from domain.participant.draft import Draft, text_ref
from domain.participant.state import Task
from domain.participant.tasks import DeadlineMoved, Mover, unknown_task
from domain.refusal import Reason

# --- commands


class ExtendDeadline(Command):
    kind: Literal["ExtendDeadline"] = "ExtendDeadline"
    task: str = Field(max_length=200)
    due_at: Instant
    reason: TextGiven


# --- refusals

NOT_LATER = Reason("not_later", "The new date {due} is not after the present one, {before}.")
IS_PAST = Reason("date_is_past", "{due} is over already; a task can only be put off to a time to come.")
TASK_IS_DONE = Reason("task_is_done", "The task '{task}' of {school} is done; its date cannot be moved.")

# --- decide


def extend_deadline(draft: Draft, command: ExtendDeadline) -> None:
    draft.must_be_under_way()
    draft.must_manage()
    task = draft.state.tasks.get(command.task)
    if task is None:
        if command.task in draft.state.done:
            raise TASK_IS_DONE(task=command.task, school=draft.state.school)
        raise unknown_task(draft.tier, draft.state, command.task)
    if command.due_at == task.due_at:
        return
    if command.due_at < task.due_at:
        raise NOT_LATER(due=draft.day(command.due_at), before=draft.day(task.due_at))
    if command.due_at <= draft.at:
        raise IS_PAST(due=draft.day(command.due_at))
    draft.must_not_be_far(command.due_at)
    move(draft, task, command.due_at - task.due_at, "extended", text_ref(command.reason))


def move(
    draft: Draft,
    task: Task,
    by: timedelta,
    because: Mover,
    reason: TextRef | None = None,
) -> None:
    """Move a due date with its reminders and its escalation."""
    draft.record(
        DeadlineMoved(
            task=task.id,
            due_at=task.due_at + by,
            remind_at=tuple(dict.fromkeys(draft.reminding(each + by) for each in task.remind_at)),
            escalate_at=task.escalate_at + by if task.escalate_at else None,
            because=because,
            reason=reason,
        )
    )
