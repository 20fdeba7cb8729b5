"""The bare workflows as a contender: the same number of starts, updates, timers and activities."""

import time
from pathlib import Path
from typing import Literal

from temporalio.client import WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from bench.cascading.bare import BareWorkflow, Start, Step
from bench.cascading.bare_worker import bare_client
from bench.cascading.crowd import crowd
from bench.cascading.process import WorkerProcess
from bench.cascading.stage import Stage


class Bare:
    """Written with the SDK's defaults, or with the very settings that the product has."""

    def __init__(self, like: Literal["defaults", "ours"], address: str, home: Path) -> None:
        self._like = like
        self._address = address
        self._queue = f"bare-{like}"
        arguments = ["-m", "bench.cascading.bare_worker", address, self._queue, like]
        self.worker = WorkerProcess(arguments, home / f"{self._queue}.log")

    async def prepare(self) -> None:
        self._client = await bare_client(self._address, self._like)
        await self._first("warm", Step("warm"))

    async def play(self, stage: Stage) -> float:
        """The seconds that the stage took; its updates and timers are spread evenly over the workflows."""
        steps = [
            (
                f"{self._like}-{number % stage.workflows}",
                Step(f"{stage.name}:{number}", new_timer=number < stage.timers),
            )
            for number in range(stage.updates)
        ]
        began = time.perf_counter()
        await crowd(steps[: stage.starts], lambda each: self._first(*each))
        await crowd(steps[stage.starts :], lambda each: self._further(*each))
        return time.perf_counter() - began

    async def _first(self, workflow_id: str, step: Step) -> None:
        operation = WithStartWorkflowOperation(
            BareWorkflow.run,
            Start(workflow_id, self._like != "defaults"),
            id=workflow_id,
            task_queue=self._queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        await self._client.execute_update_with_start_workflow(
            BareWorkflow.act, step, start_workflow_operation=operation, id=step.id
        )

    async def _further(self, workflow_id: str, step: Step) -> None:
        await self._client.get_workflow_handle(workflow_id).execute_update(BareWorkflow.act, step, id=step.id)
