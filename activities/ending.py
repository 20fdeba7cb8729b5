"""Every workflow of a task queue ended, so that they can be made anew from a log that is another one now."""

import asyncio

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.asking import Asker, open_on
from domain.identity import stream_of_workflow

#: what a list of workflows shows may lag behind a moment
_PAUSE = 0.5
_MOST_ROUNDS = 40


async def end_all(asker: Asker, reason: str) -> int:
    """Terminate them until the list stays empty; how many.

    An ended run forgets which updates it has answered. That matters after a restore: versions are counted anew, so a
    consequence can come by under the id of one that a running workflow remembers, which would answer without asking.
    """
    ended: set[tuple[str, str]] = set()
    quiet = 0
    for _ in range(_MOST_ROUNDS):
        found = [each async for each in asker.client.list_workflows(open_on(asker.task_queue))]
        ours = [(each.id, each.run_id) for each in found if stream_of_workflow(each.id) is not None]
        fresh = [each for each in ours if each not in ended]
        for workflow_id, run_id in fresh:
            await _end(asker.client, workflow_id, run_id, reason)
        ended.update(fresh)
        quiet = 0 if fresh else quiet + 1
        if quiet == 2:
            break
        await asyncio.sleep(_PAUSE)
    return len(ended)


async def _end(client: Client, workflow_id: str, run_id: str, reason: str) -> None:
    try:
        await client.get_workflow_handle(workflow_id, run_id=run_id).terminate(reason)
    except RPCError as error:
        if error.status != RPCStatusCode.NOT_FOUND:
            raise
