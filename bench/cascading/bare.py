"""Bare Temporal workflows that do as much as a participant's and record nothing."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from temporalio import activity, workflow

FAR = timedelta(days=10)


@dataclass(frozen=True)
class Step:
    """What an update brings: the fields of a command."""

    id: str
    seat: str = "senior-leader"
    person: str = "p-00010001"
    actor: str = "p-90000001"
    kind: str = "TakeSeat"
    #: whether something else is waited for from now on, so that a new timer takes the place of the old
    new_timer: bool = False


@dataclass(frozen=True)
class Done:
    """What it is answered with."""

    stream: str
    first: int = 1
    last: int = 1
    kinds: list[str] = field(default_factory=lambda: ["SeatTaken"])


@dataclass(frozen=True)
class Start:
    stream: str
    local: bool


@activity.defn
async def do_nothing(step: Step) -> Done:
    return Done(step.id)


@workflow.defn
class BareWorkflow:
    """Waits by a timer, and runs an activity for each update."""

    @workflow.init
    def __init__(self, start: Start) -> None:
        self._local = start.local
        self._waits_for = 0
        self._one_at_a_time = asyncio.Lock()

    @workflow.run
    async def run(self, start: Start) -> None:
        await workflow.wait_condition(lambda: self._waits_for > 0)
        while await self._something_else_within(FAR):
            pass

    async def _something_else_within(self, time: timedelta) -> bool:
        known = self._waits_for
        try:
            await workflow.wait_condition(lambda: self._waits_for != known, timeout=time)
        except TimeoutError:
            return False
        return True

    @workflow.update
    async def act(self, step: Step) -> Done:
        async with self._one_at_a_time:
            run = workflow.execute_local_activity if self._local else workflow.execute_activity
            done: Done = await run(do_nothing, step, start_to_close_timeout=timedelta(seconds=30))
            self._waits_for += step.new_timer
        return done
