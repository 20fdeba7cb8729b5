"""Recorded histories replay for ever: what a workflow did once, the present code would do again."""

from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer

from activities.asking import Asker
from domain.identity import rollout_stream, workflow_id_of
from domain.participant.tasks import CompleteTask
from domain.participant.team import TakeSeat
from domain.rollout.commands import CloseRollout
from runtime.plugin import KaskadPlugin
from runtime.settings import Settings
from tests.workflows.cascade import cascade
from workflows.kinds import WORKFLOWS

HISTORIES = sorted((Path(__file__).parents[1] / "samples" / "histories").glob("*.json"))


def test_there_is_a_history_of_every_workflow() -> None:
    kinds = {path.name.split(".")[0] for path in HISTORIES}
    assert kinds == {"participant", "rollout"}


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.name)
async def test_a_recorded_history_replays_in_the_sandbox(path: Path) -> None:
    history = WorkflowHistory.from_json(f"kaskad/{path.stem}", path.read_text())
    replayer = Replayer(workflows=WORKFLOWS, plugins=[KaskadPlugin(sandbox=True)])
    await replayer.replay_workflow(history)


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.name)
async def test_a_history_that_stayed_with_its_version_replays_although_it_was_told_of_another(path: Path) -> None:
    """As of a worker from before workflows moved, moved by hand to one of today."""
    told = '"workflowTaskStartedEventAttributes": {"targetWorkerDeploymentVersionChanged": true,'
    history = path.read_text().replace('"workflowTaskStartedEventAttributes": {', told)
    assert told in history
    replayer = Replayer(workflows=WORKFLOWS, plugins=[KaskadPlugin(sandbox=True)])
    await replayer.replay_workflow(WorkflowHistory.from_json(f"kaskad/{path.stem}", history))


@pytest.mark.server
async def test_a_history_made_today_replays_too(client: Client, settings_here: Settings) -> None:
    async with cascade(client, settings_here) as here:
        await here.start("alpha")
        await here.settle()
        await here.ask("alpha", TakeSeat, seat="lead", person="p-0000000a")
        await here.ask("alpha", CompleteTask, task="wish/go-on", answer="go")
        await here.asker.ask(rollout_stream(here.rollout), here.command(CloseRollout, force=True))
        await here.settle()
        replayer = Replayer(workflows=WORKFLOWS, plugins=[KaskadPlugin(sandbox=True)])
        for stream in (here.stream("alpha"), rollout_stream(here.rollout)):
            await replayer.replay_workflow(await history_of(here.asker, stream))


async def history_of(asker: Asker, stream: str) -> WorkflowHistory:
    """The history of a stream's workflow, once it has ended."""
    workflow_id = workflow_id_of(stream)
    assert workflow_id is not None
    handle = asker.client.get_workflow_handle(workflow_id)
    await handle.result()
    return await handle.fetch_history()
