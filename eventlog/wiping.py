"""After an erasure: what the database still keeps of deleted values on disk goes too."""

from typing import Any

import sqlalchemy as sa

from eventlog.access import Access
from eventlog.errors import LogUnavailable


def wipe(access: Access) -> None:
    """Write the tables anew without what was deleted.

    Overwriting in place would not do: SQLite leaves pieces of a row behind when it moves rows between pages.
    """
    work = _wipe_sqlite if access.database.is_sqlite else _wipe_postgres
    access.run(work, in_transaction=False, patience=None)


def _wipe_sqlite(connection: sa.Connection) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute("VACUUM")
    busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise LogUnavailable("The erasure is recorded, but a long read keeps its traces on disk: erase again after it.")


def _wipe_postgres(connection: sa.Connection) -> None:
    # The owner's work where the product's role has no right to it; then PostgreSQL warns, and autovacuum does it later.
    driver: Any = connection.connection.driver_connection
    before = driver.autocommit
    driver.autocommit = True
    try:
        driver.execute("VACUUM texts, outbox")
    finally:
        driver.autocommit = before
