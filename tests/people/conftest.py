"""A registry in a folder of its own, without a master key."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from people.registry import Registry, open_registry


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def registry(folder: Path) -> Iterator[Registry]:
    with open_registry(folder / "people.sqlite", folder / "keys.sqlite", environment={}) as opened:
        yield opened
