"""Where a rehearsal takes place: a log, an evidence store and a task queue of its own, and a worker that serves it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.artefacts import Artefacts, open_artefacts
from activities.asking import Asker
from activities.office import Office
from domain.command import Command
from domain.identity import organisation_stream
from eventlog.log import open_log
from eventlog.record import NewText
from workflows.kinds import WORKFLOWS

#: larger than anything that simulated people submit
_LARGEST_FILE = 1_000_000


class Stage:
    """One rehearsal's own places."""

    def __init__(self, folder: Path, office: Office, asker: Asker, artefacts: Artefacts) -> None:
        self.folder = folder
        self.office = office
        self.asker = asker
        self._artefacts = artefacts
        self._organisation = asyncio.Lock()

    async def ask_organisation(self, command: Command) -> None:
        """Commands to the organisation have no workflow. Raises Refused and LogUnavailable."""
        async with self._organisation:
            (await self.office.door.ask(organisation_stream(), command)).or_raise()

    async def keep(self, files: tuple[bytes, ...], texts: tuple[NewText, ...]) -> None:
        """What goes beside the log comes before the command that names it."""
        for file in files:
            await asyncio.to_thread(self._artefacts.put, BytesIO(file), "application/pdf", largest=_LARGEST_FILE)
        for text in texts:
            await asyncio.to_thread(self.office.log.texts.put, text)


def log_of(folder: Path) -> Path:
    return folder / "log.db"


def evidence_of(folder: Path) -> Path:
    return folder / "evidence"


@asynccontextmanager
async def open_stage(folder: Path, client: Client, rollout: str) -> AsyncIterator[Stage]:
    """Opens the places and serves the task queue, which has the rollout's name. Raises LogUnavailable."""
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    with open_log(log_of(folder), rehearsal=True) as log:
        office = Office(log)
        asker = Asker(client, rollout, "rehearsal")
        office.courier.serve(asker)
        async with _worker(client, rollout, office):
            yield Stage(folder, office, asker, open_artefacts(evidence_of(folder)))


def _worker(client: Client, task_queue: str, office: Office) -> Worker:
    return Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        activities=office.activities,
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=600,
        max_concurrent_workflow_tasks=40,
        max_concurrent_local_activities=64,
        graceful_shutdown_timeout=timedelta(seconds=1),
    )
