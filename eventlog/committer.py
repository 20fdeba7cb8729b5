"""The one writer of a process: takes everything that waits, records it in one transaction, wakes the callers."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import sqlalchemy as sa

from eventlog.database import Database
from eventlog.errors import LogUnavailable, MalformedAppend
from eventlog.group import Group
from eventlog.request import Pending
from eventlog.transaction import transaction_on

T = TypeVar("T")

#: More than this gains nothing, and lets the first of the group wait for the last.
LARGEST_GROUP = 512


class Job:
    """Other work for the one writer: in a transaction of its own, or in none."""

    def __init__(self, work: Callable[[sa.Connection], Any], *, in_transaction: bool) -> None:
        self.work = work
        self.in_transaction = in_transaction
        self.future: Future[Any] = Future()


class Committer:
    """Runs a thread from the first piece of work until it is closed."""

    def __init__(self, database: Database, *, rehearsal: bool) -> None:
        self._database = database
        self._rehearsal = rehearsal
        self._queue: SimpleQueue[Pending | Job | None] = SimpleQueue()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._connection: sa.Connection | None = None

    def put(self, work: Pending | Job) -> None:
        if self._thread is None:
            self._begin()
        if self._closed:
            raise LogUnavailable("The event log is closed.")
        self._queue.put(work)

    def run(self, work: Callable[[sa.Connection], T], *, in_transaction: bool = True) -> "Future[T]":
        job = Job(work, in_transaction=in_transaction)
        self.put(job)
        return job.future

    def close(self) -> None:
        """Finish what waits, then stop."""
        with self._start:
            self._closed = True
            thread = self._thread
        if thread is not None:
            self._queue.put(None)
            thread.join()

    def _begin(self) -> None:
        with self._start:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._work, name="eventlog-writer", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            closing = False
            while len(batch) < LARGEST_GROUP:
                try:
                    more = self._queue.get_nowait()
                except Empty:
                    break
                if more is None:
                    closing = True
                    break
                batch.append(more)
            self._take(batch)
            if closing:
                break
        self._disconnect()

    def _take(self, batch: Sequence[Pending | Job]) -> None:
        """Appends that stand next to each other are one group; the order of what waits is kept."""
        group: list[Pending] = []
        for work in batch:
            if isinstance(work, Pending):
                group.append(work)
                continue
            if group:
                self._commit(group)
                group = []
            self._do(work)
        if group:
            self._commit(group)

    def _commit(self, group: list[Pending]) -> None:
        try:
            self._record(group)
        except Exception as error:  # whatever it is, somebody waits for an answer
            self._recover(group, self._database.explain(error))
        for pending in group:
            outcome = pending.outcome
            pending.settle(outcome if outcome is not None else LogUnavailable("The event log gave no answer."))

    def _recover(self, group: list[Pending], error: Exception) -> None:
        """A request that the database refuses must not fail the others: each is tried alone."""
        self._disconnect()
        if isinstance(error, LogUnavailable):
            for pending in group:
                pending.outcome = error
            return
        for pending in group:
            try:
                self._record([pending])
            except Exception as alone:
                self._disconnect()
                reason = self._database.explain(alone)
                pending.outcome = _malformed(reason) if isinstance(reason, sa.exc.DBAPIError) else reason
                if isinstance(reason, self._database.driver_errors):
                    pending.outcome = _malformed(reason)

    def _record(self, group: list[Pending]) -> None:
        connection = self._connected()
        with connection.begin():
            transaction = transaction_on(connection)
            state = Group(transaction.take_head(), datetime.now(UTC), rehearsal=self._rehearsal)
            state.judge(transaction, group)
            state.write(transaction)

    def _do(self, job: Job) -> None:
        try:
            connection = self._connected()
            if job.in_transaction:
                with connection.begin():
                    result = job.work(connection)
            else:
                result = job.work(connection)
                connection.rollback()
        except Exception as error:
            self._disconnect()
            job.future.set_exception(self._database.explain(error))
        else:
            job.future.set_result(result)

    def _connected(self) -> sa.Connection:
        if self._connection is None:
            assert self._database.writer is not None
            self._connection = self._database.writer.connect()
        return self._connection

    def _disconnect(self) -> None:
        """After a failure the connection is made anew: its state is not known."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.invalidate()
            finally:
                connection.close()


def _malformed(error: Exception) -> MalformedAppend:
    return MalformedAppend(f"The database refuses this append: {error}")
