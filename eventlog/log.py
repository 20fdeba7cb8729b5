"""The event log as the product uses it: append, read, and what stands beside it."""

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, TypeVar

import sqlalchemy as sa

from eventlog.database import Database
from eventlog.errors import LogCorrupt, LogUnavailable
from eventlog.followups import Followups
from eventlog.migration import is_newest, migrate, require_known
from eventlog.outbox import Outbox
from eventlog.reading import Snapshot
from eventlog.record import Append, CommandRecord, Head, Receipt, Record
from eventlog.request import Pending
from eventlog.texts import Texts
from eventlog.waiting import FutureCaller, LoopCaller, Patience, ThreadCaller
from eventlog.writers import writer_of

T = TypeVar("T")

#: Seconds after which a caller is told that the log can't be used, whatever the reason.
PATIENCE = 10.0


class EventLog:
    """Safe to use from any number of threads; `close` it, or use it as a context manager."""

    def __init__(self, database: Database, *, rehearsal: bool = False) -> None:
        self.database = database
        self.rehearsal = rehearsal
        self._writer = writer_of(database)
        self._closed = False
        self._patience: Patience | None = None
        self.texts = Texts(self)
        self.outbox = Outbox(self)
        self.followups = Followups(self)

    @property
    def url(self) -> str:
        return self.database.url.render_as_string(hide_password=True)

    @property
    def read_only(self) -> bool:
        return self.database.read_only

    def __enter__(self) -> "EventLog":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Record what waits, then let go of the database."""
        if not self._closed:
            self._closed = True
            self._writer.release()
            self.database.close()

    def submit(self, request: Append) -> "Future[Receipt]":
        """Hand over an append; the answer comes when the group that took it is durable."""
        caller = FutureCaller()
        self._put(Pending(request, caller, rehearsal=self.rehearsal))
        return caller.future

    def append(self, request: Append) -> Receipt:
        """Record the events of one command.

        Raises VersionConflict, CommandConflict, MalformedAppend or NotCanonical, after which nothing was recorded,
        or LogUnavailable, after which asking again with the same command id tells what was.
        """
        caller = ThreadCaller()
        self._put(Pending(request, caller, rehearsal=self.rehearsal))
        outcome = caller.wait(PATIENCE)
        if isinstance(outcome, Receipt):
            return outcome
        raise self._no_answer() if outcome is None else outcome

    async def append_async(self, request: Append) -> Receipt:
        """As `append`, for a caller on an event loop."""
        loop = asyncio.get_running_loop()
        caller = LoopCaller(loop)
        self._put(Pending(request, caller, rehearsal=self.rehearsal))
        patience = self._patience
        if patience is None or patience.loop is not loop:
            patience = self._patience = Patience(loop, PATIENCE, self._no_answer())
        patience.watch(caller)
        return await caller.waiter

    def _put(self, pending: Pending) -> None:
        self._require_writable()
        self._writer.committer.put(pending)

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
        return self.wait(self._writer.committer.run(work, in_transaction=in_transaction), patience)

    def wait(self, future: "Future[T]", patience: float | None = PATIENCE) -> T:
        try:
            return future.result(patience)
        except FutureTimeout as error:
            raise self._no_answer() from error

    def _no_answer(self) -> LogUnavailable:
        return LogUnavailable(f"The event log {self.database.place} gave no answer within ten seconds.")

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One read transaction: all that is asked within sees the log and the views at one position."""
        with self.reading() as connection:
            begin = "BEGIN" if self.database.is_sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            driver: Any = connection.connection.driver_connection
            driver.execute(begin)
            try:
                snapshot = Snapshot(connection)
                snapshot.position = snapshot.head().size
                yield snapshot
            finally:
                driver.execute("ROLLBACK")

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        with self.database.translated(), self.database.reader.connect() as connection:
            yield connection

    @contextmanager
    def newest(self) -> Iterator[Snapshot]:
        """For single questions: each sees what is newest when it is asked."""
        with self.reading() as connection:
            yield Snapshot(connection)

    def head(self) -> Head:
        with self.newest() as newest:
            return newest.head()

    def command(self, command_id: str) -> CommandRecord | None:
        with self.newest() as newest:
            return newest.command(command_id)

    def stream(self, stream: str, after: int = 0, up_to: int | None = None) -> list[Record]:
        with self.newest() as newest:
            return newest.stream(stream, after, up_to)

    def streams(self, prefix: str = "") -> list[str]:
        with self.newest() as newest:
            return newest.streams(prefix)

    def read(
        self,
        after: int = 0,
        limit: int = 1000,
        *,
        stream: str | None = None,
        rollout: str | None = None,
        kinds: Iterable[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        up_to: int | None = None,
    ) -> list[Record]:
        with self.newest() as newest:
            return newest.read(
                after, limit, stream=stream, rollout=rollout, kinds=kinds, since=since, until=until, up_to=up_to
            )

    def rows(
        self,
        view: str,
        *,
        _until: Mapping[str, datetime] | None = None,
        _limit: int | None = None,
        **where: object,
    ) -> list[dict[str, Any]]:
        with self.newest() as newest:
            return newest.rows(view, _until=_until, _limit=_limit, **where)


def open_log(
    url_or_path: str | os.PathLike[str],
    *,
    rehearsal: bool = False,
    read_only: bool = False,
    owner_url: str | None = None,
) -> EventLog:
    """Open the log in a file or a database, made and brought to this version's schema unless it is only to be read.

    On PostgreSQL, `owner_url` signs in as the owner of the tables, for the schema alone.
    """
    database = Database(url_or_path, read_only=read_only)
    try:
        with database.translated():
            _prepare(database, owner_url)
        return EventLog(database, rehearsal=rehearsal)
    except BaseException:
        database.close()
        raise


def _prepare(database: Database, owner_url: str | None) -> None:
    if database.writer is None:
        try:
            with database.reader.connect() as connection:
                require_known(connection)
        except LogCorrupt as error:
            raise LogCorrupt(f"{database.place} is not an event log.") from error
    elif owner_url is None:
        if not is_newest(database.reader):
            migrate(database.writer)
    else:
        owner = Database(owner_url)
        try:
            assert owner.writer is not None
            migrate(owner.writer, role=database.url.username)
        finally:
            owner.close()
