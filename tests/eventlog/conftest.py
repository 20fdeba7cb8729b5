"""The one hole of the contract suite: a place for a log, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from eventlog.log import EventLog, open_log
from tests.eventlog.places import Place
from tests.postgres_server import fresh_database, plain, postgres_server


@pytest.fixture(scope="session")
def server() -> Iterator[sa.URL]:
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def prepared(server: sa.URL) -> Iterator[str]:
    """The name of a database with an empty log, from which others are made in no time."""
    with fresh_database(server) as url:
        open_log(plain(url)).close()
        assert url.database is not None
        yield url.database


@pytest.fixture
def postgres(server: sa.URL, prepared: str) -> Iterator[Place]:
    with fresh_database(server, prepared) as url:
        place = Place(plain(url))
        yield place
        place.close()


@pytest.fixture
def empty_postgres(server: sa.URL) -> Iterator[str]:
    with fresh_database(server) as url:
        yield plain(url)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Place]:
    place = Place(str(tmp_path / "log.db"))
    yield place
    place.close()


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def log(place: Place) -> EventLog:
    return place.open()
