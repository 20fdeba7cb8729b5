"""What the log is compared with: bare inserts, and the recorders of `eventsourcing` with events encoded beforehand."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count, cycle
from pathlib import Path
from uuid import uuid4

import psycopg
from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore
from sqlalchemy import URL

from bench.measuring.appends import PARTICIPANTS, PAYLOAD
from eventlog.database import sqlite_module
from tests.postgres_server import plain

Caller = Callable[[], Callable[[], object]]

MOST_CALLERS = 64

_STATE = bytes(PAYLOAD)

_TABLE = "CREATE TABLE events (position {}, stream TEXT NOT NULL, version INTEGER NOT NULL, state {})"


@contextmanager
def raw_sqlite(path: Path) -> Iterator[Caller]:
    """One connection behind a lock, a transaction a row, as durable as the log: WAL and synchronous FULL."""
    connection = sqlite_module().connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(_TABLE.format("INTEGER PRIMARY KEY", "BLOB"))
    lock = threading.Lock()

    def insert() -> None:
        with lock:
            connection.execute("INSERT INTO events (stream, version, state) VALUES ('s', 1, ?)", (_STATE,))

    yield lambda: insert
    connection.close()


@contextmanager
def raw_postgres(url: URL) -> Iterator[Caller]:
    """A connection a caller, a transaction a row."""
    with ExitStack() as opened:

        def connect() -> psycopg.Connection[tuple[object, ...]]:
            return opened.enter_context(psycopg.connect(plain(url), autocommit=True))

        connect().execute(_TABLE.format("BIGSERIAL PRIMARY KEY", "BYTEA").encode())
        connections = cycle([connect() for _ in range(MOST_CALLERS)])

        def caller() -> Callable[[], object]:
            connection = next(connections)
            insert = "INSERT INTO events (stream, version, state) VALUES ('s', 1, %b)"
            return lambda: connection.execute(insert, (_STATE,))

        yield caller


def _recording(recorder: ApplicationRecorder) -> Caller:
    streams = cycle([(uuid4(), count(1)) for _ in range(PARTICIPANTS)])

    def caller() -> Callable[[], object]:
        originator, versions = next(streams)
        return lambda: recorder.insert_events([StoredEvent(originator, next(versions), "tasks:TaskAsked", _STATE)])

    return caller


@contextmanager
def eventsourcing_sqlite(path: Path) -> Iterator[Caller]:
    """As it comes, but patient enough for 64 callers; WAL and synchronous FULL are its own defaults."""
    datastore = SQLiteDatastore(str(path), lock_timeout=10, pool_timeout=30)
    recorder = SQLiteApplicationRecorder(datastore)
    recorder.create_table()
    yield _recording(recorder)
    datastore.close()


@contextmanager
def eventsourcing_postgres(url: URL) -> Iterator[Caller]:
    """With the pool of its factory's defaults, but patient enough for 64 callers."""
    host = url.query.get("host", url.host) or "localhost"
    datastore = PostgresDatastore(
        url.database or "",
        host if isinstance(host, str) else host[0],
        url.port or 5432,
        url.username or "",
        url.password or "",
        pool_size=5,
        max_overflow=10,
        connect_timeout=30,
    )
    recorder = PostgresApplicationRecorder(datastore)
    recorder.create_table()
    yield _recording(recorder)
    datastore.close()
