"""Whether the server and a worker can be reached now, asked for briefly."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from runtime.embedded import is_running
from runtime.settings import Settings

if TYPE_CHECKING:
    from temporalio.client import Client

_WITHIN = 2.0
#: a worker that serves asks for work at least this often
_ALIVE = timedelta(seconds=75)


class Stack(msgspec.Struct, frozen=True):
    server: bool
    worker: bool
    address: str = ""
    workers: tuple[str, ...] = ()
    why: str = ""


def look_at_stack(settings: Settings) -> Stack:
    """Never raises for what is away: that is what it tells."""
    return asyncio.run(_look(settings))


async def _look(settings: Settings) -> Stack:
    from temporalio.service import RPCError

    from runtime.connection import TemporalUnavailable, connect, names_a_server

    try:
        client = await connect(settings, within=_WITHIN)
    except TemporalUnavailable as away:
        return Stack(False, False, why=str(away))
    address = client.service_client.config.target_host
    try:
        async with asyncio.timeout(_WITHIN):
            workers = await _workers(client, settings.task_queue)
        if not names_a_server():
            workers = [each for each in workers if not is_gone(each)]
    except (TimeoutError, RPCError) as error:
        return Stack(True, False, address, why=f"The server does not tell its workers: {error or 'no answer in time'}")
    finally:
        # an answer still on its way to a finished interpreter crashes it (temporalio issue 300)
        await asyncio.sleep(0.05)
    return Stack(True, bool(workers), address, tuple(workers))


def is_gone(identity: str) -> bool:
    """Whether a worker of the embedded stack (PID@HOST) has ended: the server goes on naming it for a while."""
    pid, _, host = identity.partition("@")
    return host == socket.gethostname() and pid.isdecimal() and not is_running(int(pid))


async def _workers(client: "Client", task_queue: str) -> list[str]:
    from temporalio.api.enums.v1 import TaskQueueType
    from temporalio.api.taskqueue.v1 import TaskQueue
    from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

    asked = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    told = await client.workflow_service.describe_task_queue(asked)
    since = datetime.now(UTC) - _ALIVE
    return sorted(
        {poller.identity for poller in told.pollers if poller.last_access_time.ToDatetime(tzinfo=UTC) >= since}
    )
