"""Records the histories kept in tests/samples, at a release: `python -m tests.workflows.record_histories`."""

import asyncio
import re
import tempfile
import uuid
from pathlib import Path

from temporalio.client import Client

from domain.identity import rollout_stream
from domain.participant.tasks import CompleteTask
from domain.participant.team import TakeSeat
from domain.rollout.commands import CloseRollout
from runtime.embedded import start_somewhere
from runtime.folder import DataFolder
from runtime.plugin import KaskadPlugin
from runtime.settings import Settings
from tests.workflows.cascade import cascade
from tests.workflows.test_histories import history_of

#: names the process and the machine that recorded, which is nobody's business
IDENTITY = re.compile(r'"identity": "[^"]*"')
FOLDER = Path(__file__).parents[1] / "samples" / "histories"


async def record(address: str, home: Path, version: str) -> None:
    client = await Client.connect(address, plugins=[KaskadPlugin()])
    async with cascade(client, Settings(home=home, task_queue=f"record-{uuid.uuid4().hex[:8]}")) as here:
        await here.start("alpha")
        await here.settle()
        await here.ask("alpha", TakeSeat, seat="lead", person="p-0000000a")
        await here.ask("alpha", CompleteTask, task="wish/go-on", answer="go")
        await here.asker.ask(rollout_stream(here.rollout), here.command(CloseRollout, force=True))
        await here.settle()
        for name, stream in (("participant", here.stream("alpha")), ("rollout", rollout_stream(here.rollout))):
            history = await history_of(here.asker, stream)
            FOLDER.mkdir(parents=True, exist_ok=True)
            (FOLDER / f"{name}.{version}.json").write_text(IDENTITY.sub('"identity": "worker"', history.to_json()))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        server = start_somewhere(DataFolder(home))
        try:
            asyncio.run(record(server.address, home, "0.1.0"))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
