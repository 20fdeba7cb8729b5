"""Worker versioning: who asks for work, to which version Temporal gives it, and what stays with another one."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from runtime.connection import names_a_server

if TYPE_CHECKING:
    from temporalio.api.deployment.v1 import WorkerDeploymentOptions
    from temporalio.client import Client

#: a worker that serves asks for work at least this often
_ALIVE = timedelta(seconds=75)

#: of what runs under another version, so many are looked at at once
_AT_MOST = 1000

_PINNED_TO = "TemporalWorkerDeploymentVersion"


class Version(msgspec.Struct, frozen=True, order=True):
    """A version of the worker, as Temporal writes it: kaskad:v2."""

    deployment: str
    build_id: str

    def __str__(self) -> str:
        return f"{self.deployment}:{self.build_id}"


class Poller(msgspec.Struct, frozen=True):
    """Somebody who asks a task queue for work."""

    identity: str
    version: Version | None
    asked_at: datetime


class Queue(msgspec.Struct, frozen=True):
    """A task queue: who asks for its work, and to whom Temporal gives what is new."""

    name: str
    pollers: tuple[Poller, ...]
    #: None: workers without a version
    current: Version | None

    @property
    def serving(self) -> tuple[Poller, ...]:
        return tuple(each for each in self.pollers if each.version == self.current)

    @property
    def versions(self) -> frozenset[Version | None]:
        """Those that a worker has."""
        return frozenset(each.version for each in self.pollers)

    def alive(self) -> "Queue":
        """Without those who have ended: the server goes on naming them for minutes."""
        since = datetime.now(UTC) - _ALIVE
        return msgspec.structs.replace(self, pollers=tuple(each for each in self.pollers if each.asked_at >= since))


async def look_at_queue(client: "Client", name: str) -> Queue:
    from temporalio.api.enums.v1 import TaskQueueType
    from temporalio.api.taskqueue.v1 import TaskQueue
    from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

    asked = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=name),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    told = await client.workflow_service.describe_task_queue(asked)
    pollers = [
        Poller(each.identity, _version_of(each.deployment_options), each.last_access_time.ToDatetime(tzinfo=UTC))
        for each in told.pollers
    ]
    current = told.versioning_info.current_deployment_version
    return Queue(name, tuple(pollers), Version(current.deployment_name, current.build_id) if current.build_id else None)


async def left_behind(client: "Client", queue: Queue) -> dict[str, Version]:
    """The ids of the workflows that run under another version than the current one, with that version."""
    from temporalio.service import RPCError, RPCStatusCode

    other = "IS NOT NULL" if queue.current is None else f"!= '{queue.current}'"
    query = f"TaskQueue = '{queue.name}' AND ExecutionStatus = 'Running' AND {_PINNED_TO} {other}"
    found = {}
    try:
        async for each in client.list_workflows(query, limit=_AT_MOST):
            (version,) = each.search_attributes[_PINNED_TO]
            found[each.id] = Version(*str(version).split(":", 1))
    except RPCError as error:
        if error.status != RPCStatusCode.INVALID_ARGUMENT:  # a server from before worker versioning
            raise
    return found


def address_of(client: "Client") -> str:
    return client.service_client.config.target_host


def make_current(version: Version | None, *, deployment: str = "", address: str = "") -> str:
    """The command with which an operator has Temporal give its work to a version (None: to workers without one)."""
    which = "--unversioned" if version is None else f"--build-id {version.build_id}"
    where = "" if not address or names_a_server() else f"--address {address} "
    name = version.deployment if version else deployment
    return f"temporal worker deployment set-current-version {where}--deployment-name {name} {which}"


def _version_of(told: "WorkerDeploymentOptions") -> Version | None:
    """A worker without worker versioning has a build id too, which the SDK makes up."""
    from temporalio.api.enums.v1 import WorkerVersioningMode

    if told.worker_versioning_mode != WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED:
        return None
    return Version(told.deployment_name, told.build_id)
