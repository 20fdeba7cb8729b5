"""The ways to a log's tables: any number of readers, and the one writer."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

import sqlalchemy as sa

from eventlog.database import Database
from eventlog.errors import LogUnavailable, log_unavailable
from eventlog.reading import Snapshot
from eventlog.request import Pending
from eventlog.writers import writer_of

T = TypeVar("T")

#: What the file's header says of an auditor's copy, so that it is told from a log that lost what stands beside it.
COPY = 1

#: Seconds after which a caller is told that the log can't be used, whatever the reason.
PATIENCE = 10.0


class Access:
    """Safe to use from any number of threads; `close` it, or use it as a context manager."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._writer = writer_of(database)
        self._closed = False

    @property
    def url(self) -> str:
        return self.database.url.render_as_string(hide_password=True)

    @property
    def read_only(self) -> bool:
        return self.database.read_only

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_copy(self) -> bool:
        """Whether it is an auditor's copy, which has the history alone: no texts, no messages, no views at first."""
        if not self.database.is_sqlite:
            return False
        with self.reading() as connection:
            return bool(connection.exec_driver_sql("PRAGMA user_version").scalar_one() == COPY)

    def close(self) -> None:
        """Record what waits, then let go of the database."""
        if not self._closed:
            self._closed = True
            self._writer.release()
            self.database.close()

    def put(self, appends: list[Pending]) -> None:
        """Hand appends to the writer. Raises LogUnavailable when nothing can be written here."""
        self._require_writable()
        self._writer.committer.put(appends)

    def _require_writable(self) -> None:
        if self._closed:
            raise LogUnavailable(f"The event log {self.database.place} is closed.")
        if self.read_only:
            raise LogUnavailable(f"The event log {self.database.place} is opened to be read only.")

    def run(
        self, work: Callable[[sa.Connection], T], *, in_transaction: bool = True, patience: float | None = PATIENCE
    ) -> T:
        """Have the one writer do something beside the log, and wait for it; without patience, as long as it takes."""
        self._require_writable()
        return self._wait(self._writer.committer.run(work, in_transaction=in_transaction), patience)

    async def run_async(self, work: Callable[[sa.Connection], T]) -> T:
        """As `run`, for a caller on an event loop."""
        self._require_writable()
        try:
            return await asyncio.wait_for(asyncio.wrap_future(self._writer.committer.run(work)), PATIENCE)
        except TimeoutError as error:
            raise self.no_answer() from error

    def _wait(self, future: "Future[T]", patience: float | None = PATIENCE) -> T:
        try:
            return future.result(patience)
        except FutureTimeout as error:
            raise self.no_answer() from error

    def no_answer(self) -> LogUnavailable:
        return log_unavailable("log-silent", place=self.database.place, seconds=f"{PATIENCE:.0f}")

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One read transaction: all that is asked within sees the log and the views at one position."""
        with self.transaction() as snapshot:
            snapshot.position = snapshot.head().size
            yield snapshot

    @contextmanager
    def transaction(self) -> Iterator[Snapshot]:
        """A snapshot that asks nothing of the log's head, for those who have to find out what is wrong with it."""
        with self.reading() as connection:
            begin = "BEGIN" if self.database.is_sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            driver: Any = connection.connection.driver_connection
            driver.execute(begin)
            try:
                yield Snapshot(connection)
            finally:
                driver.execute("ROLLBACK")

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        with self.database.translated(), self.database.reading() as connection:
            yield connection

    @contextmanager
    def newest(self) -> Iterator[Snapshot]:
        """For single questions: each sees what is newest when it is asked."""
        with self.reading() as connection:
            yield Snapshot(connection)
