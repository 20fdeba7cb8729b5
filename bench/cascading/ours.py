"""The product as a contender: a rollout of so many schools, acted upon by people, recorded in the log."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from activities.asking import Asker
from activities.door import Door
from activities.organisation import adoption, ask_organisation
from bench.cascading.crowd import crowd
from bench.cascading.process import ROOT, WorkerProcess
from domain.command import Command
from domain.identity import participant_stream, rollout_stream, workflow_id_of
from domain.organisation.stream import GrantRight, RegisterPerson
from domain.participant.tasks import CompleteTask
from domain.participant.team import AssignDuty, TakeSeat
from domain.rollout.commands import EnrolSchools, Place, StartRollout
from domain.text import Text
from eventlog.log import EventLog, open_log
from people.person import PersonDraft
from people.registry import open_registry
from programmes.reader import Definition, read_programme
from runtime.plugin import KaskadPlugin
from runtime.settings import Settings

MANAGER: Final = "p-90000001"
_MENTOR: Final = "p-90000002"
_REVIEWER: Final = "p-90000003"
_PATIENCE: Final = 120.0
#: more places than this do not go into one command
_CHUNK: Final = 500
_COHORT: Final = "2024"
_NAMES: Final = Text(kk="мектеп", ru="школа", en="school")
_SEATS: Final = ("principal", "senior-leader", "coordinator", "teacher-1", "teacher-2")

#: what people do with each school, one after the other
ACTS: Final[tuple[tuple[str, Callable[[int], dict[str, Any]]], ...]] = (
    *((f"seat {seat}", lambda n, seat=seat: _seat(seat)) for seat in _SEATS),
    ("name a mentor", lambda n: {"of": AssignDuty, "duty": "mentor", "person": _MENTOR}),
    ("name a reviewer", lambda n: {"of": AssignDuty, "duty": "reviewer", "person": _REVIEWER}),
    ("agree", lambda n: {"of": CompleteTask, "task": "readiness/agreement", "actor": _person("principal")}),
)


def _person(seat: str) -> str:
    """The same five sit in every school: a person is an id there, and no work."""
    return f"p-0000000{_SEATS.index(seat)}"


def _seat(seat: str) -> dict[str, Any]:
    return {"of": TakeSeat, "seat": seat, "person": _person(seat)}


class Ours:
    """The production worker over a SQLite log, in a folder of its own."""

    def __init__(self, address: str, home: Path) -> None:
        self.settings = Settings(home=home / "kaskad", task_queue="kaskad-bench", temporal_ui=False)
        self._address = address
        self._definition = _definition_ahead(home)
        self._ids = 0
        self.worker: WorkerProcess | None = None

    def __enter__(self) -> Self:
        self.log = open_log(self.settings.log)
        return self

    def __exit__(self, *_: object) -> None:
        if self.worker is not None:
            self.worker.stop()
        self.log.close()

    async def serve(self, address: str | None = None) -> None:
        """Start the worker, at another server if one is named."""
        address = address or self._address
        self.client = await Client.connect(address, plugins=[KaskadPlugin()])
        self.asker = Asker(self.client, self.settings.task_queue)
        environment = {
            "TEMPORAL_ADDRESS": address,
            "KASKAD_HOME": str(self.settings.home),
            "KASKAD_TASK_QUEUE": self.settings.task_queue,
        }
        self.worker = WorkerProcess(["worker.py"], self.settings.home / "worker.log", environment)

    async def adopt(self) -> None:
        """A manager, and the definition that rollouts start from."""
        with open_registry(self.settings.registry, self.settings.keys) as registry:
            registry.begin_with(PersonDraft(names="Manager", language="en", person=MANAGER))
        await _first_events(self.log, self._definition)

    def beginning(self, rollout: str, schools: int) -> Iterator[Command]:
        """The commands to a rollout that enrol so many schools."""
        places = [
            Place(school=f"school-{n}", tier="intellectual-school", names=_NAMES, region="Astana", language="kk")
            for n in range(schools)
        ]
        yield self._start(rollout, tuple(places[:_CHUNK]))
        for chunk in range(_CHUNK, schools, _CHUNK):
            yield self.command(EnrolSchools, places=tuple(places[chunk : chunk + _CHUNK]))

    async def start(self, rollout: str, schools: int) -> float:
        """The seconds until every school is enrolled and everything that follows has been delivered."""
        began = time.perf_counter()
        for command in self.beginning(rollout, schools):
            await self.asker.ask(rollout_stream(rollout), command)
        await self.settle()
        return time.perf_counter() - began

    async def act(self, rollout: str, schools: int, act: int) -> float:
        """The seconds until one act was done with every school, and everything that follows."""
        began = time.perf_counter()
        await crowd(range(schools), lambda number: self.act_at(rollout, number, act))
        await self.settle()
        return time.perf_counter() - began

    async def act_at(self, rollout: str, school: int, act: int) -> None:
        arguments = ACTS[act][1](school)
        await self.asker.ask(self.stream(rollout, school), self.command(arguments.pop("of"), **arguments))

    async def settle(self) -> None:
        async with asyncio.timeout(_PATIENCE):
            while self.log.followups.count():  # noqa: ASYNC110 - the worker is another process
                await asyncio.sleep(0.03)

    async def counted(self, rollout: str, schools: int) -> tuple[int, int, int]:
        """How many workflows, updates and timers Temporal has seen of a rollout."""
        streams = [rollout_stream(rollout), self.stream(rollout, "trainers")]
        streams += [self.stream(rollout, number) for number in range(schools)]
        found = [kind async for kind in self._events(streams)]
        updates = found.count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED)
        return len(streams), updates, found.count(EventType.EVENT_TYPE_TIMER_STARTED)

    async def _events(self, streams: list[str]) -> AsyncIterator[EventType.ValueType]:
        for stream in streams:
            handle = self.client.get_workflow_handle(str(workflow_id_of(stream)))
            async for event in handle.fetch_history_events():
                yield event.event_type

    def stream(self, rollout: str, school: int | str) -> str:
        name = school if isinstance(school, str) else f"school-{school}"
        return participant_stream(f"{rollout}/{name}")

    def command(self, kind: type[Command], **arguments: Any) -> Command:
        self._ids += 1
        return kind(**{"id": f"bench:{self._ids}", "actor": MANAGER, **arguments})

    def _start(self, rollout: str, places: tuple[Place, ...]) -> Command:
        programme = self._definition.programme
        return self.command(
            StartRollout,
            rollout=rollout,
            programme=programme.programme,
            programme_version=programme.version,
            definition=self._definition.digest,
            cohort=_COHORT,
            places=places,
        )


def _definition_ahead(folder: Path) -> Definition:
    """The programme as shipped, moved to where nothing is due yet: its clock waits, as nearly all the time."""
    shipped = (ROOT / "programmes" / "nis-share.yaml").read_text(encoding="utf-8")
    ahead = datetime.now(UTC).year + 1 - int(_COHORT)
    moved = folder / "ahead.yaml"
    years = re.compile(r"\b(20\d\d)(?=-\d\d-\d\d)")
    moved.write_text(years.sub(lambda found: str(int(found[1]) + ahead), shipped), encoding="utf-8")
    return read_programme(moved, cohort=_COHORT)


async def _first_events(log: EventLog, definition: Definition) -> None:
    door = Door(log)
    for person in (MANAGER, _MENTOR, _REVIEWER, *map(_person, _SEATS)):
        await ask_organisation(door, RegisterPerson(id=f"register:{person}", actor=MANAGER, person=person))
    for right in ("operator", "programme-manager"):
        await ask_organisation(door, GrantRight(id=right, actor=MANAGER, person=MANAGER, right=right))
    await ask_organisation(door, adoption("adopt", MANAGER, definition))
