"""Free text beside the log: what was written about or by a person, and its erasure."""

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
import sqlalchemy as sa

from eventlog.access import Access
from eventlog.record import NewText
from eventlog.schema import texts
from eventlog.wiping import wipe


class StoredText(msgspec.Struct, frozen=True):
    id: str
    salt: bytes | None
    body: str | None
    person: str | None
    erased_at: datetime | None


class Texts:
    """The erasable texts of one log."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def put(self, text: NewText) -> None:
        """Keep a text; with the events that name it, give it in `Append.texts` instead. Done again, it stays."""

        def work(connection: sa.Connection) -> None:
            if connection.execute(sa.select(texts.c.id).where(texts.c.id == text.id)).first() is None:
                row = {"id": text.id, "salt": text.salt, "body": text.body, "person": text.person}
                connection.execute(texts.insert().values(row))

        self._access.run(work)

    def entry(self, text_id: str) -> StoredText | None:
        with self._access.reading() as connection:
            row = connection.execute(sa.select(texts).where(texts.c.id == text_id)).one_or_none()
            return None if row is None else StoredText(*row)

    def get(self, text_id: str) -> str | None:
        with self._access.newest() as newest:
            return newest.text(text_id)

    def discard(self, text_ids: Iterable[str]) -> None:
        """Take back texts that no event came to name."""
        wanted = list(text_ids)
        gone = texts.delete().where(texts.c.id.in_(wanted))
        self._access.run(lambda connection: connection.execute(gone) and None)

    def erase(self, person: str) -> int:
        """Take away every text of a person, also from what the database keeps on disk; says how many there were."""

        def work(connection: sa.Connection) -> int:
            mine = (texts.c.person == person) & texts.c.erased_at.is_(None)
            gone = texts.update().where(mine).values(body=None, salt=None, erased_at=datetime.now(UTC))
            return int(connection.execute(gone).rowcount)

        erased = self._access.run(work)
        wipe(self._access)
        return erased
