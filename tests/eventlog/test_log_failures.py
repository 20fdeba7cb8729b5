"""When the database is away, locked or full, the log says so in time, and goes on when it is back."""

import logging
import os
import re
import sqlite3
import stat
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from eventlog import database, migration
from eventlog.access import PATIENCE
from eventlog.errors import LogCorrupt, LogTooNew, LogUnavailable
from eventlog.log import open_log
from eventlog.schema import metadata
from eventlog.verify import verify
from tests.eventlog.appends import append
from tests.eventlog.places import Place
from tests.postgres_server import run_on

DOCS = Path(__file__).parents[2] / "docs" / "event-log.md"


def test_a_full_disk_fails_the_append_and_later_ones_work(sqlite: Place) -> None:
    log = sqlite.open()
    log.append(append("rollout:first"))
    pages = log.run(_page_count, in_transaction=False)
    log.run(lambda connection: _driver(connection).execute(f"PRAGMA max_page_count = {pages + 2}").fetchall())
    wide = append("rollout:wide", size=200)
    with pytest.raises(LogUnavailable, match="full"):
        log.append(wide)
    assert log.head().size == 1
    log.run(lambda connection: _driver(connection).execute("PRAGMA max_page_count = 1073741823").fetchall())
    assert log.append(wide).last == 201
    assert verify(log).is_sound


def _driver(connection: sa.Connection) -> sqlite3.Connection:
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    return driver


def _page_count(connection: sa.Connection) -> int:
    return int(_driver(connection).execute("PRAGMA page_count").fetchone()[0])


def test_a_lock_is_given_up_on_before_the_caller_does() -> None:
    assert database.LOCK_PATIENCE + 0.5 < PATIENCE == 10


def test_a_log_locked_by_another_is_given_up_on_in_time(sqlite: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LOCK_PATIENCE", 1)
    log = sqlite.open()
    log.append(append("rollout:first"))
    # By the same library: two in one process do not see each other's locks.
    other = database.sqlite_module().connect(sqlite.url, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    futures = [log.submit(append("rollout:a"))]
    time.sleep(0.2)
    futures += [log.submit(append(f"rollout:b{number}")) for number in range(3)]
    for future in futures:
        with pytest.raises(LogUnavailable, match="locked"):
            future.result(12)
    assert 0.9 < time.monotonic() - began < 2.5  # those who came later did not wait from the beginning
    assert log.head().size == 1  # readers are not kept out
    other.execute("ROLLBACK")
    other.close()
    assert log.append(append("rollout:a")).first == 2


async def test_a_coroutine_does_not_wait_longer_either(postgres: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventlog.log.PATIENCE", 1.0)
    log = postgres.open()
    await log.append_async(append("rollout:first"))
    engine = sa.create_engine(log.database.url)
    with engine.begin() as other:
        other.exec_driver_sql("SELECT * FROM head FOR UPDATE")
        began = time.monotonic()
        with pytest.raises(LogUnavailable, match="no answer"):
            await log.append_async(append("rollout:a"))
        assert time.monotonic() - began < 2
    engine.dispose()
    assert (await log.append_async(append("rollout:b"))).version == 1


def test_a_log_locked_on_postgresql_is_given_up_on_in_time(postgres: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LOCK_PATIENCE", 1)
    log = postgres.open()
    engine = sa.create_engine(log.database.url)
    with engine.begin() as other:
        other.exec_driver_sql("SELECT * FROM head FOR UPDATE")
        began = time.monotonic()
        with pytest.raises(LogUnavailable):
            log.append(append("rollout:a"))
        assert time.monotonic() - began < 2.5
    engine.dispose()
    assert log.append(append("rollout:b")).version == 1


def test_a_lost_connection_is_made_again(postgres: Place, server: sa.URL) -> None:
    log = postgres.open()
    log.append(append("rollout:a"))
    log.head()
    name = log.database.url.database
    run_on(server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    with pytest.raises(LogUnavailable, match="PostgreSQL at"):
        log.append(append("rollout:b"))
    assert log.append(append("rollout:b")).first == 2
    assert log.head().size == 2


def test_a_database_that_is_not_there_is_said_so_in_a_sentence(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(LogUnavailable, match=r"PostgreSQL at 127\.0\.0\.1:1/none can't be used"):
        open_log("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(LogUnavailable, match="There is no event log"):
        open_log(tmp_path / "none.db", read_only=True)
    (tmp_path / "file").touch()
    with pytest.raises(LogUnavailable, match="can't be made"):
        open_log(tmp_path / "file" / "log.db")
    assert time.monotonic() - began < 10
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("url", ["mysql://host/db", "sqlite://", ":memory:"])
def test_a_log_is_kept_in_a_file_or_in_postgresql(url: str) -> None:
    with pytest.raises(ValueError, match=r"SQLite"):
        open_log(url)


def test_a_closed_log_takes_nothing(place: Place) -> None:
    log = place.open()
    log.close()
    with pytest.raises(LogUnavailable, match="closed"):
        log.append(append())


def test_a_log_of_a_newer_version_is_left_alone(place: Place) -> None:
    place.open().append(append())
    place.close()
    place.run("UPDATE alembic_version SET version_num = '9000'")
    for read_only in (False, True):
        with pytest.raises(LogTooNew, match="9000") as refused:
            place.open(read_only=read_only)
        assert (refused.value.found, refused.value.known) == ("9000", migration.NEWEST)


@pytest.mark.parametrize("taken", ["DELETE FROM alembic_version", "DROP TABLE alembic_version"])
def test_a_log_that_does_not_say_which_schema_it_has_is_told_as_that_and_can_be_marked_again(
    place: Place, taken: str
) -> None:
    place.open().append(append())
    place.close()
    place.run(taken)
    for read_only in (False, True):
        with pytest.raises(LogCorrupt, match="its table alembic_version is empty or missing") as refused:
            place.open(read_only=read_only)
        assert "docs/event-log.md" in refused.value.reason
    told = re.search(r"```sql\n(CREATE TABLE IF NOT EXISTS alembic_version .*?)```", DOCS.read_text(), re.S)
    assert told is not None
    for statement in filter(str.strip, told[1].split(";")):
        place.run(statement)
    assert place.open(read_only=True).head().size == 1
    place.open().append(append("rollout:q"))


def test_reading_never_makes_a_log(empty_postgres: str, tmp_path: Path) -> None:
    with pytest.raises(LogCorrupt, match="not an event log"):
        open_log(empty_postgres, read_only=True)
    (tmp_path / "empty.db").touch()
    with pytest.raises(LogCorrupt, match="not an event log"):
        open_log(tmp_path / "empty.db", read_only=True)
    assert (tmp_path / "empty.db").stat().st_size == 0


def test_the_steps_lead_to_the_schema_that_the_code_names(place: Place) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = place.open().database.reader
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_opening_again_changes_nothing(place: Place) -> None:
    place.open().append(append())
    before = place.open().head()
    assert place.open().head() == before


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    with open_log(tmp_path / "log.db") as log:
        log.append(append())
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"log.db": 0o600, "log.db-wal": 0o600, "log.db-shm": 0o600}


def test_the_writer_waits_for_the_disk_and_readers_only_read(sqlite: Place) -> None:
    log = sqlite.open()
    settings = log.run(
        lambda connection: [
            _driver(connection).execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
        ]
    )
    assert settings == ["wal", 2]
    with log.reading() as connection, pytest.raises(sa.exc.OperationalError, match="readonly"):
        connection.exec_driver_sql("DELETE FROM texts")


def test_an_old_sqlite_is_warned_of_once(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    old = SimpleNamespace(sqlite_version="3.40.1", sqlite_version_info=(3, 40, 1))
    new = SimpleNamespace(sqlite_version="3.51.3", sqlite_version_info=(3, 51, 3))
    monkeypatch.setattr(database, "_warned", False)
    with caplog.at_level(logging.WARNING, "eventlog"):
        database.warn_of_old_sqlite(new)  # type: ignore[arg-type]
        database.warn_of_old_sqlite(old)  # type: ignore[arg-type]
        database.warn_of_old_sqlite(old)  # type: ignore[arg-type]
    assert [re.findall(r"SQLite ([\d.]+) has", record.getMessage()) for record in caplog.records] == [["3.40.1"]]


def test_the_log_works_on_the_system_s_sqlite(sqlite: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "sqlite_module", lambda: sqlite3)
    log = sqlite.open()
    log.append(append(size=3))
    assert log.append(append(expected=3)).first == 4
    assert verify(log).is_sound


def test_no_thread_and_no_file_is_left_open(tmp_path: Path) -> None:
    before = threading.active_count(), len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    for number in range(3):
        with open_log(tmp_path / f"{number}.db") as log:
            log.append(append())
            log.head()
    after = threading.active_count(), len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    assert after == before
