"""Erasing a person everywhere: the event first, then the key, the texts, the notices and the mailbox."""

import asyncio
from collections.abc import Collection
from pathlib import Path

import msgspec

from activities.answer import Answer
from activities.mailbox import Mailbox
from activities.office import Office
from activities.organisation import ask_organisation
from domain import codec
from domain.identity import is_person_id
from domain.organisation.stream import ErasePerson, PersonErased
from eventlog.erasing import erase_persons, erase_showing, showing
from eventlog.log import EventLog
from eventlog.record import Record
from people.registry import Registry


async def erase_person(office: Office, registry: Registry, mailbox: Path, command: ErasePerson) -> Answer:
    """Raises Refused and LogUnavailable, after which nothing was erased.

    Broken off after the event, it is finished by asking again, or by the next start of a worker.
    """
    answer = await ask_organisation(office.door, command)
    await asyncio.to_thread(forget, office.log, registry, mailbox, [command.person])
    return answer


def apply_erasures(log: EventLog, registry: Registry, mailbox: Path) -> int:
    """Erase again whom the log says to be erased, as after a restore; how much of them was still there."""
    return forget(log, registry, mailbox, erased_in(log))


def erased_in(log: EventLog) -> set[str]:
    return set(erasures_in(log))


def erasures_in(log: EventLog) -> dict[str, str]:
    """Person -> who erased; by the events, since a copy has no views."""
    found: dict[str, str] = {}
    after = 0
    while records := log.read(after, kinds=(PersonErased.kind(),)):
        found.update((_erased_person(record), record.actor) for record in records)
        after = records[-1].position
    return found


def _erased_person(record: Record) -> str:
    event = codec.decode(record.kind, record.schema, bytes(record.data))
    assert isinstance(event, PersonErased)
    return event.person


class Traces(msgspec.Struct, frozen=True):
    """What others wrote that shows somebody: texts, and messages that wait or were told."""

    texts: int
    messages: int


def traces_of(log: EventLog, registry: Registry, mailbox: Path, person: str) -> Traces:
    """What an erasure would take away besides what is the person's own."""
    shows = registry.likeness([person])
    if not shows:
        return Traces(0, 0)
    found = showing(log, shows)
    others = [text for text in found.texts if (kept := log.texts.entry(text)) is not None and kept.person != person]
    waiting = [to for to in found.notices.values() if to != person]
    return Traces(len(others), len(waiting) + Mailbox(mailbox).count_showing(shows, but=person))


def forget(log: EventLog, registry: Registry, mailbox: Path, persons: Collection[str]) -> int:
    """What others wrote goes first, since the name by which it is found goes with the key; then the key.

    From there on nothing decrypts what is left.
    """
    if not persons:
        return 0
    if shows := registry.likeness(persons):
        erase_showing(log, showing(log, shows))
        Mailbox(mailbox).discard_showing(shows)
    gone = registry.apply_erasures(persons)
    gone += erase_persons(log, persons)
    gone += Mailbox(mailbox).discard_quoting(persons)
    return gone + sum(Mailbox(mailbox).discard(person) for person in persons if is_person_id(person))
