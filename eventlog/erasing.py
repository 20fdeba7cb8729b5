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
    """Take them away, also from what the database keeps on disk; how many there were. Done again it changes nothing.

    Of each person a row stays that says whether the disk was wiped since. A text that was taken back, or a notice that
    was told, has no row any more and may still be on the disk: the first erasure wipes whatever it finds, and one that
    was broken off before its wipe is wiped by the next.
    """
    waiting = _not_wiped(log, persons)
    if not waiting:
        return 0
    gone = log.run(lambda connection: sum(_erase(connection, part) for part in _parts(waiting)))
    wipe(log)
    log.run(lambda connection: _note_wiped(connection, waiting))
    return gone


def _not_wiped(log: EventLog, persons: Collection[str]) -> set[str]:
    """Asked first: rewriting the tables of a large log takes its time, and a worker asks at each of its starts."""
    with log.reading() as connection:
        wiped: set[str] = set()
        busy: set[str] = set()
        for part in _parts(persons):
            marks = texts.c.id.in_([_mark(each) for each in part]) & texts.c.erased_at.is_not(None)
            wiped.update(connection.scalars(sa.select(texts.c.person).where(marks)))
            mine = texts.c.person.in_(part) & texts.c.erased_at.is_(None)
            busy.update(connection.scalars(sa.select(texts.c.person).where(mine)))
            busy.update(connection.scalars(sa.select(outbox.c.to_person).where(outbox.c.to_person.in_(part))))
    return {each for each in persons if each in busy or each not in wiped}


def _erase(connection: sa.Connection, persons: list[str]) -> int:
    marks = [_mark(each) for each in persons]
    mine = texts.c.person.in_(persons) & texts.c.erased_at.is_(None) & texts.c.id.not_in(marks)
    texts_gone = texts.update().where(mine).values(body=None, salt=None, erased_at=datetime.now(UTC))
    told_gone = outbox.delete().where(outbox.c.to_person.in_(persons))
    gone = int(connection.execute(texts_gone).rowcount + connection.execute(told_gone).rowcount)
    connection.execute(texts.delete().where(texts.c.id.in_(marks)))
    connection.execute(texts.insert(), [{"id": _mark(each), "person": each} for each in persons])
    return gone


def _note_wiped(connection: sa.Connection, persons: Collection[str]) -> None:
    for part in _parts(persons):
        marks = texts.c.id.in_([_mark(each) for each in part])
        connection.execute(texts.update().where(marks).values(erased_at=datetime.now(UTC)))


def _mark(person: str) -> str:
    return f"erased:{person}"


def _parts(persons: Collection[str]) -> Iterator[list[str]]:
    names = sorted(persons)
    for start in range(0, len(names), _AT_ONCE):
        yield names[start : start + _AT_ONCE]
