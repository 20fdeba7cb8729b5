"""Asking a stream's workflow for something: an update that starts the workflow where it does not run."""

import asyncio
import re
import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.answer import Answer, Answers
from activities.keeping import FOLLOW, LOG_AWAY, REFUSED, Calendar, KeeperStart
from domain.command import Command
from domain.identity import rollout_of, school_of, stream_kind, stream_subject, workflow_id_of
from domain.participant.journey import Enrol
from domain.refusal import Refused
from eventlog.errors import LogUnavailable

WORKFLOW_OF: dict[str, str] = {"participant": "ParticipantWorkflow", "rollout": "RolloutWorkflow"}

#: `runtime` registers them; a server that does not know them is asked without
BY_ROLLOUT = SearchAttributeKey.for_keyword("KaskadRollout")
BY_SCHOOL = SearchAttributeKey.for_keyword("KaskadSchool")

#: seconds, doubled each time, while a restore or `recover --anew` ends the workflows: they are ended until none is left
_PAUSE = 0.5

#: an update that neither came through nor failed is asked again this often, under the same id
_TRIES = 5


def update_name(command: type[Command]) -> str:
    """SubmitEvidence -> submit_evidence."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", str(command.model_fields["kind"].default)).lower()


class Asker:
    """Sends commands to the workflows of one log."""

    def __init__(
        self, client: Client, task_queue: str, calendar: Calendar = "live", *, longest_history: int = 0
    ) -> None:
        self.client = client
        self.task_queue = task_queue
        self.calendar = calendar
        self.longest_history = longest_history
        self._to_be_found = True

    async def ask(self, stream: str, command: Command) -> Answer:
        """What the command recorded.

        Raises Refused, LogUnavailable, or temporalio's RPCError when no server or no worker answers.
        """
        if not command.of_the_system:
            answer: Answer = await self._patiently(stream, update_name(type(command)), command.id, command, Answer)
            return answer
        (answer,) = await self.follow(stream, (command,))
        return answer.or_raise()

    async def follow(self, stream: str, commands: Sequence[Command]) -> Sequence[Answer]:
        """What the clock and other streams ask: an answer to each, in this order, until the log was away."""
        starts = isinstance(commands[0], Enrol)
        found: Answers = await self._patiently(stream, FOLLOW, commands[0].id, list(commands), Answers, starts=starts)
        return found.answers

    async def agree(self, stream: str) -> bool:
        """Have the workflow look at the log again; True when that changed what it knew."""
        changed: bool = await self._patiently(stream, "agree", "agree", None, bool)
        return changed

    async def _patiently(
        self, stream: str, name: str, about: str, argument: Any, answer: Any, *, starts: bool = False
    ) -> Any:
        # Temporal would answer a known id from memory, also with a failure that is over, or for another command:
        # only the door knows what was recorded, so each time that somebody asks is an update of its own.
        update_id = f"{about}#{uuid.uuid4().hex[:12]}"
        update = {"id": update_id, "args": [] if argument is None else [argument], "result_type": answer}
        for tried in range(_TRIES - 1):
            try:
                return await self._update(stream, name, update, starts=starts)
            except WorkflowUpdateRPCTimeoutOrCancelledError:
                _end_if_cancelled()
            except RPCError as error:
                if self._to_be_found and _is_about_search_attributes(error):
                    self._to_be_found = False
                elif _is_stuck(error):
                    await self._end(stream)
                # it does not run yet, or ended, or was continued between being found and being asked
                elif error.status not in (RPCStatusCode.NOT_FOUND, RPCStatusCode.ABORTED) and not _was_started(error):
                    raise
                starts = True
                if was_ended(error):
                    await asyncio.sleep(_PAUSE * 2**tried)
        return await self._update(stream, name, update, starts=True)

    async def _end(self, stream: str) -> None:
        """It is made anew from the log by whoever asks next."""
        with suppress(RPCError):
            await self.client.get_workflow_handle(workflow_of(stream)).terminate("it can't go on by its own history")

    async def _update(self, stream: str, name: str, update: dict[str, Any], *, starts: bool) -> Any:
        """To a workflow that runs the plain update is the cheaper one, for the server as for both ends."""
        try:
            if starts:
                return await self._update_with_start(stream, name, update)
            return await self.client.get_workflow_handle(workflow_of(stream)).execute_update(name, **update)
        except WorkflowUpdateFailedError as error:
            raise _meaning(error) from error

    async def _update_with_start(self, stream: str, name: str, update: dict[str, Any]) -> Any:
        operation = self._start(stream)
        try:
            return await self.client.execute_update_with_start_workflow(
                name, start_workflow_operation=operation, **update
            )
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError):
            # the operation keeps the same error for whoever asks for its handle; unasked, asyncio complains of it
            with suppress(RPCError, asyncio.CancelledError):
                await operation.workflow_handle()
            raise

    def _start(self, stream: str) -> WithStartWorkflowOperation[object, object]:
        return WithStartWorkflowOperation(
            WORKFLOW_OF[stream_kind(stream)],
            KeeperStart(stream=stream, calendar=self.calendar, longest_history=self.longest_history),
            id=workflow_of(stream),
            task_queue=self.task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=_for_the_eye(stream) if self._to_be_found else None,
            static_summary=stream_subject(stream),
        )


def open_on(task_queue: str) -> str:
    """The query by which Temporal lists the workflows of a task queue that run."""
    kinds = ", ".join(f"'{kind}'" for kind in WORKFLOW_OF.values())
    return f"WorkflowType IN ({kinds}) AND ExecutionStatus = 'Running' AND TaskQueue = '{task_queue}'"


def was_ended(error: RPCError) -> bool:
    """Whether somebody ended the workflow while it was asked, so that the command was not decided."""
    return "aborted by closing workflow" in error.message


def _is_stuck(error: RPCError) -> bool:
    """Whether the workflow failed again and again to go on, as after an upgrade that does otherwise what it did.

    Its history would never fit again, and is not needed: all that it knows is in the log.
    """
    return "Workflow Task in failed state" in error.message


def _was_started(error: RPCError) -> bool:
    """Whether the same call started the workflow already, and was then sent again, by the SDK, for what it asks.

    A server too busy to answer in time has it sent again; it knows the start by its request, and refuses both.
    """
    return "StartDeduped" in error.message


def _end_if_cancelled() -> None:
    """The SDK says the same of a call that was cancelled here: asking again would make whoever asks immortal."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def workflow_of(stream: str) -> str:
    """The id of the workflow that keeps the stream."""
    workflow_id = workflow_id_of(stream)
    if workflow_id is None:
        raise ValueError(f"{stream} has no workflow")
    return workflow_id


def _for_the_eye(stream: str) -> TypedSearchAttributes:
    """What an operator finds workflows by in Temporal's own page."""
    subject = stream_subject(stream)
    pairs = [SearchAttributePair(BY_ROLLOUT, rollout_of(subject))]
    if stream_kind(stream) == "participant":
        pairs.append(SearchAttributePair(BY_SCHOOL, school_of(subject)))
    return TypedSearchAttributes(pairs)


def _is_about_search_attributes(error: RPCError) -> bool:
    """They are for the eye alone: no rollout has to wait until somebody has registered them."""
    names = (BY_ROLLOUT.name, BY_SCHOOL.name)
    return error.status == RPCStatusCode.INVALID_ARGUMENT and any(name in error.message for name in names)


def _meaning(error: WorkflowUpdateFailedError) -> Exception:
    """The domain's word for what a workflow's update failed with."""
    cause = error.cause
    if isinstance(cause, ApplicationError):
        if cause.type == REFUSED:
            code, params = cause.details
            return Refused(code, cause.message, params)
        if cause.type == LOG_AWAY:
            return LogUnavailable(cause.message)
    return error
