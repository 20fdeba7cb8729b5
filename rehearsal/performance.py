"""A whole rehearsal on one server: opened, played, summed up, and left clean whatever comes."""

import asyncio
import logging
import shutil
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from eventlog.errors import LogUnavailable
from rehearsal.plan import Plan
from rehearsal.play import Play, Watch
from rehearsal.scene import Seen
from rehearsal.stage import open_stage
from rehearsal.summary import Summary, summarise
from rehearsal.tally import Tally
from rehearsal.venue import Venue
from runtime.connection import connect
from runtime.search_attributes import register_search_attributes
from runtime.telemetry import core_runtime

_CLEAN_WITHIN = 5.0
_LOOK_EVERY = 1.0
_NOWHERE = logging.NullHandler()
#: bytes that are left on a disk that is as good as full
_FULL = 1_000_000


async def perform(plan: Plan, venue: Venue, folder: Path, watch: Watch) -> tuple[Summary, Tally]:
    """Raises Refused, RehearsalStuck, LogUnavailable, ArtefactStoreUnavailable, TemporalUnavailable, RPCError."""
    core = core_runtime(venue.settings.model_copy(update={"metrics_address": None}))
    client = await connect(venue.settings, runtime=core)
    if venue.is_shared:
        await register_search_attributes(client)
    tally = Tally(plan.programme)

    def follow(play: Play, seen: list[Seen]) -> None:
        tally.note(play.scene, seen, play.calendar.now)
        watch(play, seen)

    try:
        with _log_lines_in(folder / "rehearsal.log"):
            async with open_stage(folder, client, plan.rollout) as stage:
                play = Play(plan, stage, follow)
                await _unless_full(folder, play.run())
                if play.left_over and venue.is_shared:
                    await _leave_clean(client, plan.rollout)
                return await asyncio.to_thread(summarise, play, tally), tally
    except BaseException:
        if venue.is_shared:
            await _leave_clean(client, plan.rollout)
        raise


async def _unless_full(folder: Path, playing: Coroutine[None, None, None]) -> None:
    """On a full disk the server does not answer, and its client asks again and again for minutes."""
    play = asyncio.create_task(playing)
    try:
        while not play.done():
            if shutil.disk_usage(folder).free < _FULL:
                raise LogUnavailable(f"The disk that holds {folder} is full.")
            await asyncio.wait({play}, timeout=_LOOK_EVERY)
        play.result()
    finally:
        play.cancel()
        await asyncio.gather(play, return_exceptions=True)


@contextmanager
def _log_lines_in(file: Path) -> Iterator[None]:
    """What went wrong and was tried again is worth keeping, but not on the screen; the file is made when needed."""
    handler = _Quiet(file, delay=True, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    loggers = [logging.getLogger(name) for name in ("kaskad", "temporalio")]
    before = [each.propagate for each in loggers]
    for each in loggers:
        # The SDK has late words, for which Python would otherwise find the standard error.
        each.addHandler(_NOWHERE)
        each.addHandler(handler)
        each.propagate = False
    try:
        yield
    finally:
        for each, propagates in zip(loggers, before, strict=True):
            each.removeHandler(handler)
            each.propagate = propagates
        with suppress(OSError):
            handler.close()


class _Quiet(logging.FileHandler):
    """On a full disk these lines are the least to miss."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        pass


async def _leave_clean(client: Client, task_queue: str) -> None:
    """End the workflows of a rehearsal that was broken off: nobody will ever serve their task queue again."""
    with suppress(RPCError, TimeoutError):
        async with asyncio.timeout(_CLEAN_WITHIN):
            query = f"TaskQueue = '{task_queue}' AND ExecutionStatus = 'Running'"
            async for each in client.list_workflows(query):
                await client.get_workflow_handle(each.id).terminate("the rehearsal was broken off")
