"""What both workflows share: they keep a stream, wait for it, and let the clock act when something falls due."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.answer import Answer, Answers
    from activities.keeping import LOG_AWAY, LOOK, RECORD, REFUSED, KeeperStart
    from activities.office import Recording
    from domain.command import CLOCK, Command, PassTime
    from domain.standing import Standing

#: how long the clock waits for a log that is away before it tries again
_LOG_AWAY_PAUSE = timedelta(seconds=30)
#: histories of before that saw a shorter log went on with it
BEGINS_ANEW = "begins-anew-from-another-log"
#: histories of before stayed with the version of the worker that they began under
MOVES_ON = "moves-to-the-current-version"
_ONCE = RetryPolicy(maximum_attempts=3)
_PATIENTLY = RetryPolicy(maximum_interval=timedelta(seconds=30))


class Keeper:
    """Keeps one stream. It decides nothing: it asks the door, and waits until what it asked for is the case."""

    def __init__(self, start: KeeperStart) -> None:
        self.start = start
        self.standing = Standing()
        self._looked = False
        self._is_of_another_log = False
        self._one_at_a_time = asyncio.Lock()

    async def act(self, command: Command) -> Answer:
        """Have the door decide on a command and record it. A refusal fails the update that brought the command."""
        answer = await self._ask(self._dated(command))
        if answer.refusal is not None:
            refused = answer.refusal
            raise ApplicationError(refused.sentence, refused.code, refused.params, type=REFUSED, non_retryable=True)
        if answer.unavailable is not None:
            raise ApplicationError(answer.unavailable, type=LOG_AWAY, non_retryable=True)
        return answer.for_the_caller()

    async def follow(self, commands: Sequence[Command]) -> Answers:
        """The same for several, one after the other; what the door says of each is for those who sent them."""
        found = await self._record([self._dated(command) for command in commands])
        return Answers(tuple(each.for_the_caller() for each in found.answers))

    async def look_again(self) -> bool:
        """What the log says now; True when that is not what was known here.

        A log never gets shorter: where it is, another one was put in its place, and this begins anew from that.
        """
        async with self._one_at_a_time:
            before, self.standing = self.standing, await self._look()
            self._looked = True
            if 0 < self.standing.version < before.version:
                self._is_of_another_log = workflow.patched(BEGINS_ANEW)
        return bool(before.version) and before != self.standing

    async def until(self, question: Callable[[Standing], bool]) -> None:
        """Wait until the answer is yes, or the participant has come to its end."""
        await self._look_at_first()
        while not (question(self.standing) or self.standing.ended):
            await self._wait_for_somebody_or_the_clock(question)

    async def finish(self) -> None:
        """Let those who are still being answered have their answer."""
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def _look_at_first(self) -> None:
        """Unless the update that started this has told it already."""
        if self._looked:
            return
        async with self._one_at_a_time:
            if not self.standing.version:
                self.standing = await self._look()
            self._looked = True

    async def _wait_for_somebody_or_the_clock(self, question: Callable[[Standing], bool]) -> None:
        """A timer goes on for as long as the same is due: most of what people do does not change what is next."""
        due = self.standing.due_at
        if self._has_to_begin_anew():
            await self._continue_as_new()

        def something_else() -> bool:
            known = self.standing
            return question(known) or known.ended or known.due_at != due or self._has_to_begin_anew()

        if self.start.calendar == "rehearsal" or due is None:
            await workflow.wait_condition(something_else)
            return
        wait = max(due - workflow.now(), timedelta(0))
        try:
            await workflow.wait_condition(
                something_else,
                timeout=wait,
                timeout_summary=f"next due {due:%Y-%m-%d %H:%M} UTC",
            )
        except TimeoutError:
            await self._pass_time()

    async def _pass_time(self) -> None:
        """The clock acts. Where the log is away, or nothing came of it, it does not act again at once."""
        due = self.standing.due_at
        assert due is not None
        name = f"{CLOCK}:{self.start.stream}:{self.standing.version}:{due:%Y%m%dT%H%M%SZ}"
        answer = await self._ask(PassTime(id=name, actor=CLOCK, at=workflow.now()))
        if answer.unavailable is not None or answer.refusal is not None or not answer.first:
            await workflow.sleep(_LOG_AWAY_PAUSE)
            await self.look_again()

    async def _ask(self, command: Command) -> Answer:
        (answer,) = (await self._record([command])).answers
        return answer

    async def _record(self, commands: Sequence[Command]) -> Answers:
        async with self._one_at_a_time:
            found: Answers = await workflow.execute_local_activity(
                RECORD,
                Recording.of(self.start.stream, commands),
                result_type=Answers,
                start_to_close_timeout=timedelta(seconds=30),
                retry_policy=_ONCE,
            )
            for answer in found.answers:
                self._learn(answer)
        return found

    def _learn(self, answer: Answer) -> None:
        if answer.standing.version >= self.standing.version and answer.standing.version:
            self.standing = answer.standing

    async def _look(self) -> Standing:
        standing: Standing = await workflow.execute_local_activity(
            LOOK,
            self.start.stream,
            result_type=Standing,
            start_to_close_timeout=timedelta(seconds=15),
            retry_policy=_PATIENTLY,
        )
        return standing

    def _dated(self, command: Command) -> Command:
        """Live, the rollout's clock is this workflow's; in a rehearsal the date came with the command."""
        if self.start.calendar == "rehearsal":
            return command
        return command.model_copy(update={"at": workflow.now()})

    def _has_to_begin_anew(self) -> bool:
        return self._is_of_another_log or self._history_is_long() or self._has_another_version()

    def _has_another_version(self) -> bool:
        """With worker versioning: whether another version was made current since this began under its own."""
        return workflow.info().is_target_worker_deployment_version_changed() and workflow.patched(MOVES_ON)

    def _history_is_long(self) -> bool:
        info = workflow.info()
        if self.start.longest_history:
            return info.get_current_history_length() >= self.start.longest_history
        return info.is_continue_as_new_suggested()

    async def _continue_as_new(self) -> None:
        """Nothing is carried over: all of it is in the log. Updates under way are answered first.

        The next run belongs to the version that is current then; without worker versioning that says nothing.
        """
        await self.finish()
        workflow.continue_as_new(
            self.start, initial_versioning_behavior=workflow.ContinueAsNewVersioningBehavior.AUTO_UPGRADE
        )
