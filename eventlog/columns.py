"""How values stand in the database: the same on SQLite and PostgreSQL, in the same order, whatever the collation."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import BigInteger, Boolean, Dialect, Integer, LargeBinary, String
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(4096)
def to_microseconds(instant: datetime) -> int:
    since = instant - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def in_utc(instant: datetime) -> datetime:
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)


def from_microseconds(number: int) -> datetime:
    return EPOCH + timedelta(microseconds=number)


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept as microseconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        try:
            return None if value is None else from_microseconds(value)
        except (TypeError, OverflowError):
            # SQLite keeps in a column what it is given. As it is, it is found by who holds it against the events.
            return cast(datetime, value)


#: Text that sorts by its bytes on both databases.
TEXT: TypeEngine[str] = String(collation="C").with_variant(String(), "sqlite")
NUMBER: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")
BYTES: TypeEngine[bytes] = LargeBinary()
TRUTH: TypeEngine[bool] = Boolean()
INSTANT: TypeEngine[datetime] = Instant()
