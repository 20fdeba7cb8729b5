"""A log in PostgreSQL is backed up, taken away and verified as one in a file; nothing in it is ever replaced."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from activities.backup import make_backup
from activities.restoring import bring_back, check_backup
from audit.verifying import verify_log
from audit.views import compare, rebuild
from eventlog.copy import copy_log
from eventlog.errors import LogNotEmpty
from eventlog.log import open_log
from runtime.folder import DataFolder
from runtime.settings import Settings
from runtime.standstill import Standstill
from tests.operations.conftest import NAMES, WROTE, Kept, fill
from tests.people.asking import is_erased
from tests.postgres_server import fresh_database, plain, postgres_server
from tests.terminal.calling import Calls


@pytest.fixture(scope="module")
def server() -> Iterator[sa.URL]:
    with postgres_server() as url:
        yield url


@pytest.fixture
def in_postgres(server: sa.URL, tmp_path: Path) -> Iterator[Kept]:
    with fresh_database(server) as url:
        yield fill(Settings(home=tmp_path / "var", log=plain(url)))


@pytest.fixture
def empty(server: sa.URL, tmp_path: Path) -> Iterator[Settings]:
    with fresh_database(server) as url:
        yield Settings(home=tmp_path / "elsewhere", log=plain(url))


def test_a_backup_comes_back_into_an_empty_database_without_whom_a_newer_log_has_erased(
    in_postgres: Kept, empty: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    manifest = make_backup(in_postgres.settings, folder, "0.1.0")
    outcome = bring_back(empty, folder, check_backup(folder), {in_postgres.person})
    assert (outcome.size, outcome.erased_again, outcome.persons) == (manifest.size + 1, 1, 1)
    with open_log(empty.log) as log:
        assert verify_log(log).findings == ()
        assert log.texts.get("t-1") is None
        assert list(compare(log)) == []
        rebuild(log)
        assert list(compare(log)) == []


def test_a_database_that_has_events_is_left_as_it_is(in_postgres: Kept, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    manifest = make_backup(in_postgres.settings, folder, "0.1.0")
    in_postgres.erase()
    with pytest.raises(LogNotEmpty):
        bring_back(in_postgres.settings, folder, manifest)
    calls = Calls(in_postgres.settings.home, in_postgres.operator)
    # A worker is not told to let go for what is refused all the same.
    with Standstill(DataFolder(in_postgres.settings.home)).working():
        refused = calls("restore", folder, "--yes", code=1, KASKAD_LOG=in_postgres.settings.log)
    assert "Make an empty database" in refused.err
    with in_postgres.log() as log:
        assert log.head().size == manifest.size + 1
    with in_postgres.registry() as registry:
        assert is_erased(registry, in_postgres.person)


def test_a_backup_of_a_database_comes_back_into_a_file(in_postgres: Kept, elsewhere: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    manifest = make_backup(in_postgres.settings, folder, "0.1.0")
    bring_back(elsewhere, folder, manifest)
    with in_postgres.log() as log, open_log(elsewhere.log) as there:
        assert there.head() == log.head()
        assert there.texts.get("t-1") == WROTE


def test_an_erasure_reaches_a_database_as_well(in_postgres: Kept) -> None:
    in_postgres.erase()
    with in_postgres.log() as log:
        assert log.texts.get("t-1") is None
        assert log.outbox.waiting() == 0
    assert in_postgres.says(NAMES) == []


def test_an_auditor_takes_one_file_away(in_postgres: Kept, tmp_path: Path) -> None:
    with in_postgres.log() as log:
        copy_log(log, tmp_path / "copy.db")
        mark = verify_log(log).mark
    with open_log(tmp_path / "copy.db", read_only=True) as copied:
        assert verify_log(copied).mark == mark
    calls = Calls(tmp_path / "nowhere", "p-nobody00")
    assert calls("audit", "verify", "--log", in_postgres.settings.log, "--json").json["mark"] == mark
    assert (
        calls("audit", "copy", tmp_path / "other.db", "--log", in_postgres.settings.log, "--json").json["mark"] == mark
    )
