"""Whether any worker serves the task queue: where none does, whoever asks would wait for nothing."""

import asyncio
from typing import TYPE_CHECKING

from terminal.outcome import ServiceUnavailable

if TYPE_CHECKING:
    from temporalio.client import Client

#: a stack that was started a moment ago, or a worker that is started again, serves before that
_NOBODY_FOR = 7.0
_LOOK_EVERY = 1.0

NO_WORKER = (
    "No worker serves the task queue '{queue}': start the stack with 'kaskad up' (or a 'kaskad worker'), and ask again."
)


async def require_worker(client: "Client", task_queue: str) -> None:
    """Raises ServiceUnavailable where nobody has asked for work lately."""
    if not await _is_served(client, task_queue):
        raise ServiceUnavailable(NO_WORKER.format(queue=task_queue))


async def refuse_when_nobody_serves(client: "Client", task_queue: str) -> None:
    """To run beside something that waits for an answer. Raises ServiceUnavailable, or goes on until it is cancelled."""
    from temporalio.service import RPCError

    nobody = 0.0
    while nobody < _NOBODY_FOR:
        await asyncio.sleep(_LOOK_EVERY)
        try:
            nobody = 0.0 if await _is_served(client, task_queue) else nobody + _LOOK_EVERY
        except RPCError:  # a server that is away, or does not tell: then the answer itself has to
            nobody = 0.0
    raise ServiceUnavailable(NO_WORKER.format(queue=task_queue))


async def _is_served(client: "Client", task_queue: str) -> bool:
    from temporalio.api.enums.v1 import TaskQueueType
    from temporalio.api.taskqueue.v1 import TaskQueue
    from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    found = await client.workflow_service.describe_task_queue(request)
    return bool(found.pollers)
