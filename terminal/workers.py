"""Whether any worker serves the task queue: where none does, whoever asks would wait for nothing."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from terminal.outcome import ServiceUnavailable
from terminal.phrases import phrase

if TYPE_CHECKING:
    from temporalio.client import Client

    from runtime.versions import Queue, Version

#: a stack that was started a moment ago, or a worker that is started again, serves before that
_NOBODY_FOR = 7.0
_LOOK_EVERY = 1.0
#: for what is only to explain why nothing came
_EXPLAINED_WITHIN = 3.0


def no_worker(queue: str) -> str:
    return phrase("no_worker", queue=queue)


async def require_worker(client: "Client", task_queue: str) -> "Queue":
    """Raises ServiceUnavailable where nobody has asked for work lately, or nobody whom Temporal gives any."""
    from runtime.versions import address_of, look_at_queue

    queue = await look_at_queue(client, task_queue)
    if not queue.serving:
        raise ServiceUnavailable(why_nobody_serves(queue, address_of(client)))
    return queue


async def refuse_when_nobody_serves(client: "Client", task_queue: str) -> None:
    """To run beside something that waits for an answer. Raises ServiceUnavailable, or goes on until it is cancelled."""
    from temporalio.service import RPCError

    from runtime.versions import address_of, look_at_queue

    nobody = 0.0
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        try:
            queue = await look_at_queue(client, task_queue)
        except RPCError:  # a server that is away, or does not tell: then the answer itself has to
            nobody = 0.0
            continue
        nobody = 0.0 if queue.serving else nobody + _LOOK_EVERY
        if nobody >= _NOBODY_FOR:
            raise ServiceUnavailable(why_nobody_serves(queue, address_of(client)))


def why_nobody_serves(queue: "Queue", address: str = "") -> str:
    """And what to do: with worker versioning, to start one more worker would not help."""
    from runtime.versions import make_current

    if not queue.pollers:
        return no_worker(queue.name)
    given = f"version {queue.current}" if queue.current else "workers without a version"
    have = sorted(queue.versions, key=str)
    asking = " and ".join(f"one of version {each}" if each else "one without a version" for each in have)
    deployment = queue.current.deployment if queue.current else ""
    commands = " or ".join(f"'{make_current(each, deployment=deployment, address=address)}'" for each in have)
    return (
        f"Temporal gives the work of the task queue '{queue.name}' to {given}, and no such worker serves it, only "
        f"{asking}. Have it given to them, and ask again: {commands}"
    )


async def why_no_answer(client: "Client", task_queue: str) -> str | None:
    """The sentence where workflows stay with another version of the worker, which may have gone; else None."""
    from temporalio.service import RPCError

    from runtime.versions import left_behind, look_at_queue

    try:
        async with asyncio.timeout(_EXPLAINED_WITHIN):
            queue = (await look_at_queue(client, task_queue)).alive()
            behind = await left_behind(client, queue)
    except (TimeoutError, RPCError):
        return None
    lost = [version for version in behind.values() if version not in queue.versions]
    if lost:
        return " ".join(told_as_lost(lost))
    return " ".join(told_as_behind(behind.values(), queue.current)) if behind else None


def told_as_lost(lost: "Iterable[Version]") -> tuple[str, str]:
    """What is wrong with workflows whose version no worker has, and what to do."""
    return (
        f"Workflows stay with a version that no worker has: {_counted(lost)}. They answer nobody, and nothing of "
        "theirs falls due.",
        "Start a worker of that version and call 'kaskad recover', which moves them to the current one; or make all "
        "workflows anew from the log: 'kaskad recover --anew'.",
    )


def told_as_behind(behind: "Iterable[Version]", current: "Version | None") -> tuple[str, str]:
    """The same of those whose worker is there still."""
    return (
        f"Workflows stay with another version than the current one ({current or 'none'}): {_counted(behind)}.",
        "'kaskad recover' moves them; a worker of their version has to run until then.",
    )


def _counted(versions: "Iterable[Version]") -> str:
    return " and ".join(f"{number} with {version}" for version, number in sorted(Counter(versions).items()))
