"""A real Temporal server for tests: one for a whole run, made when the first test asks for it, gone with the run."""

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from runtime.embedded import EmbeddedServer, start_somewhere
from runtime.folder import DataFolder
from runtime.plugin import KaskadPlugin
from runtime.settings import Settings


@pytest.fixture(scope="session")
def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """The server that `kaskad up` starts, on free ports, without its web page."""
    folder = DataFolder(tmp_path_factory.mktemp("temporal"))
    server = start_somewhere(folder)
    try:
        yield server
    finally:
        server.stop()


@pytest_asyncio.fixture
async def client(temporal_server: EmbeddedServer) -> AsyncIterator[Client]:
    """A client with everything of ours in it, as commands and workers have it."""
    yield await Client.connect(temporal_server.address, plugins=[KaskadPlugin()])


@pytest.fixture
def task_queue() -> str:
    """A task queue that no other test serves."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder of the test's own."""
    return tmp_path / "var"


@pytest.fixture
def settings_here(home: Path, task_queue: str) -> Settings:
    """Settings on that folder and that task queue."""
    return Settings(home=home, task_queue=task_queue)
