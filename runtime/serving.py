"""A worker process: it serves the task queue until it is told to stop, and waits for a server that is away."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker, WorkerDeploymentConfig

from runtime import telemetry
from runtime.collector import spare_what_stays
from runtime.connection import TemporalUnavailable, connect
from runtime.folder import DataFolder
from runtime.loglines import set_up_logging
from runtime.search_attributes import register_search_attributes
from runtime.settings import Settings
from runtime.standstill import MADE_ROOM, CalledAlready, Standstill
from runtime.tidying import tidy
from runtime.versions import Version, address_of, make_current

T = TypeVar("T")

log = structlog.get_logger("kaskad.worker")

#: Seconds between two tries to reach a server that is away.
RETRY_EVERY = 3.0

#: How long a task of a workflow waits for the worker that has it in memory. After that any other takes it: so long do
#: people wait for the first answer after a worker was killed (12 s with the SDK's ten).
STICKS_FOR = timedelta(seconds=5)

#: Seconds between two looks at what people are to be told.
TELL_EVERY = 5.0


def make_worker(client: Client, settings: Settings, **overrides: Any) -> Worker:
    """A worker as production has it; tests override the task queue or the cache."""
    from activities.offices import activities_for
    from workflows.kinds import WORKFLOWS

    options: dict[str, Any] = {
        "task_queue": settings.task_queue,
        "workflows": WORKFLOWS,
        "max_cached_workflows": settings.workflow_cache,
        "max_concurrent_workflow_tasks": settings.concurrent_workflow_tasks,
        "max_concurrent_activities": settings.concurrent_activities,
        "max_concurrent_local_activities": settings.concurrent_activities,
        "sticky_queue_schedule_to_start_timeout": STICKS_FOR,
        "graceful_shutdown_timeout": timedelta(seconds=settings.stop_within),
        "deployment_config": deployment(settings),
    }
    options.update(overrides)
    if "activities" not in options:
        options["activities"] = activities_for(settings)
    return Worker(client, **options)


def deployment(settings: Settings) -> WorkerDeploymentConfig | None:
    """Worker versioning, only where a build id is given: a small installation has one version at a time."""
    if settings.build_id is None:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(settings.deployment, settings.build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )


def run_worker(settings: Settings) -> int:
    """Serves until SIGTERM or SIGINT."""
    from activities.offices import close_offices

    set_up_logging(settings)
    try:
        return asyncio.run(serve(settings))
    finally:
        close_offices()


async def serve(settings: Settings) -> int:
    """Until it is told to stop, or has to make room for a backup that is brought back; the process's exit code."""
    stopping = _stop_on_signals()
    standstill = Standstill(DataFolder(settings.home))
    client = await _unless(stopping, _reach_temporal(settings))
    place = None if client is None else await _unless(stopping, _take_place(standstill))
    if client is None or place is None:
        return 0
    with place:
        await asyncio.to_thread(_require_persons, settings)
        await asyncio.to_thread(tidy, settings)
        making_room = asyncio.create_task(_make_room(standstill, stopping))
        await _serve(client, settings, stopping)
        called_off = making_room.cancel()
        return 0 if called_off else MADE_ROOM


async def _serve(client: Client, settings: Settings, stopping: asyncio.Event) -> None:
    from activities.offices import postman_for
    from activities.reconcile import reconcile

    await _require_namespace(client)
    if (sentence := await register_search_attributes(client)) is not None:
        log.warning("search attributes are missing", reason=sentence)
    async with make_worker(client, settings):
        spare_what_stays()
        log.info("serving", task_queue=settings.task_queue, namespace=client.namespace)
        if settings.build_id is not None:
            how = make_current(Version(settings.deployment, settings.build_id), address=address_of(client))
            log.info("versioned: Temporal gives no work to a version before it is current", how=how)
        repeated = (
            _again_and_again("reconciling", settings.reconcile_every, lambda: reconcile(client, settings)),
            _again_and_again("telling people", TELL_EVERY, postman_for(settings).notify),
        )
        tasks = [asyncio.create_task(each) for each in repeated]
        await stopping.wait()
        log.info("stopping")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    log.info("stopped")


def _require_persons(settings: Settings) -> None:
    """Without them, whoever is to be told something has no name and no address. Raises RegistryLost."""
    from activities.offices import office_for
    from activities.organisation import require_persons

    require_persons(office_for(settings).log, settings)


async def _require_namespace(client: Client) -> None:
    """The SDK would find out while it serves, in words of its own. Raises RPCError where there is no such namespace."""
    try:
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            raise


async def _take_place(standstill: Standstill) -> ExitStack:
    """A place among those who work, once no backup is being brought back."""
    while True:
        await standstill.over()
        place = ExitStack()
        try:
            place.enter_context(standstill.working())
            return place
        except CalledAlready:
            await asyncio.sleep(RETRY_EVERY / 10)


async def _make_room(standstill: Standstill, stopping: asyncio.Event) -> None:
    await standstill.called()
    log.info("making room for a backup")
    stopping.set()


async def _reach_temporal(settings: Settings) -> Client:
    core = telemetry.core_runtime(settings)
    while True:
        try:
            return await connect(settings, runtime=core)
        except TemporalUnavailable as away:
            log.warning("waiting for Temporal", reason=str(away))
            await asyncio.sleep(RETRY_EVERY)


async def _again_and_again(what: str, seconds: float, look: Callable[[], Awaitable[object]]) -> None:
    """Looks at once and then every so often; a look that fails is logged and made again."""
    while True:
        try:
            await look()
        except Exception:
            log.warning(f"{what} failed; it is tried again", exc_info=True)
        await asyncio.sleep(seconds)


def _stop_on_signals() -> asyncio.Event:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    return stopping


async def _unless(stopping: asyncio.Event, wanted: Awaitable[T]) -> T | None:
    """What is waited for, or None if the process is told to stop first."""
    waiting = asyncio.ensure_future(wanted)
    stopped = asyncio.create_task(stopping.wait())
    await asyncio.wait({waiting, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if waiting.done():
        stopped.cancel()
        return waiting.result()
    waiting.cancel()
    return None
