"""The views of a log as lines, to be compared."""

from collections.abc import Iterator

import msgspec

from eventlog.log import EventLog
from eventlog.views import VIEWS


def dump_views(log: EventLog) -> Iterator[str]:
    """Every row of every view as a line of canonical JSON, by view and key: equal views give equal lines."""
    with log.snapshot() as snapshot:
        for view in sorted(VIEWS):
            for row in snapshot.rows(view):
                yield msgspec.json.encode({"view": view, **row}, order="sorted").decode()
