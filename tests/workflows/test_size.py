"""A rollout of hundreds of participants: it settles, nobody who works is starved, and no history grows with it."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.client import Client

from activities.reconcile import recover
from domain.identity import rollout_stream, workflow_id_of
from domain.participant.team import NameSubstitute, TakeSeat
from runtime.settings import Settings
from tests.workflows.cascade import SMALL, Cascade, cascade

pytestmark = [pytest.mark.server, pytest.mark.slow]

SCHOOLS = 200


@pytest.fixture
def definition(tmp_path: Path) -> Path:
    """The small programme in years to come: its clock has nothing to do yet."""
    text = SMALL.read_text(encoding="utf-8")
    for year in (2026, 2025, 2024):
        text = text.replace(f"{year}-", f"{datetime.now(UTC).year + year - 2023}-")
    ahead = tmp_path / "ahead.yaml"
    ahead.write_text(text, encoding="utf-8")
    return ahead


async def _come_and_go(here: Cascade, school: str, over: asyncio.Event) -> list[float]:
    """Somebody's substitute, again and again; how long each answer was waited for."""
    waited = []
    await here.ask(school, TakeSeat, seat="lead", person="p-0000000a")
    while not over.is_set():
        for person in ("p-0000000b", None):
            began = time.perf_counter()
            await here.ask(school, NameSubstitute, seat="lead", person=person)
            waited.append(time.perf_counter() - began)
    return waited


async def test_people_are_answered_while_hundreds_are_enrolled(
    client: Client, settings_here: Settings, definition: Path
) -> None:
    async with cascade(client, settings_here, definition=definition) as small:
        await small.start("alpha", "beta", "gamma", "delta")
        await small.settle()
        large = Cascade(small.office, small.asker, small.definition)
        over = asyncio.Event()
        working = [asyncio.create_task(_come_and_go(small, each, over)) for each in ("alpha", "beta", "gamma", "delta")]
        await large.start(*(f"school-{number}" for number in range(SCHOOLS)))
        await large.settle()
        over.set()
        waited = sorted(each for mine in await asyncio.gather(*working) for each in mine)
        assert waited[int(len(waited) * 0.95)] < 2.0
        assert len(large.log.rows("participants", rollout=large.rollout)) == SCHOOLS + 1
        for stream in (rollout_stream(large.rollout), large.stream("trainers")):
            about = await client.get_workflow_handle(str(workflow_id_of(stream))).describe()
            assert about.history_length < SCHOOLS
        began = time.perf_counter()
        assert not (await recover(large.office, large.asker, thorough=True)).changed
        assert time.perf_counter() - began < 30
