"""How closely commands follow each other to the door: the more there are, the more of them are recorded together."""

import asyncio
from typing import Final

#: seconds that a group keeps the next one waiting for each of its number, and at most
EACH: Final = 0.005
LONGEST: Final = 0.06


class Pace:
    """Lets a worker's commands through to its door: at once while it is quiet, several together when it is not.

    Whoever acts alone is never kept waiting: to come back through Temporal takes them longer than `EACH`. Of many,
    those who come while a group is waited for are decided right after each other, and recorded in one transaction.
    For one event loop.
    """

    def __init__(self) -> None:
        #: when the last group was let through, by the loop's clock, and how many it was
        self._last = 0.0
        self._count = 0
        #: what the next group waits for, and how many wait by now
        self._next: asyncio.Event | None = None
        self._waiting = 0

    async def turn(self) -> None:
        """Wait for one's turn."""
        if self._next is None:
            loop = asyncio.get_running_loop()
            wait = self._last + min(LONGEST, EACH * self._count) - loop.time()
            if wait <= 0:
                self._last, self._count = loop.time(), 1
                return
            self._next = asyncio.Event()
            loop.call_later(wait, self._let_through, self._next)
        self._waiting += 1
        await self._next.wait()

    def _let_through(self, group: asyncio.Event) -> None:
        self._last, self._count = asyncio.get_running_loop().time(), self._waiting
        self._next, self._waiting = None, 0
        group.set()
