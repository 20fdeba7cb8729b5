"""A live participant whose two years of real timers pass by time skipping."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from activities.asking import BY_ROLLOUT, BY_SCHOOL
from domain.participant.team import TakeSeat
from runtime.plugin import KaskadPlugin
from runtime.settings import Settings
from tests.workflows.cascade import cascade

pytestmark = [pytest.mark.server, pytest.mark.slow]

YEARS = Path(__file__).with_name("years.yaml")


@pytest_asyncio.fixture
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """The same server with a virtual clock for each workflow."""
    temporal = shutil.which("temporal", path=str(Path(sys.executable).parent))
    environment = await WorkflowEnvironment.start_time_skipping_v2(
        ts_config=TimeSkippingConfig(
            enabled=True, fast_forward_config=None, disable_propagation=False, max_session_skip_count=200
        ),
        dev_server_existing_path=temporal,
        dev_server_extra_args=["--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"],
        search_attributes=[BY_ROLLOUT, BY_SCHOOL],
        plugins=[KaskadPlugin()],
    )
    try:
        yield environment
    finally:
        await environment.shutdown()


async def test_two_years_of_timers_bring_every_reminder_escalation_and_missed_checkpoint(
    skipping: WorkflowEnvironment, settings_here: Settings
) -> None:
    async with cascade(skipping.client, settings_here, definition=YEARS) as here:
        await here.start("alpha")
        await here.settle()
        await here.ask("alpha", TakeSeat, seat="lead", person="p-0000000a")
        async with asyncio.timeout(150):
            while here.kinds("alpha").count("CheckpointMissed") < 25:
                await asyncio.sleep(0.5)
        records = here.log.stream(here.stream("alpha"))
        kinds = [record.kind for record in records]
        assert kinds.count("TaskReminded") == 2
        assert kinds.count("TaskOverdue") >= 25
        missed = [record.happened_at for record in records if record.kind == "CheckpointMissed"]
        assert missed == sorted(missed)
        assert missed[-1] - records[0].happened_at > timedelta(days=2 * 365)
        assert all(timedelta(days=25) < later - one < timedelta(days=50) for one, later in pairwise(missed))
