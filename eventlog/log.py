"""The event log as the product uses it: append, read, and what stands beside it."""

import asyncio
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from time import monotonic, sleep
from typing import Any

import sqlalchemy as sa

from eventlog.access import PATIENCE, Access
from eventlog.database import Database
from eventlog.errors import EventLogError, LogUnavailable
from eventlog.followups import Followups
from eventlog.migration import is_made, is_newest, migrate, require_known, require_marked
from eventlog.outbox import Outbox
from eventlog.record import Append, CommandRecord, Head, Receipt, Record
from eventlog.request import Pending
from eventlog.texts import Texts
from eventlog.waiting import FutureCaller, LoopCaller, LoopCallers, ThreadCaller

#: seconds; nearly all of it is Python reading what makes the tables
_IS_MADE_WITHIN = 3.0


class EventLog(Access):
    """Safe to use from any number of threads; `close` it, or use it as a context manager."""

    def __init__(self, database: Database, *, rehearsal: bool = False) -> None:
        super().__init__(database)
        self.rehearsal = rehearsal
        self._callers: LoopCallers | None = None
        self.texts = Texts(self)
        self.outbox = Outbox(self)
        self.followups = Followups(self)

    def submit(self, request: Append) -> "Future[Receipt]":
        """Hand over an append; the answer comes when the group that took it is durable."""
        caller = FutureCaller()
        self.put([Pending(request, caller, rehearsal=self.rehearsal)])
        return caller.future

    def append(self, request: Append) -> Receipt:
        """Record the events of one command.

        Raises VersionConflict, CommandConflict, MalformedAppend or NotCanonical, after which nothing was recorded,
        or LogUnavailable, after which asking again with the same command id tells what was.
        """
        caller = ThreadCaller()
        self.put([Pending(request, caller, rehearsal=self.rehearsal)])
        outcome = caller.wait(PATIENCE)
        if isinstance(outcome, Receipt):
            return outcome
        raise self.no_answer() if outcome is None else outcome

    def append_async(self, request: Append) -> "asyncio.Future[Receipt]":
        """As `append`, for a caller on an event loop."""
        return self._hand_over(request)[1]

    async def append_all_async(self, requests: Sequence[Append]) -> list[Receipt | EventLogError]:
        """Appends to one stream, each of them decided on the one before: where one fails, so do those after it."""
        waiters: list[asyncio.Future[Receipt]] = []
        before: Pending | None = None
        for request in requests:
            before, waiter = self._hand_over(request, before)
            waiters.append(waiter)
        outcomes: list[Receipt | EventLogError] = []
        for waiter in waiters:
            try:
                outcomes.append(await waiter)
            except EventLogError as error:
                outcomes.append(error)
        return outcomes

    def _hand_over(self, request: Append, before: Pending | None = None) -> "tuple[Pending, asyncio.Future[Receipt]]":
        loop = asyncio.get_running_loop()
        callers = self._callers
        if callers is None or callers.loop is not loop:
            callers = self._callers = LoopCallers(loop, self.put, PATIENCE, self.no_answer())
        caller = LoopCaller(loop)
        pending = Pending(request, caller, rehearsal=self.rehearsal, before=before)
        callers.add(pending, caller)
        return pending, caller.waiter

    def head(self) -> Head:
        with self.newest() as newest:
            return newest.head()

    def command(self, command_id: str) -> CommandRecord | None:
        with self.newest() as newest:
            return newest.command(command_id)

    def stream(self, stream: str, after: int = 0, up_to: int | None = None) -> list[Record]:
        with self.newest() as newest:
            return newest.stream(stream, after, up_to)

    def version(self, stream: str) -> int:
        with self.newest() as newest:
            return newest.version(stream)

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


def _migrate_oneself(database: Database) -> None:
    """Where the owner of the tables is another, that one has to."""
    assert database.writer is not None
    try:
        migrate(database.writer)
    except sa.exc.ProgrammingError as error:
        if type(error.orig).__name__ != "InsufficientPrivilege":
            raise
        raise LogUnavailable(
            f"The event log at {database.place} has not the schema of this version, and {database.url.username} may "
            "not make it. Open it once as the owner of its tables, as docs/event-log.md shows."
        ) from error


def _require_made(database: Database) -> None:
    """A log that somebody opens for the first time at this moment has no tables yet, and is waited for."""
    until = monotonic() + _IS_MADE_WITHIN
    with database.reader.connect() as connection:
        # each look sees what is there by then, and the tables come together
        while not is_made(connection) and monotonic() < until:
            sleep(0.05)
        require_known(connection, database.place)


def _prepare(database: Database, owner_url: str | None) -> None:
    if database.writer is None:
        _require_made(database)
        return
    with database.reader.connect() as connection:
        require_marked(connection, database.place)
    if owner_url is None:
        if not is_newest(database.reader):
            _migrate_oneself(database)
    else:
        owner = Database(owner_url)
        try:
            assert owner.writer is not None
            migrate(owner.writer, role=database.url.username)
        finally:
            owner.close()
