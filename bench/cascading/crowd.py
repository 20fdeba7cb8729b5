"""Many people who act at the same time."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

#: So many act at the same moment.
PEOPLE = 64


async def crowd(work: Iterable[T], act: Callable[[T], Awaitable[object]], people: int = PEOPLE) -> list[float]:
    """Act upon everything, as soon as somebody is free; the seconds that each answer was waited for."""
    waiting = iter(work)
    waited: list[float] = []

    async def person() -> None:
        for each in waiting:
            began = time.perf_counter()
            await act(each)
            waited.append(time.perf_counter() - began)

    await asyncio.gather(*(person() for _ in range(people)))
    return waited
