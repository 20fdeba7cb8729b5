"""A whole rehearsal on one server: opened, played, summed up, and left clean whatever comes."""

import asyncio
from contextlib import suppress
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from rehearsal.plan import Plan
from rehearsal.play import Play, Watch
from rehearsal.scene import Seen
from rehearsal.stage import open_stage
from rehearsal.summary import Summary, summarise
from rehearsal.tally import Tally
from rehearsal.venue import Venue
from runtime.connection import connect

_CLEAN_WITHIN = 5.0


async def perform(plan: Plan, venue: Venue, folder: Path, watch: Watch) -> tuple[Summary, Tally]:
    """Raises Refused, RehearsalStuck, LogUnavailable, ArtefactStoreUnavailable, TemporalUnavailable, RPCError."""
    client = await connect(venue.settings)
    tally = Tally(plan.programme)

    def follow(play: Play, seen: list[Seen]) -> None:
        tally.note(play.scene, seen, play.calendar.now)
        watch(play, seen)

    try:
        async with open_stage(folder, client, plan.rollout) as stage:
            play = Play(plan, stage, follow)
            await play.run()
            return await asyncio.to_thread(summarise, play, tally), tally
    except BaseException:
        if venue.is_shared:
            await _leave_clean(client, plan.rollout)
        raise


async def _leave_clean(client: Client, task_queue: str) -> None:
    """End the workflows of a rehearsal that was broken off: nobody will ever serve their task queue again."""
    with suppress(RPCError, TimeoutError):
        async with asyncio.timeout(_CLEAN_WITHIN):
            query = f"TaskQueue = '{task_queue}' AND ExecutionStatus = 'Running'"
            async for each in client.list_workflows(query):
                await client.get_workflow_handle(each.id).terminate("the rehearsal was broken off")
