"""The organisation's stream, which has no workflow: definitions, rights, persons, written through the same door."""

import asyncio
import getpass
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from activities.answer import Answer
from activities.door import Door
from activities.offices import Where
from domain.command import Command
from domain.identity import organisation_stream
from domain.organisation.stream import AdoptProgramme, GrantRight, RegisterPerson
from domain.programme import OFFICES
from eventlog.log import EventLog, open_log
from people.errors import RegistryUnavailable
from people.person import PersonDraft
from people.registry import open_registry

if TYPE_CHECKING:
    from programmes.reader import Definition


class Stores(Where, Protocol):
    """What of the settings is needed here."""

    @property
    def registry(self) -> str: ...
    @property
    def keys(self) -> str: ...


def entered_by() -> str:
    """The account at this machine, which the log keeps beside whoever is said to act."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


async def ask_organisation(door: Door, command: Command) -> Answer:
    """What was recorded. Raises Refused and LogUnavailable."""
    answer = await door.ask(organisation_stream(), command.model_copy(update={"at": datetime.now(UTC)}))
    return answer.or_raise()


class LogLost(Exception):
    """Persons are registered, and the log knows of nothing: a log that begins anew here would hide its loss."""

    def __init__(self, place: str, persons: int) -> None:
        super().__init__(
            f"The event log {place} is empty, but {persons} persons are registered: it was lost, or is another one. "
            "Bring a backup back by `kaskad restore DIR`, or name another folder with KASKAD_HOME."
        )


class RegistryLost(Exception):
    """The log knows persons, and the registry nobody: one that begins anew here would hide its loss."""

    def __init__(self, place: str, known: int) -> None:
        of_them = "person" if known == 1 else "persons"
        super().__init__(
            f"The registry of persons {place} has nobody, but the event log knows {known} {of_them}: it was lost, or "
            "is another one. Bring a backup back by `kaskad restore DIR`, or name another with KASKAD_REGISTRY; where "
            "there is no backup, `kaskad person add` begins a new one, in which nobody has a name who had one before."
        )


def first_operator(settings: Stores) -> str | None:
    """Open the log; where it is empty, make the account at this machine its first operator and programme manager.

    The new operator's person id, if this start made one. A start that was broken off here is taken up again.
    """
    with open_log(settings.log) as log:
        require_persons(log, settings)
        if len(log.read(limit=len(OFFICES) + 1)) > len(OFFICES):
            return None
        with open_registry(settings.registry, settings.keys) as registry:
            operator = registry.begin_with(PersonDraft(names=entered_by(), language="en")).person
            known = len(registry.persons())
        # after the persons: of another start that makes the first operator at this moment, the log is told later
        begun = log.read(limit=1)
        if known > 1 and not begun:
            raise LogLost(settings.log, known)
        if begun:
            operator = begun[0].actor
        asyncio.run(_make_operator(Door(log), operator))
        return operator


def require_persons(log: EventLog, settings: Stores) -> None:
    """Raises RegistryLost where the log knows persons and the registry none.

    Nothing is made where no registry is. Of one that is away or locked it can't be told, and all else goes on.
    """
    known = log.rows("persons", status="known")
    if not known:
        return
    if "://" not in settings.registry and not Path(settings.registry).exists():
        raise RegistryLost(settings.registry, len(known))
    with suppress(RegistryUnavailable), open_registry(settings.registry, settings.keys) as registry:
        if not registry.has_rows():
            raise RegistryLost(settings.registry, len(known))


async def _make_operator(door: Door, person: str) -> None:
    who = {"actor": person, "entered_by": entered_by()}
    await ask_organisation(door, RegisterPerson(id=f"register:{person}", person=person, **who))
    for right in OFFICES:
        await ask_organisation(door, GrantRight(id=f"grant:{person}:{right}", person=person, right=right, **who))


def adoption(
    command_id: str, actor: str, definition: "Definition", *, compared_up_to: int | None = None
) -> AdoptProgramme:
    """The command that puts a whole definition, as used, into the log."""
    return AdoptProgramme(
        id=command_id,
        actor=actor,
        entered_by=entered_by(),
        programme=definition.programme.programme,
        programme_version=definition.programme.version,
        digest=definition.digest,
        definition=msgspec.json.decode(definition.source),
        compared_up_to=compared_up_to,
    )
