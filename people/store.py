"""One database of the registry: its version, its transactions, and its cleaning of what was deleted."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, Engine, MetaData, Table, create_engine, event, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError

from people.errors import RegistryTooNew, RegistryUnavailable

PATIENCE_SECONDS = 10
_MODE = "kaskad_mode"
_ADVISORY_LOCK = 0x6B61736B


class Store:
    """A database that lets one writer in at a time, in this process and in others."""

    def __init__(self, name: str, url: URL, tables: MetaData, version: Table, newest: int, *, read_only: bool = False):
        self.name = name
        self._tables = tables
        self._version = version
        self._newest = newest
        self._sqlite = url.get_backend_name() == "sqlite"
        if self._sqlite and not read_only:
            _make_file(name, Path(url.database or ""))
        try:
            self._engine = _sqlite_engine(url) if self._sqlite else _server_engine(url)
        except (ArgumentError, ImportError) as problem:
            raise RegistryUnavailable(f"{name} can't be used: there is no driver for {url.drivername}.") from problem
        try:
            self._bring_to_version(read_only)
            if self._sqlite and not read_only:
                _make_private(name, Path(url.database or ""))
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One moment of the store, however many statements read it."""
        with self._connection("read") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self._connection("write") as connection:
            yield connection
            connection.commit()

    def clean(self) -> None:
        """Rewrites the store, so that no byte of a deleted row stays behind in its file."""
        with self._connection("bare") as connection:
            # PostgreSQL keeps dead rows in its pages until a full vacuum.
            for table in [None] if self._sqlite else self._tables.sorted_tables:
                connection.exec_driver_sql("VACUUM" if table is None else f"VACUUM FULL {table.name}")

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _connection(self, mode: str) -> Iterator[Connection]:
        try:
            with self._engine.connect() as plain:
                options: dict[str, Any] = {_MODE: mode}
                if not self._sqlite:
                    level = {"read": "REPEATABLE READ", "write": "READ COMMITTED", "bare": "AUTOCOMMIT"}
                    options["isolation_level"] = level[mode]
                connection = plain.execution_options(**options)
                if mode == "write" and not self._sqlite:
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'")
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
                yield connection
        except DBAPIError as problem:
            raise RegistryUnavailable(_reason(self.name, problem)) from problem

    def _bring_to_version(self, read_only: bool) -> None:
        found, is_free = self._look()
        if found is None and is_free and not read_only:
            with self.writing() as connection:
                self._tables.create_all(connection)
                if connection.execute(select(self._version)).first() is None:
                    connection.execute(self._version.insert().values(number=self._newest))
            found, _ = self._look()
        if found is None:
            raise RegistryUnavailable(f"{self.name} is not a store of Kaskad.")
        if found > self._newest:
            raise RegistryTooNew(
                f"{self.name} was written by a newer version of Kaskad (its schema is {found}, this version knows "
                f"{self._newest}). Use that version or a newer one."
            )

    def _look(self) -> tuple[int | None, bool]:
        """The version, and whether the store may be made here. Both of one moment: somebody else may just be making it.

        A file with other tables is somebody else's; a database server is shared more often, and knowingly.
        """
        with self.reading() as connection:
            tables = inspect(connection).get_table_names()
            is_free = not (self._sqlite and tables)
            if self._version.name not in tables:
                return None, is_free
            number = connection.execute(select(self._version)).scalar()
            return None if number is None else int(number), is_free


def store_url(name: str, url_or_path: str | Path) -> URL:
    """A path stands for an SQLite file; a plain PostgreSQL URL gets the driver that comes with the product."""
    text = str(url_or_path)
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text).absolute()))
    try:
        url = make_url(text)
    except ArgumentError as problem:
        raise RegistryUnavailable(
            f"{name} has an address that can't be read; give a path or a database URL."
        ) from problem
    if url.drivername in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        raise RegistryUnavailable(f"{name} needs a file; an address without one would forget everybody.")
    return url


def _make_file(name: str, path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made before SQLite does, which would leave it readable to others; its journal takes over the mode. Never
        # opened when it is there already: closing it again would drop the locks that this process has on it.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as problem:
        raise RegistryUnavailable(f"{name} can't be opened at {path}: {problem.strerror}.") from problem


def _make_private(name: str, path: Path) -> None:
    """Only of a file that turned out to be a store: a wrong setting must not change the mode of another's file."""
    try:
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as problem:
        raise RegistryUnavailable(f"{name} can't be opened at {path}: {problem.strerror}.") from problem


def sqlite_module() -> ModuleType:
    """The only one to open these files with in a process: two libraries do not see each other's locks."""
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        from sqlite3 import dbapi2
    module: ModuleType = dbapi2
    return module


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(
        url, module=sqlite_module(), hide_parameters=True, connect_args={"timeout": PATIENCE_SECONDS}
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        # A rollback journal and not a write-ahead log: after a commit it leaves no older copy of a page in the folder,
        # while a reader of another process could hold a log open with a destroyed key in it. EXTRA, since a journal
        # that comes back after a power cut would bring the key back with it.
        for setting in ("journal_mode = DELETE", "synchronous = EXTRA", "secure_delete = ON", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {setting}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get(_MODE)
        if mode == "write":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        elif mode == "read":
            connection.exec_driver_sql("BEGIN")

    return engine


def _server_engine(url: URL) -> Engine:
    return create_engine(
        url, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": PATIENCE_SECONDS}
    )


def _reason(name: str, problem: DBAPIError) -> str:
    # Of the cause, only its first line: the statement's values have no place in a message.
    cause = str(problem.orig).strip().split("\n", 1)[0]
    if "locked" in cause or "lock timeout" in cause:
        return f"{name} has been locked by another process for more than {PATIENCE_SECONDS} seconds; please try again."
    if "disk is full" in cause or "No space left" in cause:
        return f"{name} can't be written: the disk is full."
    return f"{name} can't be used: {cause.rstrip('.')}. Where it lies is set by KASKAD_REGISTRY and KASKAD_KEYS."
