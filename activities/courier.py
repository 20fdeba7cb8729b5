"""The courier: delivers what follows from events to the streams it is meant for, at least once."""

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Protocol

from activities import observing
from activities.answer import Answer
from activities.asking import Asker
from activities.pace import Pace
from domain.command import Command, parse
from domain.consequences import id_for_one
from domain.identity import participant_stream, school_of, stream_subject, whose_peers
from domain.participant import stream as participant
from domain.rollout import stream as rollout
from eventlog.errors import LogUnavailable
from eventlog.log import EventLog
from eventlog.record import Receipt

COMMANDS: dict[str, type[Command]] = {
    str(each.model_fields["kind"].default): each for each in (*participant.COMMANDS, *rollout.COMMANDS)
}

#: so many targets are asked at once: a rollout of thousands must not starve the people at work
_AT_ONCE = 48
#: so many commands go to one target in one update; people who ask the same target wait for no more than these
_TOGETHER = 16
_PAGE = 500
#: seconds after which a target is taken to have no worker: it must not hold one of the places for ever
_UNANSWERED = 60.0

_logger = logging.getLogger("kaskad.courier")


class Letter(Protocol):
    """A command for another stream, as it was recorded with the event that it follows from."""

    @property
    def id(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def command(self) -> bytes: ...


class Courier:
    """One for each worker. What it could not deliver stays in the log's table of follow-ups until it can."""

    def __init__(self, log: EventLog, pace: Pace) -> None:
        self._log = log
        self._pace = pace
        self._asker: Asker | None = None
        #: Position of the last event that this worker appended. What comes right after it, nobody else came before.
        self._last = 0
        self._looking = 0
        self._is_held = False
        self._one_look = asyncio.Lock()
        self._on_the_way: set[str] = set()
        #: target -> what is still to be delivered to it, in the order of the log
        self._lines: dict[str, deque[Letter]] = {}
        #: targets for which something was left in the log: what comes later does not overtake it
        self._behind: set[str] = set()
        self._targets = asyncio.Semaphore(_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._writing = asyncio.Lock()
        self._delivered: list[tuple[str, str]] = []

    def serve(self, asker: Asker) -> None:
        """From now on deliver with this asker."""
        self._asker = asker

    def idle(self) -> bool:
        return not self._tasks

    async def come_to_rest(self) -> None:
        """Wait until nothing is on its way; what could not be delivered still waits in the log."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    @contextmanager
    def held(self) -> Iterator[None]:
        """What follows meanwhile stays in the log until `deliver` takes it from there."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False

    async def deliver(self, older_than: timedelta = timedelta(0), *, most: int = _PAGE) -> None:
        """Begin to deliver what waits in the log and is not on its way."""
        limit = datetime.now(UTC) - older_than if older_than else None
        self.take(await asyncio.to_thread(self._log.followups.pending, most, limit))

    def hand_over(self, letters: Sequence[Letter], receipt: Receipt) -> None:
        """What follows from an append of this worker, behind what other workers appended before it."""
        is_next = receipt.first == self._last + 1 and not self._looking
        is_next = is_next and self._behind.isdisjoint(each.target for each in letters)
        self._last = receipt.last
        if self._is_held:
            return
        if is_next:
            self.take(letters)
        elif letters:
            self._looking += 1
            self._start(self._take_after_others(letters))

    async def _take_after_others(self, letters: Sequence[Letter]) -> None:
        """What others still have for the same targets goes first and from here: the order counts, twice is no harm."""
        targets = {each.target for each in letters}
        try:
            async with self._one_look:
                self._behind -= targets
                waiting = await asyncio.to_thread(self._log.followups.pending, _PAGE, targets=targets)
                self.take(waiting)
                if len(waiting) < _PAGE:
                    self.take(letters)
                else:
                    # these may stand behind more than was looked at; whoever looks next finds them there
                    self._behind |= targets
        except LogUnavailable as away:
            _logger.warning("delivery waits", extra={"followup": letters[0].id, "reason": away.reason})
        finally:
            self._looking -= 1

    def take(self, letters: Iterable[Letter]) -> None:
        """Begin to deliver these, which the log has; nothing happens before there is somebody to ask."""
        if self._asker is None:
            return
        for each in letters:
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
                    async with asyncio.timeout(_UNANSWERED):
                        await self._deliver_first(line)
                except Exception as error:
                    _logger.warning("delivery waits", extra={"followup": line[0].id, "reason": repr(error)})
                    self._behind.add(target)
                    break
        del self._lines[target]
        self._on_the_way.difference_update(each.id for each in line)

    async def _deliver_first(self, line: deque[Letter]) -> None:
        """As many as go together; those that the target has heard of leave the line, whatever it said."""
        letters = list(islice(line, _TOGETHER))
        commands = [parse(each.command, COMMANDS) for each in letters]
        outcomes = ["nothing"] * len(letters)
        target = letters[0].target
        for stream in await self._streams(target):
            meant = [_for_one(command, target, stream) for command in commands]
            for number, answer in enumerate(await self._ask(stream, meant)):
                outcomes[number] = self._outcome(letters[number], answer) or outcomes[number]
        await self._acknowledge([(each.id, outcome) for each, outcome in zip(letters, outcomes, strict=True)])
        for _ in letters:
            line.popleft()

    async def _acknowledge(self, delivered: list[tuple[str, str]]) -> None:
        """Together with all that were delivered while the last acknowledgement was being written."""
        self._delivered.extend(delivered)
        async with self._writing:
            if not self._delivered:
                return
            await self._pace.turn()
            delivered, self._delivered = self._delivered, []
            try:
                for same in {outcome for _, outcome in delivered}:
                    ids = [each for each, outcome in delivered if outcome == same]
                    await self._log.followups.acknowledge_async(ids, same)
            finally:
                # what could not be written down is delivered again, also that of others who had it written here
                self._on_the_way.difference_update(each for each, _ in delivered)

    async def _ask(self, stream: str, commands: Sequence[Command]) -> Sequence[Answer]:
        assert self._asker is not None
        with observing.span("kaskad.followup", kind=commands[0].kind, stream=stream):
            return await self._asker.follow(stream, commands)

    def _outcome(self, letter: Letter, answer: Answer) -> str | None:
        if answer.unavailable is not None:
            raise LogUnavailable(answer.unavailable)
        if answer.refusal is not None:
            reason = answer.refusal.sentence
            _logger.error("a follow-up was refused", extra={"followup": letter.id, "reason": reason})
            return f"refused: {answer.refusal.code}"
        return "recorded" if answer.first else None

    async def _streams(self, target: str) -> Iterable[str]:
        """A target names a stream, or the peers of a participant: those with the same parent."""
        participant = whose_peers(target)
        return [target] if participant is None else await asyncio.to_thread(self._peers, participant)

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
    return command.model_copy(update={"id": id_for_one(command.id, school_of(stream_subject(stream)))})
