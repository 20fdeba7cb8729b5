"""The keys of persons, wrapped from the command line under a master key that came later."""

import base64
import secrets
from pathlib import Path
from typing import Any

import pytest

from people.person import PersonDraft
from people.registry import open_registry
from tests.terminal.calling import Calls


@pytest.fixture
def stores(tmp_path: Path) -> dict[str, Any]:
    """A registry with one person, made before there was a master key."""
    found = {"KASKAD_REGISTRY": str(tmp_path / "registry.db"), "KASKAD_KEYS": str(tmp_path / "keys.db")}
    with open_registry(*found.values(), environment={}) as registry:
        registry.add(PersonDraft("Before the master key", "before@school.kz"))
    return found


def test_keys_made_earlier_are_wrapped_once_and_read_with_the_master_key_alone(
    kaskad: Calls, stores: dict[str, Any]
) -> None:
    master: dict[str, Any] = {"KASKAD_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode()}
    wrap = ("person", "wrap-keys")
    assert kaskad(*wrap, "--json", **stores, **master).json == {"wrapped": 2}
    assert kaskad(*wrap, **stores, **master).out == "Every key is wrapped already.\n"
    assert "set KASKAD_MASTER_KEY" in kaskad("person", "list", **stores, code=3).err
    assert "Before the master key" in kaskad("person", "list", **stores, **master).out


def test_without_a_master_key_nothing_is_wrapped(kaskad: Calls, stores: dict[str, Any]) -> None:
    assert "set KASKAD_MASTER_KEY" in kaskad("person", "wrap-keys", **stores, code=3).err
    assert "Before the master key" in kaskad("person", "list", **stores).out


def test_where_there_is_no_registry_none_is_made(kaskad: Calls, tmp_path: Path) -> None:
    nowhere: dict[str, Any] = {
        "KASKAD_REGISTRY": str(tmp_path / "r" / "a.db"),
        "KASKAD_KEYS": str(tmp_path / "k" / "b.db"),
    }
    assert "There is no registry of persons" in kaskad("person", "wrap-keys", **nowhere, code=1).err
    assert list(tmp_path.iterdir()) == []
