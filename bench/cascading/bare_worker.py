"""The worker of the bare workflows: `python -m bench.cascading.bare_worker ADDRESS QUEUE defaults|ours`."""

import asyncio
import signal
import sys
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from bench.cascading.bare import BareWorkflow, do_nothing
from runtime.collector import spare_what_stays


async def bare_client(address: str, like: str) -> Client:
    """With nothing set, or with the converter and the runner that the product has."""
    if like == "defaults":
        return await Client.connect(address)
    from runtime.plugin import KaskadPlugin

    return await Client.connect(address, plugins=[KaskadPlugin()])


async def serve(address: str, queue: str, like: str) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    client = await bare_client(address, like)
    options: dict[str, Any] = {} if like == "defaults" else _like_ours()
    async with Worker(client, task_queue=queue, workflows=[BareWorkflow], activities=[do_nothing], **options):
        if like != "defaults":
            spare_what_stays()
        await stopping.wait()


def _like_ours() -> dict[str, Any]:
    from runtime.serving import STICKS_FOR
    from runtime.settings import Settings

    settings = Settings()
    return {
        "max_cached_workflows": settings.workflow_cache,
        "max_concurrent_workflow_tasks": settings.concurrent_workflow_tasks,
        "max_concurrent_activities": settings.concurrent_activities,
        "max_concurrent_local_activities": settings.concurrent_activities,
        "sticky_queue_schedule_to_start_timeout": STICKS_FOR,
    }


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
