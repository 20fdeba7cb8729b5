"""The calendar of a rehearsal: it stands still while anything is in flight, and then jumps to the next date."""

import asyncio
from collections.abc import Awaitable, Iterable
from datetime import datetime
from typing import TypeVar

from activities.asking import Asker
from activities.office import Office
from domain.command import CLOCK, PassTime
from eventlog.followups import Followup

T = TypeVar("T")

#: so many updates are asked at once
AT_ONCE = 24
_MOST_TRIES = 5
#: so many in a row may come to nothing; Temporal's client has tried for some seconds each time
_DELIVERIES = 3
#: more than one date can bring
_EVERYTHING = 1_000_000


class RehearsalStuck(Exception):
    """The rehearsal can't go on; the sentence says what stands in its way."""


class Calendar:
    """What day it is in one rehearsal."""

    def __init__(self, office: Office, asker: Asker, begins: datetime, rollout: str) -> None:
        self.now = begins
        self._office = office
        self._asker = asker
        self._rollout = rollout
        self._places = asyncio.Semaphore(AT_ONCE)

    async def settle(self) -> None:
        """Wait until every consequence has been delivered and acknowledged. Raises RehearsalStuck."""
        before: list[Followup] = []
        deliveries = 0
        while True:
            await self._office.courier.come_to_rest()
            waiting = await asyncio.to_thread(self._office.log.followups.pending)
            if not waiting:
                return
            # a delivery that failed waits for somebody to try it again; where another worker is, it goes on meanwhile
            deliveries = deliveries + 1 if waiting == before else 1
            if deliveries > _DELIVERIES:
                raise RehearsalStuck(f"What follows from {waiting[0].stream} can't be delivered.")
            await self._office.courier.deliver(most=_EVERYTHING)
            before = waiting

    def jump(self, to: datetime) -> None:
        """Only after everything has settled."""
        self.now = max(self.now, to)

    async def next_due(self) -> datetime | None:
        """When the clock has to act next somewhere."""
        rows = await asyncio.to_thread(self._office.log.rows, "dues", ended=False)
        return min((row["due_at"] for row in rows if row["due_at"] is not None), default=None)

    async def pass_time(self) -> int:
        """Have the clock act wherever something has fallen due; how many streams that were."""
        log, count = self._office.log, 0
        for _ in range(_MOST_TRIES):
            rows = await asyncio.to_thread(lambda: log.rows("dues", ended=False, _until={"due_at": self.now}))
            if not rows:
                return count
            count += len(rows)
            await self.gather(self._tick(row["stream"]) for row in rows)
            await self.settle()
        raise RehearsalStuck(f"On {self.now:%Y-%m-%d} the clock comes again and again to {rows[0]['stream']}.")

    async def gather(self, work: Iterable[Awaitable[T]]) -> list[T]:
        """All of it, so many at a time; the first error ends it.

        What follows from it waits until all of it is done: whether somebody still held a duty when they acted must not
        depend on who was faster.
        """

        async def one(each: Awaitable[T]) -> T:
            async with self._places:
                return await each

        try:
            with self._office.courier.held():
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(one(each)) for each in work]
        except BaseExceptionGroup as errors:
            # Who called expects one of those that a single update raises.
            raise errors.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _tick(self, stream: str) -> None:
        version = await asyncio.to_thread(self._office.log.version, stream)
        name = f"{CLOCK}:{stream}:{version}:{self.now:%Y%m%dT%H%M%SZ}"
        await self._asker.ask(stream, PassTime(id=name, actor=CLOCK, at=self.now))
