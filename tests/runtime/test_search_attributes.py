"""A named Temporal server is made to know our search attributes, and is worked with where it may not be."""

import asyncio
import os
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
    RemoveSearchAttributesRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError

from activities.asking import BY_ROLLOUT
from domain.identity import rollout_stream, workflow_id_of
from runtime import lifeline
from runtime.embedded import SEARCH_ATTRIBUTES, find_binary
from runtime.plugin import KaskadPlugin
from runtime.ports import LOOPBACK, free_port
from runtime.search_attributes import register_search_attributes
from runtime.settings import Settings
from tests.workflows.cascade import cascade

pytestmark = pytest.mark.server

OTHERS = [f"Other{number}" for number in range(10)]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that somebody else started, who knows nothing of us."""
    ports = {flag: str(free_port()) for flag in ("--port", "--http-port", "--metrics-port")}
    command = [str(find_binary()), "server", "start-dev", "--ip", LOOPBACK, "--headless", "--log-level", "error"]
    log = tmp_path_factory.mktemp("bare") / "temporal.log"
    process = lifeline.spawn(
        [*command, *(part for each in ports.items() for part in each)], output=log, environment=os.environ
    )
    try:
        yield f"{LOOPBACK}:{ports['--port']}"
    finally:
        lifeline.stop(process, within=5)


@pytest_asyncio.fixture
async def stranger(bare: str) -> AsyncIterator[Client]:
    """A client of that server, on which no search attribute is left of the tests before."""
    async with asyncio.timeout(20):
        while (client := await _connected(bare)) is None:
            await asyncio.sleep(0.1)
    left = [name for name in await known_to(client) if name in (*SEARCH_ATTRIBUTES, *OTHERS)]
    if left:
        await client.operator_service.remove_search_attributes(
            RemoveSearchAttributesRequest(namespace="default", search_attributes=left)
        )
    yield client


async def _connected(address: str) -> Client | None:
    try:
        client = await Client.connect(address, plugins=[KaskadPlugin()])
        await known_to(client)
    except (RuntimeError, RPCError):
        return None
    return client


async def known_to(client: Client) -> list[str]:
    known = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
    return sorted(known.custom_attributes)


async def leave_no_room(client: Client) -> None:
    """Ten keywords are as many as a namespace can have: nothing more is let in."""
    keywords = dict.fromkeys(OTHERS, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace="default", search_attributes=keywords)
    )


async def test_what_is_missing_is_registered_and_doing_it_twice_does_nothing(stranger: Client) -> None:
    for _ in range(2):
        assert await register_search_attributes(stranger) is None
        assert await known_to(stranger) == sorted(SEARCH_ATTRIBUTES)


async def test_workflows_are_found_by_what_was_registered(stranger: Client, settings_here: Settings) -> None:
    await register_search_attributes(stranger)
    async with cascade(stranger, settings_here) as here:
        await here.start("alpha")
        await here.settle()
        async with asyncio.timeout(10):
            while not [each async for each in stranger.list_workflows("KaskadSchool = 'alpha'")]:
                await asyncio.sleep(0.2)


async def test_a_server_that_refuses_them_is_worked_with_all_the_same(
    stranger: Client, settings_here: Settings
) -> None:
    await leave_no_room(stranger)
    async with cascade(stranger, settings_here) as here:
        await here.start("alpha")
        await here.settle()
        assert here.kinds("alpha")
        started = await stranger.get_workflow_handle(str(workflow_id_of(rollout_stream(here.rollout)))).describe()
        assert started.typed_search_attributes.get(BY_ROLLOUT) is None


async def test_where_they_cannot_be_registered_the_sentence_has_the_command_that_does_it(
    stranger: Client, bare: str
) -> None:
    await leave_no_room(stranger)
    sentence = await register_search_attributes(stranger)
    assert sentence is not None
    assert "Everything works without them" in sentence
    found = re.search(r"temporal (operator .*)$", sentence)
    assert found is not None
    await stranger.operator_service.remove_search_attributes(
        RemoveSearchAttributesRequest(namespace="default", search_attributes=OTHERS)
    )
    command = [str(find_binary()), *found[1].split(), "--address", bare]
    said = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False, timeout=20)
    assert said.returncode == 0, said.stderr
    assert await known_to(stranger) == sorted(SEARCH_ATTRIBUTES)


def test_the_reference_names_the_same_command() -> None:
    names = " ".join(f"--name {name} --type Keyword" for name in SEARCH_ATTRIBUTES)
    page = Path(__file__).parents[2] / "deploy" / "settings.md"
    assert f"search-attribute create {names}" in page.read_text()
