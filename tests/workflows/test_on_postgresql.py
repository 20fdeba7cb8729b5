"""The whole engine over a log in PostgreSQL."""

from collections.abc import Iterator

import pytest
from temporalio.client import Client

from activities.reconcile import recover
from domain.participant.tasks import CompleteTask
from domain.participant.team import TakeSeat
from domain.refusal import Refused
from eventlog.verify import verify
from runtime.settings import Settings
from tests.postgres_server import fresh_database, plain, postgres_server
from tests.workflows.cascade import cascade

pytestmark = pytest.mark.server


@pytest.fixture
def database() -> Iterator[str]:
    with postgres_server() as server, fresh_database(server) as url:
        yield plain(url)


async def test_a_rollout_runs_over_a_log_in_postgresql(client: Client, settings_here: Settings, database: str) -> None:
    settings = settings_here.model_copy(update={"log": database})
    async with cascade(client, settings) as here:
        await here.start("alpha", "beta")
        await here.settle()
        await here.ask("alpha", TakeSeat, seat="lead", person="p-0000000a")
        await here.ask("alpha", CompleteTask, task="wish/go-on", answer="go")
        assert (await here.ask("alpha", CompleteTask, task="wish/go-on", answer="go")).first == 0
        with pytest.raises(Refused, match="kaskad correct"):
            await here.ask("alpha", CompleteTask, task="wish/go-on", answer="stay")
        await here.settle()
        assert verify(here.log).is_sound
        assert not (await recover(here.office, here.asker, thorough=True)).updated
