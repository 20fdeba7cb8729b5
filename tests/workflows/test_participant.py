"""A participant's workflow on a real server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

from activities.asking import Asker, workflow_of
from activities.keeping import KeeperStart
from activities.office import Office
from activities.reconcile import recover
from domain.identity import rollout_stream, workflow_id_of
from domain.participant.corrections import Correct
from domain.participant.journey import Withdraw
from domain.participant.tasks import CompleteTask
from domain.participant.team import FreeSeat, NameSubstitute, TakeSeat
from domain.refusal import Refused
from domain.rollout.commands import CloseRollout
from eventlog.backup import backup_log
from eventlog.log import open_log
from runtime.plugin import KaskadPlugin
from runtime.serving import make_worker
from runtime.settings import Settings
from tests.workflows.cascade import MANAGER, Cascade, cascade
from workflows.kinds import WORKFLOWS

pytestmark = pytest.mark.server

REASON = {"id": "text-1", "hash": "0" * 64}


async def _handle(asker: Asker, stream: str) -> WorkflowHandle[object, object]:
    workflow_id = workflow_id_of(stream)
    assert workflow_id is not None
    return asker.client.get_workflow_handle(workflow_id)


@asynccontextmanager
async def _worker_on(client: Client, settings: Settings) -> AsyncIterator[tuple[Office, Asker]]:
    """A worker of another log on the same task queue."""
    with open_log(settings.log) as log:
        office = Office(log)
        asker = Asker(client, settings.task_queue)
        async with make_worker(client, settings, activities=office.activities):
            office.courier.serve(asker)
            yield office, asker
            await asyncio.sleep(0.05)


async def _run_ids(client: Client, stream: str) -> set[str | None]:
    query = f"WorkflowId = '{workflow_id_of(stream)}'"
    return {each.run_id async for each in client.list_workflows(query)}


async def test_a_rollout_puts_its_schools_and_the_team_at_the_top_on_their_way(
    client: Client, settings_here: Settings
) -> None:
    async with cascade(client, settings_here) as here:
        await here.start("alpha", "beta")
        await here.settle()
        assert here.kinds("alpha")[0] == here.kinds("beta")[0] == here.kinds("trainers")[0] == "Enrolled"
        assert here.kinds("trainers").count("ChildEnrolled") == 2


@workflow.defn(name="ParticipantWorkflow")
class _OfAnotherVersion:
    """It does at once what today's does not."""

    @workflow.run
    async def run(self, start: KeeperStart) -> None:
        await workflow.sleep(3600)


@pytest.mark.slow
async def test_a_workflow_whose_history_does_not_fit_any_more_is_made_anew_from_the_log(
    client: Client, settings_here: Settings
) -> None:
    async with cascade(client, settings_here) as here:
        await here.start("alpha")
        await here.settle()
        stream = here.stream("alpha")
        await (await _handle(here.asker, stream)).terminate()
    queue = settings_here.task_queue
    async with Worker(
        client, task_queue=queue, workflows=[_OfAnotherVersion], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        stuck = await client.start_workflow(
            "ParticipantWorkflow", KeeperStart(stream=stream), id=workflow_of(stream), task_queue=queue
        )
        async with asyncio.timeout(20):
            while not [e async for e in stuck.fetch_history_events() if e.HasField("timer_started_event_attributes")]:
                await asyncio.sleep(0.05)
    async with _worker_on(client, settings_here) as (office, asker):
        seated = TakeSeat(id="seat", actor=MANAGER, seat="lead", person="p-0000000a")
        assert (await asker.ask(stream, seated)).first
        assert [record.kind for record in office.log.stream(stream)].count("SeatTaken") == 1
        assert (await recover(office, asker, thorough=True)).started == 0


async def test_it_works_the_same_when_hardly_any_workflow_is_kept_in_memory(
    client: Client, settings_here: Settings
) -> None:
    """Two places for four workflows: nearly every task begins with a replay.

    Without any place at all the SDK would call off local activities under way, over and over.
    """
    async with cascade(client, settings_here, max_cached_workflows=2) as here:
        await here.start("alpha", "beta")
        await here.settle()
        for school in ("alpha", "beta"):
            await here.ask(school, TakeSeat, seat="lead", person="p-0000000a")
        for school in ("beta", "alpha"):
            await here.ask(school, CompleteTask, task="wish/go-on", answer="go")
        await here.settle()
        assert here.kinds("alpha") == here.kinds("beta")
        assert "TaskCompleted" in here.kinds("alpha")


async def test_a_refusal_reaches_the_caller_with_its_code_and_records_nothing(
    client: Client, settings_here: Settings
) -> None:
    async with cascade(client, settings_here) as here:
        await here.start("alpha")
        await here.settle()
        before = here.log.head().size
        with pytest.raises(Refused) as refused:
            await here.ask("alpha", TakeSeat, seat="throne", person="p-0000000a")
        assert refused.value.code == "no_seat"
        assert "throne" in str(refused.value)
        assert here.log.head().size == before


async def test_the_same_command_sent_by_many_is_recorded_once(client: Client, settings_here: Settings) -> None:
    async with cascade(client, settings_here) as here:
        await here.start("alpha")
        await here.settle()
        command = here.command(TakeSeat, seat="lead", person="p-0000000a", id="twice")
        answers = await asyncio.gather(*(here.asker.ask(here.stream("alpha"), command) for _ in range(8)))
        assert len({answer.first for answer in answers}) == 1
        assert here.kinds("alpha").count("SeatTaken") == 1


async def test_a_start_that_was_sent_twice_is_asked_again(
    client: Client, settings_here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = client.workflow_service
    send = service.execute_multi_operation

    async def send_twice(request: Any, **_: Any) -> Any:
        monkeypatch.undo()
        await send(request)
        await (await _handle(small.asker, rollout_stream(small.rollout))).terminate()
        request.operations[1].update_workflow.request.meta.update_id += "-again"
        return await send(request, retry=False)

    async with cascade(client, settings_here) as small:
        monkeypatch.setattr(service, "execute_multi_operation", send_twice)
        answer = await small.start("school-1")
        assert answer.kinds == tuple(record.kind for record in small.log.stream(answer.stream))


async def test_continue_as_new_loses_no_update_in_flight(client: Client, settings_here: Settings) -> None:
    async with cascade(client, settings_here, longest_history=60) as here:
        await here.start("alpha")
        await here.settle()
        await here.ask("alpha", TakeSeat, seat="lead", person="p-0000000a")

        async def come_and_go(person: str) -> None:
            for _ in range(6):
                await here.ask("alpha", NameSubstitute, seat="lead", person=person)
                await here.ask("alpha", NameSubstitute, seat="lead")

        await asyncio.gather(*(come_and_go(f"p-0000001{number}") for number in range(5)))
        recorded = {record.command_id for record in here.log.stream(here.stream("alpha"))}
        assert len([each for each in recorded if each.startswith(here.rollout)]) >= 10
        for _ in range(50):
            if len(await _run_ids(client, here.stream("alpha"))) > 1:
                break
            await asyncio.sleep(0.1)
        assert len(await _run_ids(client, here.stream("alpha"))) > 1


async def test_a_correction_reaches_a_participant_whose_workflow_has_ended(
    client: Client, settings_here: Settings
) -> None:
    async with cascade(client, settings_here) as here:
        await here.start("alpha")
        await here.settle()
        await here.ask("alpha", TakeSeat, seat="lead", person="p-0000000a")
        await here.ask("alpha", CompleteTask, task="wish/go-on", answer="go")
        await here.ask("alpha", Withdraw, reason=REASON)
        handle = await _handle(here.asker, here.stream("alpha"))
        await asyncio.wait_for(handle.result(), 10)
        completed = [each for each in here.log.stream(here.stream("alpha")) if each.kind == "TaskCompleted"]
        answered = next(each for each in completed if b'"wish/go-on"' in bytes(each.data))
        answer = await here.ask("alpha", Correct, version=answered.version, changes={"answer": "stay"}, reason=REASON)
        assert answer.kinds == ("Corrected",)
        await asyncio.wait_for((await _handle(here.asker, here.stream("alpha"))).result(), 10)


async def test_a_log_that_is_away_fails_the_command_and_leaves_the_workflow_alive(
    client: Client, settings_here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eventlog.errors import LogUnavailable

    async with cascade(client, settings_here) as here:
        await here.start("alpha")
        await here.settle()

        async def away(requests: object) -> None:
            raise LogUnavailable("The disk is full.")

        monkeypatch.setattr("activities.door.PATIENCE", 0.5)
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(here.log, "append_all_async", away)
            with pytest.raises(LogUnavailable, match="disk is full"):
                await here.ask("alpha", TakeSeat, seat="lead", person="p-0000000a")
        answer = await here.ask("alpha", TakeSeat, seat="lead", person="p-0000000a")
        assert answer.first > 0


async def test_recover_starts_what_temporal_has_lost_and_twice_it_changes_nothing(
    client: Client, settings_here: Settings
) -> None:
    async with cascade(client, settings_here) as here:
        await here.start("alpha", "beta")
        await here.settle()
        for school in ("alpha", "trainers"):
            await (await _handle(here.asker, here.stream(school))).terminate("lost")
        await _until_not_running(here, "alpha", "trainers")
        found = await recover(here.office, here.asker, thorough=True)
        assert found.started == 2
        await _until_running(here, "alpha", "trainers")
        assert not (await recover(here.office, here.asker, thorough=True)).changed
        assert (await here.ask("alpha", TakeSeat, seat="lead", person="p-0000000a")).first > 0


async def test_recover_ends_workflows_that_a_restored_log_knows_nothing_of(
    client: Client, settings_here: Settings, home: Path, tmp_path: Path
) -> None:
    async with cascade(client, settings_here) as here:
        await here.start("alpha")
        await here.settle()
        lost = here.stream("alpha")
    older = Settings(home=tmp_path / "older", task_queue=settings_here.task_queue)
    async with _worker_on(client, older) as (office, asker):
        found = await recover(office, asker, thorough=True)
        assert found.ended == 3
        description = await (await _handle(asker, lost)).describe()
        assert description.status is WorkflowExecutionStatus.TERMINATED


async def test_a_workflow_that_is_ahead_of_the_log_begins_anew_from_it(
    client: Client, settings_here: Settings, home: Path, tmp_path: Path
) -> None:
    """As when the file of an older log was put in place by hand, and `kaskad recover` was called."""
    older = Settings(home=tmp_path / "older", task_queue=settings_here.task_queue)
    async with cascade(client, settings_here) as here:
        await here.start("alpha")
        await here.settle()
        Path(older.log).parent.mkdir(parents=True)
        backup_log(here.log, older.log)
        await here.ask("alpha", TakeSeat, seat="lead", person="p-0000000a")
        alpha = here.stream("alpha")
        before = await (await _handle(here.asker, alpha)).describe()
    async with _worker_on(client, older) as (office, asker):
        found = await recover(office, asker, thorough=True)
        assert (found.started, found.updated, found.ended) == (0, 1, 0)
        assert not (await recover(office, asker, thorough=True)).changed
        after = await (await _handle(asker, alpha)).describe()
        assert after.run_id != before.run_id
        taken = TakeSeat(id="again", actor=MANAGER, seat="lead", person="p-0000000b")
        assert (await asker.ask(alpha, taken)).first > 0
    history = await asker.client.get_workflow_handle(before.id, run_id=before.run_id).fetch_history()
    await Replayer(workflows=WORKFLOWS, plugins=[KaskadPlugin(sandbox=True)]).replay_workflow(history)


async def test_closing_a_rollout_ends_every_workflow_of_it(client: Client, settings_here: Settings) -> None:
    async with cascade(client, settings_here) as here:
        await here.start("alpha", "beta")
        await here.settle()
        stream = rollout_stream(here.rollout)
        with pytest.raises(Refused, match="still under way"):
            await here.asker.ask(stream, here.command(CloseRollout))
        await here.asker.ask(stream, here.command(CloseRollout, force=True))
        await here.settle()
        for each in (stream, here.stream("alpha"), here.stream("beta"), here.stream("trainers")):
            await asyncio.wait_for((await _handle(here.asker, each)).result(), 10)


async def test_a_seat_that_is_freed_is_asked_for_again(client: Client, settings_here: Settings) -> None:
    async with cascade(client, settings_here) as here:
        await here.start("alpha")
        await here.settle()
        await here.ask("alpha", TakeSeat, seat="lead", person="p-0000000a")
        await here.ask("alpha", FreeSeat, seat="lead")
        again = await here.ask("alpha", FreeSeat, seat="lead")
        assert again.first == 0


async def _until_not_running(here: Cascade, *schools: str) -> None:
    await _until(here, schools, running=False)


async def _until_running(here: Cascade, *schools: str) -> None:
    await _until(here, schools, running=True)


async def _until(here: Cascade, schools: tuple[str, ...], *, running: bool) -> None:
    """The list of workflows lags behind by moments."""
    wanted = {workflow_id_of(here.stream(school)) for school in schools}
    query = f"ExecutionStatus = 'Running' AND TaskQueue = '{here.asker.task_queue}'"
    async with asyncio.timeout(15):
        while True:
            found = {each.id async for each in here.asker.client.list_workflows(query)}
            if (wanted <= found) if running else not (wanted & found):
                return
            await asyncio.sleep(0.1)
