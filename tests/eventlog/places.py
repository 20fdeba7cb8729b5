"""Where the log of one test is kept."""

from typing import Any

import sqlalchemy as sa

from eventlog.database import Database
from eventlog.log import EventLog, open_log


class Place:
    """Where a log is kept during one test."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = not url.startswith("postgresql")
        self._open: list[EventLog] = []

    def open(self, **how: Any) -> EventLog:
        log = open_log(self.url, **how)
        self._open.append(log)
        return log

    def run(self, statement: str) -> list[Any]:
        """Run a statement beside the product, as the owner of the tables."""
        database = Database(self.url)
        try:
            assert database.writer is not None
            with database.writer.begin() as connection:
                result = connection.execute(sa.text(statement))
                return list(result) if result.returns_rows else []
        finally:
            database.close()

    def close(self) -> None:
        for log in self._open:
            log.close()
