"""One stack for all tests of commands, started when the first of them asks for it; each test has names of its own."""

import itertools
from collections.abc import Iterator

import pytest

from tests.terminal.calling import Calls, stack_on

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def kaskad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calls]:
    """Calls commands against a running stack as its operator, who is programme manager and auditor too."""
    with stack_on(tmp_path_factory.mktemp("stack") / "var") as calls:
        yield calls


@pytest.fixture
def rollout_id() -> str:
    """A rollout's id that no other test uses."""
    return f"cohort-{next(_numbers)}"
