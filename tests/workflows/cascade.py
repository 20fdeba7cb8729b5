"""A small cascade on a real server: a log, a worker and an asker of its own for each test."""

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from temporalio.client import Client

from activities.answer import Answer
from activities.asking import Asker
from activities.office import Office
from activities.organisation import adoption, ask_organisation
from domain.command import Command
from domain.identity import participant_stream, rollout_stream
from domain.organisation.stream import GrantRight, RegisterPerson
from domain.rollout.commands import Place, StartRollout
from domain.text import Text
from eventlog.log import EventLog, open_log
from programmes.reader import Definition, read_programme
from runtime.serving import make_worker
from runtime.settings import Settings

SMALL = Path(__file__).parents[1] / "programmes" / "definitions" / "small.yaml"
MANAGER = "p-00000001"
#: everybody else whom the tests put into seats
PEOPLE = ("p-0000000a", "p-0000000b", *(f"p-0000001{number}" for number in range(5)))
NAMES = Text(kk="мектеп", ru="школа", en="school")


class Cascade:
    """One rollout of the small programme, and the means to act in it."""

    def __init__(self, office: Office, asker: Asker, definition: Definition) -> None:
        self.office = office
        self.asker = asker
        self.definition = definition
        self.rollout = f"small-{uuid.uuid4().hex[:8]}"
        self._ids = itertools.count(1)

    @property
    def log(self) -> EventLog:
        return self.office.log

    def stream(self, school: str) -> str:
        return participant_stream(f"{self.rollout}/{school}")

    def command(self, kind: type[Command], **arguments: Any) -> Command:
        arguments.setdefault("id", f"{self.rollout}:{next(self._ids)}")
        return kind(**{"actor": MANAGER, **arguments})

    async def ask(self, school: str, kind: type[Command], **arguments: Any) -> Answer:
        return await self.asker.ask(self.stream(school), self.command(kind, **arguments))

    async def start(self, *schools: str) -> Answer:
        programme = self.definition.programme
        places = tuple(
            Place(school=each, tier="school", names=NAMES, region="Astana", language="kk") for each in schools
        )
        command = self.command(
            StartRollout,
            rollout=self.rollout,
            programme=programme.programme,
            programme_version=programme.version,
            definition=self.definition.digest,
            cohort="a",
            places=places,
        )
        return await self.asker.ask(rollout_stream(self.rollout), command)

    async def settle(self) -> None:
        """Wait until everything that follows from what was recorded has been delivered."""
        async with asyncio.timeout(30):
            while not self.office.courier.idle() or self.log.followups.count():
                await asyncio.sleep(0.02)

    def kinds(self, school: str) -> list[str]:
        return [record.kind for record in self.log.stream(self.stream(school))]


@asynccontextmanager
async def cascade(
    client: Client, settings: Settings, *, longest_history: int = 0, definition: Path = SMALL, **worker: Any
) -> AsyncIterator[Cascade]:
    """A worker over a fresh log, in which there is a manager and the definition is adopted."""
    with open_log(settings.log) as log:
        office = Office(log)
        asker = Asker(client, settings.task_queue, longest_history=longest_history)
        read = read_programme(definition, cohort="a")
        await prepare(office, read)
        async with make_worker(client, settings, activities=office.activities, **worker):
            office.courier.serve(asker)
            yield Cascade(office, asker, read)
            await asyncio.sleep(0.05)


async def prepare(office: Office, definition: Definition) -> None:
    for person in (MANAGER, *PEOPLE):
        name = f"register:{person}"
        await ask_organisation(office.door, RegisterPerson(id=name, actor=MANAGER, person=person))
    for right in ("operator", "programme-manager", "manager"):
        await ask_organisation(office.door, GrantRight(id=right, actor=MANAGER, person=MANAGER, right=right))
    await ask_organisation(office.door, adoption("adopt", MANAGER, definition))
