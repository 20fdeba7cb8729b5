"""Temporal made to agree with the log: empty, behind or ahead, at any time and as often as one likes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import msgspec
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities import observing
from activities.asking import Asker, open_on, workflow_of
from activities.office import Office
from activities.offices import Where, office_for
from domain.identity import stream_of_workflow

#: a due date this long past with nothing recorded means that its workflow sleeps or is gone
_LATE = timedelta(seconds=30)
#: a follow-up this old was not delivered by whoever recorded it
_FORGOTTEN = timedelta(seconds=10)
_AT_ONCE = 8
#: seconds after which a workflow is taken to have no worker, as one of a version that nobody serves any more
_UNANSWERED = 30.0

_logger = logging.getLogger("kaskad.reconcile")
_first_looks: set[str] = set()


class Served(Where, Protocol):
    """What of the settings is needed here."""

    @property
    def task_queue(self) -> str: ...


class Agreement(msgspec.Struct, frozen=True):
    """What a recovery did to workflows: started the missing, updated others, ended those the log knows not."""

    streams: int
    started: int
    updated: int
    ended: int

    @property
    def changed(self) -> bool:
        return bool(self.started or self.updated or self.ended)


async def reconcile(client: Client, settings: Served) -> None:
    """At a worker's start everything that is missing; then, again and again, only what is late."""
    office = office_for(settings)
    asker = Asker(client, settings.task_queue)
    office.courier.serve(asker)
    if settings.log not in _first_looks:
        await recover(office, asker)
        _first_looks.add(settings.log)
    await office.courier.deliver(older_than=_FORGOTTEN)
    await _wake_the_late(office, asker)
    await asyncio.to_thread(_show, office)


async def recover(office: Office, asker: Asker, *, thorough: bool = False) -> Agreement:
    """Start what is missing and end what the log does not know; `thorough`: have every other workflow look again."""
    rows = await asyncio.to_thread(office.log.rows, "dues", ended=False)
    live = {str(row["stream"]) for row in rows}
    listed = await _listed_as_running(asker)
    # The list lags behind by moments, most of all for a workflow that has just been continued as new.
    found = await _all(asker, live - listed, _runs)
    missing = [stream for stream, runs in found.items() if not runs]
    await _all(asker, missing, _agree)
    stale = live - set(missing) if thorough else set()
    updated = sum((await _all(asker, stale, _agree)).values())
    unknown = await _all(asker, listed - live, _runs)
    ended = 0
    for stream in (stream for stream, runs in unknown.items() if runs):
        ended += await _end(office, asker, stream)
    await office.courier.deliver()
    return Agreement(len(live), len(missing), updated, ended)


async def _wake_the_late(office: Office, asker: Asker) -> None:
    late = datetime.now(UTC) - _LATE
    rows = await asyncio.to_thread(lambda: office.log.rows("dues", ended=False, _until={"due_at": late}, _limit=500))
    observing.count("kaskad.reconciled", by=len(rows))
    await _all(asker, (row["stream"] for row in rows), _agree)


async def _all(
    asker: Asker, streams: Iterable[str], question: Callable[[Asker, str], Awaitable[bool]]
) -> dict[str, bool]:
    """The answer for each stream. In bounded waves: a recovery of thousands must not starve the people at work."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def ask(stream: str) -> bool:
        async with places:
            return await question(asker, stream)

    asked = sorted(streams)
    return dict(zip(asked, await asyncio.gather(*map(ask, asked)), strict=True))


async def _agree(asker: Asker, stream: str) -> bool:
    """Have one look again. What no worker answers for must not keep the others waiting; it comes up again."""
    try:
        async with asyncio.timeout(_UNANSWERED):
            return await asker.agree(stream)
    except TimeoutError:
        _logger.warning("no worker answers for a workflow", extra={"stream": stream})
        return False


async def _runs(asker: Asker, stream: str) -> bool:
    """Whether the stream has an open workflow, as the server knows and not as its list shows."""
    try:
        found = await asker.client.get_workflow_handle(workflow_of(stream)).describe()
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return False
        raise
    return found.status == WorkflowExecutionStatus.RUNNING


async def _listed_as_running(asker: Asker) -> set[str]:
    """The streams that have an open workflow on this task queue, as Temporal's list shows."""
    found = set()
    async for each in asker.client.list_workflows(open_on(asker.task_queue)):
        stream = stream_of_workflow(each.id)
        if stream is not None:
            found.add(stream)
    return found


async def _end(office: Office, asker: Asker, stream: str) -> int:
    """A workflow whose stream has ended sees that itself; one whose stream the log does not know is terminated."""
    if await asyncio.to_thread(office.log.stream, stream, 0, 1):
        return int(await _agree(asker, stream))
    await asker.client.get_workflow_handle(workflow_of(stream)).terminate("the event log knows nothing of it")
    return 1


def _show(office: Office) -> None:
    observing.show("kaskad.followups.pending", office.log.followups.count())
    observing.show("kaskad.log.size", office.log.head().size)
    observing.show("kaskad.tasks.overdue", len(office.log.rows("tasks", status="overdue")))
