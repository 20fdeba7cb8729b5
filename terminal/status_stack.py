"""Whether the server and a worker can be reached now, asked for briefly."""

import asyncio
import socket
from collections.abc import Collection

import msgspec

from runtime.embedded import is_running
from runtime.settings import Settings
from runtime.versions import Queue, Version, address_of, left_behind, look_at_queue
from terminal.saying import said
from terminal.workers import told_as_behind, told_as_lost, why_nobody_serves

_WITHIN = 2.0


class Stack(msgspec.Struct, frozen=True):
    server: bool
    worker: bool
    address: str = ""
    #: those whom Temporal gives work
    workers: tuple[str, ...] = ()
    why: str = ""
    #: whose work that is; empty without worker versioning
    version: str = ""
    #: what is wrong with the versions of workers, and what to do
    versions: tuple[tuple[str, str], ...] = ()


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
    address = address_of(client)
    try:
        async with asyncio.timeout(_WITHIN):
            queue = (await look_at_queue(client, settings.task_queue)).alive()
            behind = await left_behind(client, queue)
    except (TimeoutError, RPCError) as error:
        told = said(error) or "no answer in time"
        return Stack(True, False, address, why=f"The server does not tell its workers: {told}")
    finally:
        # an answer still on its way to a finished interpreter crashes it (temporalio issue 300)
        await asyncio.sleep(0.05)
    if not names_a_server():
        there = tuple(each for each in queue.pollers if not is_gone(each.identity))
        queue = msgspec.structs.replace(queue, pollers=there)
    return stack_told(queue, behind.values(), address)


def stack_told(queue: Queue, behind: Collection[Version], address: str) -> Stack:
    """`behind`: the version of each workflow that runs under another one than the current."""
    serving = sorted({each.identity for each in queue.serving})
    why = why_nobody_serves(queue, address) if queue.pollers and not serving else ""
    lost = [each for each in behind if each not in queue.versions]
    others = [each for each in behind if each in queue.versions]
    versions = ((told_as_lost(lost),) if lost else ()) + ((told_as_behind(others, queue.current),) if others else ())
    return Stack(True, bool(serving), address, tuple(serving), why, str(queue.current or ""), versions)


def is_gone(identity: str) -> bool:
    """Whether a worker of the embedded stack (PID@HOST) has ended: the server goes on naming it for a while."""
    pid, _, host = identity.partition("@")
    return host == socket.gethostname() and pid.isdecimal() and not is_running(int(pid))
