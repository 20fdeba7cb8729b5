"""Brings a log's schema to this version of the product; a log of a newer version is left alone."""

from pathlib import Path

import sqlalchemy as sa

from eventlog.errors import LogCorrupt, LogTooNew

#: The last step in `migrations/versions`.
NEWEST = "0002"

#: by which a log is known
_TABLES = frozenset({"events", "streams", "head"})

#: Key of the PostgreSQL lock under which one process at a time migrates.
_LOCK = 0x6B61736B6164


def revision_of(connection: sa.Connection) -> str | None:
    """The step that the schema is at; None where there is no log yet."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def require_marked(connection: sa.Connection, place: str) -> None:
    """Raise where there is a log that does not say at which step it is: to make its tables once more would not do."""
    # Asked in this order: who makes a log makes its tables and the row together, perhaps between the two questions.
    if _TABLES.issubset(sa.inspect(connection).get_table_names()) and revision_of(connection) is None:
        raise LogCorrupt(
            f"The event log {place} does not say which schema it has: its table alembic_version is empty or missing. "
            "Bring back the last backup ('kaskad restore'), or mark the log again: docs/event-log.md shows how."
        )


def require_known(connection: sa.Connection, place: str) -> None:
    """Raise unless the log is at a step that this version reads."""
    require_marked(connection, place)
    found = revision_of(connection)
    if found is None:
        raise LogCorrupt(f"{place} is not an event log.")
    if found > NEWEST:
        raise LogTooNew(found, NEWEST)


def is_made(connection: sa.Connection) -> bool:
    """Whether anything is in it, of a log or not: who makes a log makes the file first, and the tables together."""
    return bool(sa.inspect(connection).get_table_names())


def is_newest(engine: sa.Engine) -> bool:
    with engine.connect() as connection:
        return revision_of(connection) == NEWEST


def migrate(engine: sa.Engine, *, role: str | None = None) -> None:
    """Take every step that is missing, in one transaction; `role` is given what the running product needs."""
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        found = revision_of(connection)
        if found is not None and found > NEWEST:
            raise LogTooNew(found, NEWEST)
        if found != NEWEST:
            _upgrade(connection)
        if role is not None and connection.dialect.name == "postgresql":
            _grant(connection, role)


def _upgrade(connection: sa.Connection) -> None:
    # Imported late: it takes longer than all else, and is needed once in a log's life.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _grant(connection: sa.Connection, role: str) -> None:
    """What the running product may do: it does not own the tables, so it can't take the triggers off."""
    from eventlog.schema import events, followups, head, outbox, streams, texts
    from eventlog.views import VIEWS

    name = connection.dialect.identifier_preparer.quote(role)
    free = ", ".join([*VIEWS, followups.name, outbox.name, texts.name])
    for right, tables in (
        ("SELECT", "alembic_version"),
        ("SELECT, INSERT", f"{events.name}, {streams.name}"),
        ("SELECT, UPDATE", head.name),
        ("SELECT, INSERT, UPDATE, DELETE", free),
    ):
        connection.exec_driver_sql(f"GRANT {right} ON {tables} TO {name}")
