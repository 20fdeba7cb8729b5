"""Those who wait for the outcome of an append: a thread, a future, or a coroutine on an event loop."""

import asyncio
from _thread import allocate_lock
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any

from eventlog.errors import LogUnavailable
from eventlog.record import Receipt
from eventlog.request import Outcome, Pending

#: Times within their patience that those who have waited too long are looked for, and those who are done let go. Kept
#: for long, they would make Python's garbage collector look through all of them.
_LOOKS = 100


class ThreadCaller:
    """Waits on a bare lock: a Condition costs as much as the append."""

    __slots__ = ("_lock", "_outcome")

    loop = None

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._lock.acquire()
        self._outcome: Outcome | None = None

    def settle(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._lock.release()

    def wait(self, patience: float) -> Outcome | None:
        """The outcome; None if it did not come in time."""
        self._lock.acquire(timeout=patience)
        return self._outcome


class FutureCaller:
    __slots__ = ("future",)

    loop = None

    def __init__(self) -> None:
        self.future: Future[Receipt] = Future()

    def settle(self, outcome: Outcome) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        if isinstance(outcome, Exception):
            self.future.set_exception(outcome)
        else:
            self.future.set_result(outcome)


class LoopCaller:
    __slots__ = ("loop", "waiter")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop: Any = loop
        self.waiter: asyncio.Future[Receipt] = loop.create_future()

    def settle(self, outcome: Outcome) -> None:
        if self.waiter.done():
            return
        if isinstance(outcome, Exception):
            self.waiter.set_exception(outcome)
        else:
            self.waiter.set_result(outcome)


class LoopCallers:
    """The coroutines of one event loop that append.

    Those of one turn of the loop are handed to the writer together, so that they go into one transaction. Those that
    have waited too long are given up on, by one timer for all of them.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        put: Callable[[list[Pending]], None],
        patience: float,
        give_up: Exception,
    ) -> None:
        self.loop = loop
        self._put = put
        self._patience = patience
        self._give_up = give_up
        self._coming: list[Pending] = []
        #: of each turn, when its callers are given up on
        self._waiting: deque[tuple[float, list[LoopCaller]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, pending: Pending, caller: LoopCaller) -> None:
        if not self._coming:
            self._waiting.append((monotonic() + self._patience, []))
            self.loop.call_soon(self._hand_over)
            if self._timer is None:
                self._timer = self.loop.call_later(self._patience / _LOOKS, self._look)
        self._coming.append(pending)
        self._waiting[-1][1].append(caller)

    def _hand_over(self) -> None:
        coming, self._coming = self._coming, []
        try:
            self._put(coming)
        except LogUnavailable as closed:
            for pending in coming:
                pending.caller.settle(closed)

    def _look(self) -> None:
        now, waiting = monotonic(), self._waiting
        while waiting and (waiting[0][0] <= now or all(caller.waiter.done() for caller in waiting[0][1])):
            for caller in waiting.popleft()[1]:
                caller.settle(self._give_up)
        self._timer = self.loop.call_later(self._patience / _LOOKS, self._look) if waiting else None


def settle_all(group: Iterable[Pending]) -> None:
    """Tell everybody of a group; an event loop is woken once for all its coroutines."""
    by_loop: dict[Any, list[Pending]] = {}
    for pending in group:
        caller = pending.caller
        if caller.loop is not None:
            by_loop.setdefault(caller.loop, []).append(pending)
        elif pending.outcome is not None:
            caller.settle(pending.outcome)
    for loop, pendings in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle_here, pendings)


def _settle_here(pendings: list[Pending]) -> None:
    for pending in pendings:
        if pending.outcome is not None:
            pending.caller.settle(pending.outcome)


class Waker:
    """Wakes those of a group from a thread of its own; groups are woken in the order in which they were recorded."""

    def __init__(self) -> None:
        self._groups: SimpleQueue[list[Pending] | None] = SimpleQueue()
        #: held while a group is being woken
        self._in_turn = allocate_lock()
        self._thread = Thread(target=self._work, name="eventlog-waker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self, group: list[Pending]) -> None:
        """From the other thread, soon."""
        self._in_turn.acquire()
        self._groups.put(group)

    def wake_here(self, group: list[Pending]) -> None:
        with self._in_turn:
            settle_all(group)

    def stop(self) -> None:
        self._groups.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (group := self._groups.get()) is not None:
            try:
                settle_all(group)
            finally:
                self._in_turn.release()
