"""The database itself refuses to change or remove history, whoever asks."""

import pytest
import sqlalchemy as sa

from eventlog.database import Database
from eventlog.erasing import erase_persons
from eventlog.errors import LogUnavailable
from eventlog.log import open_log
from tests.eventlog.appends import append
from tests.eventlog.places import Place
from tests.postgres_server import fresh_database, plain, run_on

CHANGES = [
    "UPDATE events SET kind = 'Other'",
    "UPDATE events SET entry = entry WHERE position = 1",
    "DELETE FROM events",
    "DELETE FROM events WHERE position = 2",
    "UPDATE streams SET name = 'rollout:x'",
    "DELETE FROM streams",
    "DELETE FROM head",
    "UPDATE head SET size = size - 1",
    "UPDATE head SET id = 2",
]

ROW = (
    "INTO events (position, stream, version, kind, rollout, command, happened_at, recorded_at, entry, leaf)"
    " SELECT {position}, stream, {version}, 'Other', rollout, {command}, happened_at, recorded_at, entry, leaf"
    " FROM events WHERE position = 1"
)

REPLACEMENTS = {
    "position": ROW.format(position=1, version=9, command="NULL"),
    "version": ROW.format(position=3, version=1, command="NULL"),
    "command": ROW.format(position=3, version=3, command="command"),
    "a gap": ROW.format(position=4, version=3, command="NULL"),
}


@pytest.mark.parametrize("statement", CHANGES)
def test_history_is_not_changed_by_a_statement(place: Place, statement: str) -> None:
    log = place.open()
    log.append(append(size=2))
    before = log.head(), log.read()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        place.run(statement)
    assert (log.head(), log.read()) == before


@pytest.mark.parametrize("table", ["events", "streams", "head"])
def test_history_is_not_truncated(postgres: Place, table: str) -> None:
    postgres.open().append(append())
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        postgres.run(f"TRUNCATE {table}")


@pytest.mark.parametrize("row", REPLACEMENTS.values(), ids=REPLACEMENTS.keys())
@pytest.mark.parametrize("way", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "INSERT"])
def test_an_event_is_not_replaced_by_an_insert(sqlite: Place, way: str, row: str) -> None:
    log = sqlite.open()
    log.append(append(size=2))
    before = log.read()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        sqlite.run(f"{way} {row}")
    assert log.read() == before


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO head SELECT 1, 0, frontier, root, NULL, 0 FROM head",
        "INSERT OR REPLACE INTO streams VALUES (1, 'rollout:x')",
        "INSERT OR REPLACE INTO streams VALUES (2, 'rollout:r')",
        "UPDATE OR REPLACE events SET position = 1 WHERE position = 2",
    ],
)
def test_neither_head_nor_streams_are_replaced(sqlite: Place, statement: str) -> None:
    sqlite.open().append(append(size=2))
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        sqlite.run(statement)


def test_a_second_event_at_a_place_is_refused_on_postgresql(postgres: Place) -> None:
    postgres.open().append(append(size=2))
    for row in (REPLACEMENTS["position"], REPLACEMENTS["version"], REPLACEMENTS["command"]):
        with pytest.raises(sa.exc.IntegrityError):
            postgres.run(f"INSERT {row}")


def test_the_product_s_role_can_append_but_not_take_the_guards_off(server: sa.URL) -> None:
    with fresh_database(server) as owner_url:
        role = f"product_{owner_url.database}"
        run_on(server, f"CREATE ROLE {role} LOGIN PASSWORD 'product'")
        try:
            url = plain(owner_url.set(username=role, password="product"))
            with pytest.raises(LogUnavailable, match=f"{role} may not make it. Open it once as the owner"):
                open_log(url)
            with open_log(url, owner_url=plain(owner_url)) as log:
                log.append(append(size=2))
                assert log.head().size == 2
                erase_persons(log, ["p-1"])
            _refused(
                url,
                "ALTER TABLE events DISABLE TRIGGER ALL",
                "DROP TRIGGER events_append_only ON events",
                "DELETE FROM events",
                "TRUNCATE events",
                "DROP TABLE events",
            )
            with open_log(url) as log:
                assert log.head().size == 2
        finally:
            run_on(owner_url, f"DROP OWNED BY {role}")
            run_on(server, f"DROP ROLE {role}")


def _refused(url: str, *statements: str) -> None:
    database = Database(url)
    assert database.writer is not None
    for statement in statements:
        with (
            pytest.raises(sa.exc.DBAPIError, match=r"permission denied|must be owner|append-only"),
            database.writer.begin() as connection,
        ):
            connection.exec_driver_sql(statement)
    database.close()


def test_a_read_only_log_can_not_write_by_its_connections(place: Place) -> None:
    place.open().append(append())
    log = place.open(read_only=True)
    with pytest.raises(LogUnavailable):
        log.append(append(expected=1))
    with pytest.raises(LogUnavailable):
        erase_persons(log, ["p-1"])
