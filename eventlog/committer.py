"""The one writer of a process: takes everything that waits, records it in one transaction, wakes the callers."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import time_ns
from typing import Any, TypeVar

import sqlalchemy as sa

from eventlog.checkpointer import Checkpointer
from eventlog.database import Database
from eventlog.errors import EventLogError, LogUnavailable, MalformedAppend
from eventlog.group import Group
from eventlog.on_sqlite import SqliteTransaction, copy_write_ahead_log
from eventlog.request import Pending
from eventlog.transaction import Outrun, Tip, Transaction
from eventlog.waiting import Waker, settle_all

T = TypeVar("T")

#: More than this gains nothing, and lets the first of the group wait for the last.
LARGEST_GROUP = 512

#: A group of fewer is woken all at once.
_WORTH_HALVING = 16

#: Seconds after which those who were not woken with the first half are, if nobody has come by then.
_SECOND_HALF_WAITS = 0.0005


class Job:
    """Other work for the one writer: in a transaction of its own, or in none."""

    def __init__(self, work: Callable[[sa.Connection], Any], *, in_transaction: bool) -> None:
        self.work = work
        self.in_transaction = in_transaction
        self.future: Future[Any] = Future()

    def fail(self, error: Exception) -> None:
        if self.future.set_running_or_notify_cancel():
            self.future.set_exception(error)


class Committer:
    """Runs a thread from the first piece of work until it is closed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: SimpleQueue[list[Pending] | Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._connection: sa.Connection | None = None
        #: Durable, but their callers are not yet woken.
        self._recorded: list[Pending] = []
        self._waker = Waker()
        self._checkpointer = Checkpointer(database) if database.may_have_checkpointer else None
        #: The end of the log after this writer's last transaction. Others may have moved it since.
        self._left: Tip | None = None

    def put(self, work: list[Pending] | Job) -> None:
        if self._thread is None or self._closed:
            self._begin()
        self._queue.put(work)

    def run(self, work: Callable[[sa.Connection], T], *, in_transaction: bool = True) -> "Future[T]":
        job = Job(work, in_transaction=in_transaction)
        self.put(job)
        return job.future

    def close(self) -> None:
        """Finish what waits, then stop."""
        with self._lock:
            self._closed = True
            thread = self._thread
        if thread is not None:
            self._queue.put(None)
            thread.join()
            if self._checkpointer is not None:
                self._checkpointer.close()
            self._fail_waiting(LogUnavailable("The event log is closed."))

    def _begin(self) -> None:
        with self._lock:
            if self._closed:
                raise LogUnavailable("The event log is closed.")
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="eventlog-writer", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        self._waker.start()
        try:
            while (first := self._next()) is not None:
                batch, closing = self._waiting(first)
                self._take(batch)
                if closing:
                    break
        finally:
            self._wake()
            self._waker.stop()
            self._disconnect()

    def _waiting(self, first: list[Pending] | Job) -> tuple[list[list[Pending] | Job], bool]:
        """Everything that waits by now, and whether the log is then to be closed."""
        batch, count, more = [first], _size(first), self._queue.get_nowait
        try:
            while count < LARGEST_GROUP:
                work = more()
                if work is None:
                    return batch, True
                batch.append(work)
                count += _size(work)
        except Empty:
            pass
        return batch, False

    def _take(self, batch: Sequence[list[Pending] | Job]) -> None:
        """Appends that stand next to each other are one group; the order of what waits is kept."""
        group: list[Pending] = []
        for work in batch:
            if not isinstance(work, Job):
                group += work
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
            self._wake()
            self._recover(group, self._database.explain(error))
        self._recorded = group
        # If others wait already, these are woken when the next group is on its way to the disk: they then make their
        # next requests while this thread waits for the disk, and not while it needs the interpreter lock. If nobody
        # waits, half of a large group is: woken all at once they would come back all at once, and nobody would work
        # while the disk does.
        if self._queue.empty():
            self._wake(len(group) // 2 if len(group) >= _WORTH_HALVING else len(group))
        if self._checkpointer is not None and self._checkpointer.is_nearly_done():
            # What it meets, a full disk perhaps, the next append meets too: these are recorded.
            with suppress(*self._database.driver_errors):
                copy_write_ahead_log(self._connected())

    def _wake(self, count: int | None = None) -> None:
        """Settle the first so many of those whose appends are durable; without a count, all."""
        recorded = self._recorded[:count]
        self._recorded = self._recorded[len(recorded) :]
        if recorded:
            self._waker.wake_here(recorded)

    def _next(self) -> list[Pending] | Job | None:
        if self._recorded:
            try:
                return self._queue.get(timeout=_SECOND_HALF_WAITS)
            except Empty:
                self._wake()
        return self._queue.get()

    def _recover(self, group: list[Pending], error: Exception) -> None:
        """A request that the database refuses must not fail the others: each is tried alone."""
        self._disconnect()
        for pending in group:
            if isinstance(error, LogUnavailable):
                pending.outcome = error
                continue
            try:
                self._record([pending])
            except Exception as alone:
                self._disconnect()
                error_alone = self._database.explain(alone)
                known = isinstance(error_alone, EventLogError)
                pending.outcome = (
                    error_alone if known else MalformedAppend(f"The log can't take this append: {error_alone}")
                )
        if isinstance(error, LogUnavailable):
            self._fail_waiting(error)

    def _fail_waiting(self, error: LogUnavailable) -> None:
        """Whoever came while the database was waited for has waited as long, and must not begin again."""
        failed: list[Pending] = []
        for _ in range(self._queue.qsize()):
            try:
                work = self._queue.get_nowait()
            except Empty:
                break
            if work is None:
                self._queue.put(None)
            elif isinstance(work, Job):
                work.fail(error)
            else:
                for pending in work:
                    pending.outcome = error
                failed += work
        settle_all(failed)

    def _record(self, group: list[Pending]) -> None:
        """On the end of the log as this writer left it; where that fails, once more on what the log says."""
        left, self._left = self._left, None
        if left is not None:
            try:
                self._write(group, left)
                return
            except Outrun:
                pass
            except Exception as error:
                if isinstance(self._database.explain(error), LogUnavailable):
                    raise
                self._disconnect()
        self._write(group, None)

    def _write(self, group: list[Pending], left: Tip | None) -> None:
        transaction = transaction_on(self._connected())
        state = Group(transaction, left, time_ns() // 1000)
        state.judge(group)
        tip = state.write()
        # By another thread, since waking an event loop gives the interpreter lock away; that one gets it when the
        # commit below lets it go.
        recorded, self._recorded = self._recorded, []
        if recorded:
            self._waker.wake(recorded)
        transaction.close()
        self._left = tip or state.found
        if self._checkpointer is not None:
            self._checkpointer.note(state.row_count)

    def _do(self, job: Job) -> None:
        self._wake()
        if not job.future.set_running_or_notify_cancel():
            return
        try:
            connection = self._connected()
            if job.in_transaction:
                with connection.begin():
                    result = job.work(connection)
            else:
                result = job.work(connection)
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
        """After a failure the connection is made anew, since its state is not known."""
        connection, self._connection, self._left = self._connection, None, None
        if connection is not None:
            try:
                connection.invalidate()
            finally:
                connection.close()


def _size(work: list[Pending] | Job) -> int:
    return 1 if isinstance(work, Job) else len(work)


def transaction_on(connection: sa.Connection) -> Transaction:
    driver = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        return SqliteTransaction(driver)
    # Imported late: psycopg costs every command a tenth of a second, and most logs are files.
    from eventlog.on_postgres import PostgresTransaction

    return PostgresTransaction(driver)
