"""The views as a whole, replaced by what the log says."""

from collections.abc import Iterable
from itertools import islice

import sqlalchemy as sa

from eventlog.committer import transaction_on
from eventlog.errors import MalformedAppend
from eventlog.log import EventLog
from eventlog.record import RowChange
from eventlog.schema import head
from eventlog.statements import SHAPES
from eventlog.views import VIEWS

_BATCH = 1000


def rebuild_views(log: EventLog, rows: Iterable[RowChange]) -> int:
    """Replace every view in one transaction; says how many rows there are.

    Nothing is appended meanwhile: a generator that folds the log as it is drawn from sees all of it. It must read
    through its own snapshot or questions, and must not append.
    """

    def work(connection: sa.Connection) -> int:
        connection.execute(sa.select(head.c.size).with_for_update()).one()
        for table in VIEWS.values():
            connection.execute(table.delete())
        transaction = transaction_on(connection)
        waiting, count = iter(rows), 0
        while batch := list(islice(waiting, _BATCH)):
            for view, values in _by_view(batch).items():
                transaction.upsert(view, values)
            transaction.flush()
            count += len(batch)
        return count

    return log.run(work, patience=None)


def _by_view(batch: Iterable[RowChange]) -> dict[str, list[tuple[object, ...]]]:
    rows: dict[str, dict[tuple[object, ...], tuple[object, ...]]] = {}
    for change in batch:
        if change.view not in SHAPES:
            raise MalformedAppend(f"There is no view {change.view}.")
        shape = SHAPES[change.view]
        key, values = shape.stored(change)
        if values is None:
            raise MalformedAppend("A rebuilt view has rows only: there is nothing to take away.")
        rows.setdefault(change.view, {})[key] = values
    return {view: list(found.values()) for view, found in rows.items()}
