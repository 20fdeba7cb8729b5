"""Commands for other streams that follow from events: written with them, delivered at least once, then acknowledged."""

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime

import msgspec
import sqlalchemy as sa

from eventlog.access import Access
from eventlog.schema import followups


class Followup(msgspec.Struct, frozen=True):
    id: str
    #: The event that it follows from.
    stream: str
    version: int
    position: int
    #: The stream that the command is for.
    target: str
    command: bytes
    created_at: datetime


_COLUMNS = tuple(followups.columns[name] for name in Followup.__struct_fields__)
_PENDING = followups.c.acknowledged_at.is_(None)
_ACKNOWLEDGE = (
    followups.update()
    .where(followups.c.id.in_(sa.bindparam("ids", expanding=True)) & _PENDING)
    .values(acknowledged_at=sa.bindparam("now"), outcome=sa.bindparam("answer"))
)


class Followups:
    """The consequences under way of one log."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def pending(
        self,
        limit: int = 100,
        older_than: datetime | None = None,
        *,
        stream: str | None = None,
        targets: Collection[str] | None = None,
    ) -> list[Followup]:
        """Those not yet acknowledged, the oldest first; `stream` is the one whose event they follow from."""
        select = sa.select(*_COLUMNS).where(_PENDING).order_by(followups.c.position, followups.c.id).limit(limit)
        if older_than is not None:
            select = select.where(followups.c.created_at <= older_than)
        if stream is not None:
            select = select.where(followups.c.stream == stream)
        if targets is not None:
            select = select.where(followups.c.target.in_(targets))
        with self._access.reading() as connection:
            return [Followup(*row) for row in connection.execute(select)]

    def acknowledge(self, ids: Iterable[str], outcome: str) -> None:
        """What became of the commands; the first answer stays."""
        self._access.run(_acknowledging(ids, outcome))

    async def acknowledge_async(self, ids: Iterable[str], outcome: str) -> None:
        """As `acknowledge`, for a caller on an event loop."""
        await self._access.run_async(_acknowledging(ids, outcome))

    def count(self) -> int:
        """How many are not acknowledged."""
        with self._access.reading() as connection:
            count = sa.select(sa.func.count()).select_from(followups).where(_PENDING)
            return int(connection.execute(count).scalar_one())


def _acknowledging(ids: Iterable[str], outcome: str) -> Callable[[sa.Connection], None]:
    values = {"ids": list(ids), "now": datetime.now(UTC), "answer": outcome}

    def acknowledge(connection: sa.Connection) -> None:
        connection.execute(_ACKNOWLEDGE, values)

    return acknowledge
