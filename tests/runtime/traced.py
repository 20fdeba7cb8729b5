"""A client, a workflow and an activity in one process: prints the trace id that each of them sees."""

import asyncio
import sys
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import Worker

from activities import observing
from runtime import telemetry
from runtime.plugin import KaskadPlugin


@activity.defn
async def look() -> str | None:
    return observing.current_trace_id()


@workflow.defn
class Traced:
    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def ask(self) -> list[str | None]:
        wait = timedelta(seconds=10)
        local = await workflow.execute_local_activity(look, start_to_close_timeout=wait)
        return [local, await workflow.execute_activity(look, start_to_close_timeout=wait)]


async def main(address: str) -> None:
    telemetry.set_up("worker")
    client = await Client.connect(address, plugins=[KaskadPlugin()])
    async with Worker(client, task_queue="traced", workflows=[Traced], activities=[look]):
        with observing.span("kaskad.command"):
            start = WithStartWorkflowOperation(
                Traced.run, id="traced", task_queue="traced", id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING
            )
            seen = await client.execute_update_with_start_workflow(Traced.ask, start_workflow_operation=start)
            print(observing.current_trace_id(), *seen)
        await client.get_workflow_handle("traced").terminate()
    telemetry.shut_down()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
