"""A rollout of 1,000 participants: people at work while it starts, what it takes, and how long `recover` needs."""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from activities.office import Office
from activities.reconcile import Agreement, recover
from bench.cascading.ours import ACTS, Ours
from domain.identity import workflow_id_of
from runtime.embedded import EmbeddedServer, start_somewhere
from runtime.folder import DataFolder

TARGET_P95: Final = 2.0
TARGET_MIB: Final = 300
TARGET_RECOVER: Final = 60.0
#: The server ends a workflow at 51,200 events; a run has to begin anew long before.
MOST_EVENTS: Final = 10_000

_AT_WORK = 10
_FIRST = "at-work"
_LARGE = "large"


async def work_on(ours: Ours, over: asyncio.Event) -> list[float]:
    """People who fill the seats of another rollout's schools, without a pause; how long each of them waited."""
    waited: list[float] = []

    async def person(school: int) -> None:
        for act in range(len(ACTS)):
            if over.is_set():
                return
            began = time.perf_counter()
            await ours.act_at(_FIRST, school, act)
            waited.append(time.perf_counter() - began)

    async def in_turn(first: int) -> None:
        for school in range(first, _AT_WORK * 40, _AT_WORK):
            await person(school)

    await asyncio.gather(*(in_turn(first) for first in range(_AT_WORK)))
    return waited


async def start_while_people_work(ours: Ours, schools: int) -> None:
    await ours.start(_FIRST, _AT_WORK * 40)
    over = asyncio.Event()
    working = asyncio.create_task(work_on(ours, over))
    took = await ours.start(_LARGE, schools)
    over.set()
    waited = sorted(await working)
    p95 = waited[int(len(waited) * 0.95)]
    print(f"{took:7.1f} s until {schools} participants are enrolled and all that follows is delivered")
    print(f"{p95:7.2f} s until 95 of 100 of {len(waited)} commands meanwhile were answered: {_is(p95 < TARGET_P95)}")


async def longest_history(ours: Ours) -> int:
    """Of the rollout and of the team on top, who hear of every participant."""
    found = 0
    for stream in (f"rollout:{_LARGE}", ours.stream(_LARGE, "trainers")):
        about = await ours.client.get_workflow_handle(str(workflow_id_of(stream))).describe()
        found = max(found, about.history_length)
    return found


async def agree(ours: Ours) -> tuple[float, Agreement]:
    began = time.perf_counter()
    agreement = await recover(Office(ours.log), ours.asker, thorough=True)
    return time.perf_counter() - began, agreement


async def measure(address: str, elsewhere: EmbeddedServer, home: Path, schools: int) -> None:
    with Ours(address, home) as ours:
        await ours.adopt()
        await ours.serve()
        await start_while_people_work(ours, schools)
        events = await longest_history(ours)
        print(f"{events:7} events in the longest history: {_is(events < MOST_EVENTS)}")
        took, found = await agree(ours)
        print(f"{took:7.1f} s to have {found.streams} workflows look again: {_is(took < TARGET_RECOVER)}")
        assert ours.worker is not None
        ours.worker.stop()
        peak = ours.worker.peak_mib
        print(f"{peak:7.0f} MiB at the peak of the worker: {_is(peak < TARGET_MIB)}")
        began = time.perf_counter()
        await ours.serve(elsewhere.address)
        _, found = await agree(ours)
        took = time.perf_counter() - began
        print(f"{took:7.1f} s from an empty Temporal to {found.streams} workflows: {_is(took < TARGET_RECOVER)}")


def _is(met: bool) -> str:
    return "met" if met else "MISSED"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench size", description=__doc__)
    parser.add_argument("--schools", type=int, default=1000)
    given = parser.parse_args(arguments)
    with ExitStack() as opened:
        home = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="kaskad-bench-")))
        servers = []
        for name in ("one", "other"):
            servers.append(start_somewhere(DataFolder(home / name)))
            opened.callback(servers[-1].stop)
        asyncio.run(measure(servers[0].address, servers[1], home, given.schools))


if __name__ == "__main__":
    main()
