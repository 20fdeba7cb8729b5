"""Callers who each do one thing again and again, and what that came to."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True)
class Measured:
    #: Done in a second.
    rate: float
    #: Milliseconds that all but one in a hundred took at most.
    p99: float


@dataclass(frozen=True)
class Side:
    """One of those that are compared; `measure` runs it for some seconds with so many callers."""

    name: str
    measure: Callable[[int, float], Measured]


def by_threads(caller: Callable[[], Callable[[], object]]) -> Callable[[int, float], Measured]:
    """Each caller a thread; `caller` makes what one of them does."""

    def measure(count: int, seconds: float) -> Measured:
        waits: list[list[float]] = [[] for _ in range(count)]
        deeds = [caller() for _ in range(count)]
        began = perf_counter()
        end = began + seconds

        def work(mine: list[float], deed: Callable[[], object]) -> None:
            while (start := perf_counter()) < end:
                deed()
                mine.append(perf_counter() - start)

        threads = [threading.Thread(target=work, args=pair) for pair in zip(waits, deeds, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return _measured([wait for mine in waits for wait in mine], perf_counter() - began)

    return measure


def by_coroutines(caller: Callable[[], Callable[[], Awaitable[object]]]) -> Callable[[int, float], Measured]:
    """Each caller a coroutine on one event loop, as in the worker."""

    async def measure(count: int, seconds: float) -> Measured:
        waits: list[float] = []
        deeds = [caller() for _ in range(count)]
        began = perf_counter()
        end = began + seconds

        async def work(deed: Callable[[], Awaitable[object]]) -> None:
            while (start := perf_counter()) < end:
                await deed()
                waits.append(perf_counter() - start)

        await asyncio.gather(*map(work, deeds))
        return _measured(waits, perf_counter() - began)

    return lambda count, seconds: asyncio.run(measure(count, seconds))


def _measured(waits: list[float], elapsed: float) -> Measured:
    waits.sort()
    return Measured(len(waits) / elapsed, waits[int(len(waits) * 0.99)] * 1000 if waits else float("inf"))


@dataclass(frozen=True)
class Result:
    side: str
    #: Medians over the rounds.
    rate: float
    p99: float
    #: Median over the rounds of this side's rate by that of the side compared with, in the same round.
    ratio: float


def interleaved(sides: list[Side], against: str, callers: int, seconds: float, rounds: int) -> list[Result]:
    """Every side in every round, so that what else goes on at the machine meets them all."""
    measured: dict[str, list[Measured]] = {side.name: [] for side in sides}
    for side in sides:
        side.measure(callers, seconds / 2)
    for _ in range(rounds):
        for side in sides:
            measured[side.name].append(side.measure(callers, seconds))
    compared = [one.rate for one in measured[against]]
    return [
        Result(
            name,
            median(one.rate for one in found),
            median(one.p99 for one in found),
            median(one.rate / other for one, other in zip(found, compared, strict=True)),
        )
        for name, found in measured.items()
    ]
