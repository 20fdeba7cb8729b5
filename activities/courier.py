"""The courier: delivers what follows from events to the streams it is meant for, at least once."""

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from activities import observing
from activities.asking import Asker
from domain.command import Command, parse
from domain.identity import participant_stream, school_of, stream_subject
from domain.participant import stream as participant
from domain.refusal import Refused
from domain.rollout import stream as rollout
from eventlog.followups import Followup
from eventlog.log import EventLog

COMMANDS: dict[str, type[Command]] = {
    str(each.model_fields["kind"].default): each for each in (*participant.COMMANDS, *rollout.COMMANDS)
}

#: so many targets are asked at once: a rollout of thousands must not starve the people at work
_AT_ONCE = 16
_PAGE = 500

_logger = logging.getLogger("kaskad.courier")


class Courier:
    """One for each worker. What it could not deliver stays in the log's table of follow-ups until it can."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._asker: Asker | None = None
        self._on_the_way: set[str] = set()
        #: target -> what is still to be delivered to it, in the order of the log
        self._lines: dict[str, deque[Followup]] = {}
        self._targets = asyncio.Semaphore(_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._writing = asyncio.Lock()
        self._delivered: list[tuple[str, str]] = []

    def serve(self, asker: Asker) -> None:
        """From now on deliver with this asker."""
        self._asker = asker

    def wake(self) -> None:
        """There is something to deliver."""
        if self._asker is not None:
            self._start(self.deliver())

    def idle(self) -> bool:
        return not self._tasks

    async def come_to_rest(self) -> None:
        """Wait until nothing is on its way; what could not be delivered still waits in the log."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def deliver(self, older_than: timedelta = timedelta(0)) -> None:
        """Begin to deliver what waits and is not on its way."""
        limit = datetime.now(UTC) - older_than if older_than else None
        for each in await asyncio.to_thread(self._log.followups.pending, _PAGE, limit):
            if each.id in self._on_the_way:
                continue
            self._on_the_way.add(each.id)
            line = self._lines.get(each.target)
            if line is None:
                self._lines[each.target] = deque([each])
                self._start(self._deliver_line(each.target))
            else:
                line.append(each)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver_line(self, target: str) -> None:
        """To one target one after the other; a failure leaves the rest for the next time."""
        line = self._lines[target]
        async with self._targets:
            while line:
                try:
                    await self._deliver_one(line[0])
                except Exception as error:
                    _logger.warning("delivery waits", extra={"followup": line[0].id, "reason": repr(error)})
                    break
                line.popleft()
        del self._lines[target]
        self._on_the_way.difference_update(each.id for each in line)

    async def _deliver_one(self, followup: Followup) -> None:
        outcome = "nothing"
        command = parse(followup.command, COMMANDS)
        for stream in await self._streams(followup.target):
            try:
                answer = await self._ask(stream, _for_one(command, followup.target, stream))
                outcome = "recorded" if answer else outcome
            except Refused as refused:
                outcome = f"refused: {refused.code}"
                _logger.error("a follow-up was refused", extra={"followup": followup.id, "reason": refused.sentence})
        await self._acknowledge(followup, outcome)

    async def _acknowledge(self, followup: Followup, outcome: str) -> None:
        """Together with all that were delivered while the last acknowledgement was being written."""
        self._delivered.append((followup.id, outcome))
        async with self._writing:
            delivered, self._delivered = self._delivered, []
            for same in {outcome for _, outcome in delivered}:
                ids = [each for each, outcome in delivered if outcome == same]
                await asyncio.to_thread(self._log.followups.acknowledge, ids, same)
            self._on_the_way.difference_update(each for each, _ in delivered)

    async def _ask(self, stream: str, command: Command) -> bool:
        assert self._asker is not None
        with observing.span("kaskad.followup", kind=command.kind, stream=stream):
            answer = await self._asker.ask(stream, command)
        return answer.first > 0

    async def _streams(self, target: str) -> Iterable[str]:
        """A target names a stream, or the peers of a participant: those with the same parent."""
        if not target.startswith("peers:"):
            return [target]
        return await asyncio.to_thread(self._peers, stream_subject(target))

    def _peers(self, of: str) -> list[str]:
        own = self._log.rows("participants", stream=participant_stream(of))
        if not own:
            return []
        rows = self._log.rows("participants", rollout=own[0]["rollout"], parent=own[0]["parent"])
        return [row["stream"] for row in rows if row["participant"] != of]


def _for_one(command: Command, target: str, stream: str) -> Command:
    """What is meant for several streams is a command of its own for each: under one id, only the first would act."""
    if stream == target:
        return command
    return command.model_copy(update={"id": f"{command.id}+{school_of(stream_subject(stream))}"})
