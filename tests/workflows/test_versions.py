"""Worker versioning on a real server: what runs moves to the version that was made current, and goes on there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client
from temporalio.service import RPCError

from activities.asking import Asker
from activities.office import Office
from activities.reconcile import recover
from domain.identity import rollout_stream, workflow_id_of
from domain.participant.tasks import CompleteTask
from domain.participant.team import TakeSeat
from domain.rollout.commands import CloseRollout
from eventlog.log import open_log
from programmes.reader import read_programme
from runtime.serving import make_worker
from runtime.settings import Settings
from tests.workflows.cascade import SMALL, Cascade, prepare

pytestmark = pytest.mark.server


def of_version(settings: Settings, build_id: str) -> Settings:
    """A deployment of the test's own."""
    return settings.model_copy(update={"build_id": build_id, "deployment": settings.task_queue})


@asynccontextmanager
async def cascade_without_a_worker(client: Client, settings: Settings) -> AsyncIterator[Cascade]:
    with open_log(settings.log) as log:
        office = Office(log)
        definition = read_programme(SMALL, cohort="a")
        await prepare(office, definition)
        asker = Asker(client, settings.task_queue)
        office.courier.serve(asker)
        yield Cascade(office, asker, definition)
        await asyncio.sleep(0.05)


async def make_current(client: Client, settings: Settings, build_id: str) -> None:
    """As `temporal worker deployment set-current-version` does, once the version has been seen by the server."""
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace, deployment_name=settings.task_queue, build_id=build_id
    )
    async with asyncio.timeout(30):
        while True:
            try:
                await client.workflow_service.set_worker_deployment_current_version(request)
                return
            except RPCError:
                await asyncio.sleep(0.2)


async def version_of(client: Client, stream: str) -> str:
    """The build id that the workflow of a stream is pinned to."""
    workflow_id = workflow_id_of(stream)
    assert workflow_id is not None
    told = await client.get_workflow_handle(workflow_id).describe()
    return told.raw_description.workflow_execution_info.versioning_info.deployment_version.build_id


async def moved(client: Client, here: Cascade, streams: list[str]) -> None:
    """A task that came before its queue had heard of the new version does not tell of it: the next one does."""
    async with asyncio.timeout(20):
        while {await version_of(client, each) for each in streams} != {"v2"}:
            await recover(here.office, here.asker, thorough=True)
            await asyncio.sleep(0.5)


async def test_what_runs_moves_to_the_version_that_was_made_current(client: Client, settings_here: Settings) -> None:
    async with cascade_without_a_worker(client, settings_here) as here:
        new = make_worker(client, of_version(settings_here, "v2"), activities=here.office.activities)
        async with make_worker(client, of_version(settings_here, "v1"), activities=here.office.activities):
            await make_current(client, settings_here, "v1")
            await here.start("alpha")
            await here.settle()
            await here.ask("alpha", TakeSeat, seat="lead", person="p-0000000a")
            streams = [here.stream("alpha"), here.stream("trainers"), rollout_stream(here.rollout)]
            assert {await version_of(client, each) for each in streams} == {"v1"}
            moving = asyncio.create_task(new.run())
            await make_current(client, settings_here, "v2")
            await moved(client, here, streams)
        async with asyncio.timeout(20):
            await here.ask("alpha", CompleteTask, task="wish/go-on", answer="go")
            await here.asker.ask(rollout_stream(here.rollout), here.command(CloseRollout, force=True))
            await here.settle()
        assert {await version_of(client, each) for each in streams} == {"v2"}
        await new.shutdown()
        await moving
