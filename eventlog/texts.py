"""Free text beside the log: what was written about or by a person."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
import sqlalchemy as sa

from eventlog.access import Access
from eventlog.record import NewText
from eventlog.schema import texts


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
