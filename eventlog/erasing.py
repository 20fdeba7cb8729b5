"""The erasable part of a log without some persons: their texts, and the notices to them."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime

import sqlalchemy as sa

from eventlog.log import EventLog
from eventlog.schema import outbox, texts
from eventlog.wiping import wipe

#: a statement takes no more names than this
_AT_ONCE = 500


def erase_persons(log: EventLog, persons: Collection[str]) -> int:
    """Take them away, also from what the database keeps on disk; how many there were. Done again it changes nothing."""
    if not _anything_of(log, persons):
        return 0
    gone = log.run(lambda connection: sum(_erase(connection, part) for part in _parts(persons)))
    wipe(log)
    return gone


def _anything_of(log: EventLog, persons: Collection[str]) -> bool:
    """Asked first: rewriting the tables of a large log takes its time, and a worker asks at each of its starts."""
    with log.reading() as connection:
        for part in _parts(persons):
            mine = sa.select(texts.c.id).where(texts.c.person.in_(part), texts.c.erased_at.is_(None)).limit(1)
            told = sa.select(outbox.c.id).where(outbox.c.to_person.in_(part)).limit(1)
            if connection.execute(mine).first() or connection.execute(told).first():
                return True
    return False


def _erase(connection: sa.Connection, persons: list[str]) -> int:
    mine = texts.c.person.in_(persons) & texts.c.erased_at.is_(None)
    texts_gone = texts.update().where(mine).values(body=None, salt=None, erased_at=datetime.now(UTC))
    told_gone = outbox.delete().where(outbox.c.to_person.in_(persons))
    return int(connection.execute(texts_gone).rowcount + connection.execute(told_gone).rowcount)


def _parts(persons: Collection[str]) -> Iterator[list[str]]:
    names = sorted(persons)
    for start in range(0, len(names), _AT_ONCE):
        yield names[start : start + _AT_ONCE]
