"""A worker of a rehearsal in a process of its own, to be killed: `python -m tests.kills.worker LOG ADDRESS QUEUE`."""

import asyncio
import sys
from datetime import timedelta

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.asking import Asker
from activities.office import Office
from eventlog.log import open_log
from runtime.plugin import KaskadPlugin
from workflows.kinds import WORKFLOWS


async def serve(log: str, address: str, task_queue: str) -> None:
    client = await Client.connect(address, plugins=[KaskadPlugin()])
    with open_log(log, rehearsal=True) as opened:
        office = Office(opened)
        office.courier.serve(Asker(client, task_queue, "rehearsal"))
        async with Worker(
            client,
            task_queue=task_queue,
            workflows=WORKFLOWS,
            activities=office.activities,
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            while True:
                await office.courier.deliver(older_than=timedelta(seconds=2))
                await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:4]))
