"""The erasable part of a log without some persons: their texts, and the notices to them."""

import json
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime

import msgspec
import sqlalchemy as sa

from eventlog.log import EventLog
from eventlog.schema import outbox, texts
from eventlog.wiping import wipe

#: The id of the person whom a text shows, if it shows one.
Shows = Callable[[str], str | None]

#: a statement takes no more names than this
_AT_ONCE = 500


class Showing(msgspec.Struct, frozen=True):
    """What shows somebody: texts, each with whom it shows, and notices, each with whom it is to."""

    texts: dict[str, str]
    notices: dict[str, str | None]

    def __bool__(self) -> bool:
        return bool(self.texts or self.notices)


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


def showing(log: EventLog, shows: Shows) -> Showing:
    """The texts and the notices beside the log that show somebody of whom `shows` says so, whoever wrote them."""
    with log.reading() as connection:
        written = connection.execute(sa.select(texts.c.id, texts.c.body).where(texts.c.body.is_not(None)))
        bodies = {row.id: person for row in written if (person := shows(row.body)) is not None}
        told = connection.execute(sa.select(outbox.c.id, outbox.c.to_person, outbox.c.params))
        notices = {row.id: row.to_person for row in told if shows(unescaped(row.params)) is not None}
    return Showing(bodies, notices)


def erase_showing(log: EventLog, found: Showing) -> None:
    """Empty these texts as if they were of those whom they show, and take back the notices.

    The events keep the salted hashes. The disk is wiped by the erasure of the persons, which has to follow.
    """

    def work(connection: sa.Connection) -> None:
        for text, person in found.texts.items():
            row = texts.update().where(texts.c.id == text, texts.c.erased_at.is_(None))
            connection.execute(row.values(body=None, salt=None, person=person, erased_at=datetime.now(UTC)))
        for notice in found.notices:
            connection.execute(outbox.delete().where(outbox.c.id == notice))

    if found:
        log.run(work)


def unescaped(params: str) -> str:
    """As it is read: JSON may have its letters as escapes."""
    return json.dumps(json.loads(params), ensure_ascii=False)


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
