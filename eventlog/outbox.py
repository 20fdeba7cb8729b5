"""What is to be told to whom: written with the events, sent by whoever claims it, never told again by a rebuild."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa

from eventlog.access import Access
from eventlog.schema import outbox

#: How long a claimed notice is left alone, if nobody says that it was sent.
LEASE = timedelta(seconds=60)


class Notice(msgspec.Struct, frozen=True):
    id: str
    stream: str
    version: int
    to_person: str | None
    to_role: str | None
    template: str
    params: str
    not_before: datetime


_COLUMNS = tuple(outbox.columns[name] for name in Notice.__struct_fields__)


class Outbox:
    """The notices of one log."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def claim(self, now: datetime, limit: int = 100) -> list[Notice]:
        """Take notices whose time has come, by the clock that `not_before` is of; nobody else gets them meanwhile."""
        open_now = outbox.c.sent_at.is_(None) & (outbox.c.not_before <= now)
        free = outbox.c.claimed_until.is_(None) | (outbox.c.claimed_until <= now)
        due = sa.select(*_COLUMNS).where(open_now & free).order_by(outbox.c.not_before, outbox.c.id).limit(limit)

        def work(connection: sa.Connection) -> list[Notice]:
            found = [Notice(*row) for row in connection.execute(due.with_for_update(skip_locked=True))]
            if found:
                ids = [notice.id for notice in found]
                connection.execute(outbox.update().where(outbox.c.id.in_(ids)).values(claimed_until=now + LEASE))
            return found

        with self._access.reading() as connection:
            if connection.execute(due.limit(1)).first() is None:
                return []
        return self._access.run(work)

    def mark_sent(self, ids: Iterable[str], at: datetime) -> None:
        wanted = list(ids)
        self._access.run(
            lambda connection: (
                connection.execute(outbox.update().where(outbox.c.id.in_(wanted)).values(sent_at=at)) and None
            )
        )

    def waiting(self, until: datetime | None = None) -> int:
        """How many are not sent, of those whose time comes by `until`."""
        count = sa.select(sa.func.count()).select_from(outbox).where(outbox.c.sent_at.is_(None))
        if until is not None:
            count = count.where(outbox.c.not_before <= until)
        with self._access.reading() as connection:
            return int(connection.execute(count).scalar_one())

    def asleep(self, now: datetime) -> tuple[int, datetime | None]:
        """How many are not to be sent yet, since quiet hours are not over, and when the first of them may be."""
        later = outbox.c.sent_at.is_(None) & (outbox.c.not_before > now)
        with self._access.reading() as connection:
            found = connection.execute(sa.select(sa.func.count(), sa.func.min(outbox.c.not_before)).where(later)).one()
            return int(found[0]), found[1]
