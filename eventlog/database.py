"""Where the log stands: an SQLite file or a PostgreSQL database, how it is opened, and what its failures mean."""

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import QueuePool

from eventlog.errors import LogCorrupt, LogUnavailable, NotAPlace, log_unavailable

#: Seconds that a lock is waited for: with what comes around it, the caller has an answer within ten.
LOCK_PATIENCE = 9

#: Versions below this one may corrupt a WAL when two connections write and checkpoint at once.
SOUND_SQLITE = (3, 51, 3)

#: Pages in the WAL at which the writer copies them into the file, and everybody waits: mostly for what little a
#: checkpointer has left, else for all of them.
_PAGES_WITH_CHECKPOINTER = 50_000
_PAGES_ALONE = 2_000

#: Connections that wait for the next question.
_MOST_AT_HAND = 4

#: KiB of pages that the writer keeps, since each append touches pages of its own in the indexes. At each commit SQLite
#: looks through its table of them: more is slower.
_WRITER_CACHE = 8_000

# Statements are prepared while the tables are empty, or known to be empty: looking through the whole table is then the
# best plan, and it stays while they grow. Every statement on a table that grows has an index to go by.
_STEADY_PLANS = "-c enable_seqscan=off -c jit=off -c plan_cache_mode=force_generic_plan"

_logger = logging.getLogger("eventlog")
_warned = False


def sqlite_module() -> ModuleType:
    """The newest SQLite at hand."""
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        return sqlite3
    module: ModuleType = dbapi2
    return module


def parse_url(url_or_path: str | os.PathLike[str]) -> URL:
    text = os.fspath(url_or_path)
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        url = make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        raise NotAPlace(f"{text.partition('://')[0]}://… is not the URL of a database.") from None
    match url.get_backend_name():
        case "sqlite":
            return url.set(drivername="sqlite")
        case "postgresql" | "postgres":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise NotAPlace(f"An event log is kept in SQLite or PostgreSQL, not in {other}.")


class Database:
    """One engine that reads and, unless it is opened to be read only, one that writes by a single connection."""

    def __init__(self, url_or_path: str | os.PathLike[str], *, read_only: bool = False) -> None:
        self.url = parse_url(url_or_path)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.read_only = read_only
        self._at_hand: list[sa.Connection] = []
        if self.is_sqlite:
            self._open_sqlite()
        else:
            self._open_postgres()
        #: what the driver or SQLAlchemy raises
        self.errors: tuple[type[Exception], ...] = (sa.exc.DBAPIError, sa.exc.TimeoutError, *self.driver_errors)

    def _open_sqlite(self) -> None:
        if not self.url.database or self.url.database == ":memory:":
            raise NotAPlace("An event log in SQLite needs the path of a file.")
        self.path = Path(self.url.database)
        self.place = str(self.path)
        module = sqlite_module()
        self.driver_errors: tuple[type[Exception], ...] = (module.Error, sqlite3.Error)
        warn_of_old_sqlite(module)
        # For each value that is bytes the driver looks for an adapter, long if there is none; bytearray needs none.
        module.register_adapter(bytes, bytearray)
        if not self.read_only:
            _create_private(self.path)
        elif not self.path.is_file():
            raise LogUnavailable(f"There is no event log at {self.path}.")
        self.reader = _sqlite_engine(module, self.path, read_only=self.read_only, writer=False)
        self.writer = None if self.read_only else _sqlite_engine(module, self.path, read_only=False, writer=True)

    def _open_postgres(self) -> None:
        import psycopg

        host = self.url.host or self.url.query.get("host") or "localhost"
        self.place = f"{host}:{self.url.port or 5432}/{self.url.database or ''}"
        self.driver_errors = (psycopg.Error,)
        options = f"-c lock_timeout={LOCK_PATIENCE}s {_STEADY_PLANS}"
        arguments = {
            "connect_timeout": 5,
            "options": f"{options} -c timezone=UTC",
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 2,
            "tcp_user_timeout": LOCK_PATIENCE * 1000,
            "application_name": "kaskad",
        }
        self.reader = sa.create_engine(
            self.url,
            connect_args=arguments,
            isolation_level="AUTOCOMMIT",
            pool_size=8,
            max_overflow=24,
            pool_timeout=LOCK_PATIENCE,
            pool_pre_ping=True,
        )
        self.writer = (
            None
            if self.read_only
            else sa.create_engine(
                self.url,
                connect_args=arguments,
                isolation_level="READ COMMITTED",
                pool_size=1,
            )
        )

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """For questions. To take a connection from the pool and give it back takes longer than most of them."""
        try:
            connection = self._at_hand.pop()
        except IndexError:
            connection = self.reader.connect()
        try:
            yield connection
            connection.rollback()
        except BaseException:
            connection.close()
            raise
        if self.is_sqlite and len(self._at_hand) < _MOST_AT_HAND:
            self._at_hand.append(connection)
        else:
            connection.close()

    @property
    def may_have_checkpointer(self) -> bool:
        """Whether another connection than the writer's can copy the WAL into the file."""
        return self.is_sqlite and not self.read_only and sqlite_module().sqlite_version_info >= SOUND_SQLITE

    def connect_for_checkpoints(self) -> Any:
        """A connection to SQLite that is for nothing else."""
        return _sqlite_connection(sqlite_module(), _sqlite_address(sqlite_module(), self.path, read_only=False))

    def close(self) -> None:
        while self._at_hand:
            self._at_hand.pop().close()
        self.reader.dispose()
        if self.writer is not None:
            self.writer.dispose()

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Say in a sentence what the driver's error means."""
        try:
            yield
        except self.errors as error:
            raise self.explain(error) from error

    def explain(self, error: Exception) -> Exception:
        """What to tell a caller; a mistake in what was asked comes back as it is."""
        cause = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig is not None else error
        if isinstance(error, sa.exc.TimeoutError):
            return log_unavailable("log-busy", place=self.place)
        name = type(cause).__name__
        first_line = str(cause).strip().partition("\n")[0]
        if self.is_sqlite:
            return self._explain_sqlite(cause, name, first_line)
        if name in ("UndefinedTable", "InvalidCatalogName"):
            return LogCorrupt(f"The database {self.place} is not a whole event log: {first_line}.")
        if _is_unavailable_postgres(cause):
            return log_unavailable("log-postgres-away", place=self.place, cause=first_line)
        return error

    def _explain_sqlite(self, cause: BaseException, name: str, message: str) -> Exception:
        if "not a database" in message or "malformed" in message or "no such table" in message or "decode" in message:
            return LogCorrupt(f"The file {self.place} is not a whole event log: {message}.")
        if "locked" in message or "busy" in message:
            return log_unavailable("log-locked", place=self.place)
        if "full" in message:
            return log_unavailable("log-disk-full", place=self.place)
        if name in ("OperationalError", "InterfaceError"):
            return log_unavailable("log-unusable", place=self.place, cause=message)
        return cause if isinstance(cause, Exception) else LogUnavailable(message)


def _is_unavailable_postgres(cause: BaseException) -> bool:
    import psycopg

    return isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError | psycopg.errors.ReadOnlySqlTransaction)


def _create_private(path: Path) -> None:
    """Make the file before SQLite does, so that it, its -wal and its -shm are the owner's alone from the first byte."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise LogUnavailable(f"The event log {path} can't be made: {error.strerror}.") from error


def _sqlite_engine(module: ModuleType, path: Path, *, read_only: bool, writer: bool) -> sa.Engine:
    address = _sqlite_address(module, path, read_only=read_only)

    def connect() -> Any:
        connection = _sqlite_connection(module, address)
        if writer:
            pages = _PAGES_WITH_CHECKPOINTER if module.sqlite_version_info >= SOUND_SQLITE else _PAGES_ALONE
            _turn_to_wal(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {pages}").fetchall()
            connection.execute(f"PRAGMA cache_size = -{_WRITER_CACHE}")
        else:
            connection.execute("PRAGMA query_only = ON")
        return connection

    size, overflow = (1, 0) if writer else (8, 24)
    engine = sa.create_engine(
        "sqlite://",
        module=module,
        creator=connect,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=overflow,
        pool_timeout=LOCK_PATIENCE,
    )
    if writer:
        sa.event.listen(engine, "begin", _begin_immediate)
    return engine


def _sqlite_address(module: ModuleType, path: Path, *, read_only: bool) -> str:
    return f"file:{quote(str(path.absolute()))}?{_access(module, path, read_only)}"


def _sqlite_connection(module: ModuleType, address: str) -> Any:
    return module.connect(
        address,
        uri=True,
        timeout=LOCK_PATIENCE,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )


def _turn_to_wal(connection: Any) -> None:
    """Where others turn a new file to it at the same moment, SQLite refuses at once, however patient the connection."""
    until = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
            return
        except sqlite_module().OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
        time.sleep(0.01)


def _begin_immediate(connection: sa.Connection) -> None:
    # A deferred begin that reads first can't be made a writer once another has written: it fails instead of waiting.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _access(module: ModuleType, path: Path, read_only: bool) -> str:
    """A log on a medium that can't be written has nobody who writes it, and is read as what never changes.

    SQLite is asked, rather than the file looked into: closing a file takes away every lock that this process has on it.
    """
    if not read_only:
        return "mode=rw"
    connection = module.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except module.DatabaseError:
        waiting = Path(f"{path}-wal")
        if not (waiting.exists() and waiting.stat().st_size > 0):
            return "mode=ro&immutable=1"
    finally:
        connection.close()
    return "mode=ro"


def warn_of_old_sqlite(module: ModuleType) -> None:
    global _warned
    if module.sqlite_version_info < SOUND_SQLITE and not _warned:
        _warned = True
        _logger.warning(
            "SQLite %s has a fault which can corrupt a log that two processes write at once; it is mended in 3.51.3.",
            module.sqlite_version,
        )
