"""How closely commands follow each other to the door: the more there are, the more of them are recorded together."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

#: seconds that whoever was let through alone keeps the next one waiting
ALONE: Final = 0.005
#: seconds that a group keeps the next one waiting for each of its number, and at most
EACH: Final = 0.01
LONGEST: Final = 0.15
#: a group is let through sooner when nobody has come for so many seconds, and when it is so many
QUIET: Final = 0.01
MOST: Final = 32


class Pace:
    """Lets a worker's commands through to its door: at once while it is quiet, several together when it is not.

    Whoever acts alone is never kept waiting: to come back through Temporal takes them longer than `ALONE`. Of many,
    those who come while a group is waited for are decided right after each other, and recorded in one transaction.
    For one event loop.
    """

    def __init__(self, before: Callable[[Sequence[str]], None] | None = None) -> None:
        #: told the ids of a group's commands once it is let through, before any of it goes on
        self._before = before
        #: by the loop's clock, until when the last group keeps the next one waiting
        self._until = 0.0
        #: what the next group waits for, how many wait by now, with which commands, and since when nobody has come
        self._next: asyncio.Event | None = None
        self._waiting = 0
        self._commands: list[str] = []
        self._quiet_since = 0.0

    async def turn(self, commands: Sequence[str] = ()) -> None:
        """Wait for one's turn, with commands of these ids."""
        now = asyncio.get_running_loop().time()
        if self._next is None:
            if now >= self._until:
                self._until = now + ALONE
                return
            self._next = asyncio.Event()
            self._look_again(self._next, now + QUIET)
        group = self._next
        self._quiet_since = now
        self._waiting += 1
        self._commands += commands
        if self._waiting == MOST:
            self._let_through(group)
        await group.wait()

    def _look_again(self, group: asyncio.Event, when: float) -> None:
        asyncio.get_running_loop().call_at(min(when, self._until), self._look, group)

    def _look(self, group: asyncio.Event) -> None:
        """Whether the group has waited long enough, unless it was let through already."""
        if group.is_set():
            return
        now, quiet = asyncio.get_running_loop().time(), self._quiet_since + QUIET
        if now >= min(quiet, self._until):
            self._let_through(group)
        else:
            self._look_again(group, quiet)

    def _let_through(self, group: asyncio.Event) -> None:
        wait = ALONE if self._waiting == 1 else min(LONGEST, EACH * self._waiting)
        self._until = asyncio.get_running_loop().time() + wait
        self._next, self._waiting, commands, self._commands = None, 0, self._commands, []
        group.set()
        if self._before is not None and commands:
            self._before(commands)
