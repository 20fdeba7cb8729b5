"""The registry and its keys on PostgreSQL behave as on files."""

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from people.errors import PersonProblem, RegistryUnavailable
from people.person import PersonDraft
from people.registry import Registry, open_registry
from tests.postgres_server import fresh_database, plain, postgres_server


@pytest.fixture(scope="module")
def server() -> Iterator[URL]:
    with postgres_server() as url:
        yield url


@pytest.fixture
def urls(server: URL) -> Iterator[tuple[str, str]]:
    with fresh_database(server) as people, fresh_database(server) as keys:
        yield plain(people), plain(keys)


@pytest.fixture
def on_server(urls: tuple[str, str]) -> Iterator[Registry]:
    with open_registry(*urls, environment={}) as opened:
        yield opened


def test_a_person_is_kept_changed_and_erased_on_postgresql(on_server: Registry) -> None:
    added = on_server.add(PersonDraft("Әсемгүл", "a@place.example"))
    assert on_server.show(added.person) == added
    assert on_server.find_by_email("A@place.example") == added
    assert on_server.update(added.person, phone="1").phone == "1"
    with pytest.raises(PersonProblem, match="already belongs"):
        on_server.add(PersonDraft("n", "a@place.example"))
    assert [on_server.apply_erasures([added.person]) for _ in range(2)] == [1, 0]
    assert on_server.persons() == []


def test_a_registry_moves_from_postgresql_to_files_and_back(on_server: Registry, tmp_path: Path) -> None:
    people = on_server.add_all([PersonDraft("a", "a@place.example"), PersonDraft("b"), PersonDraft("c")])
    (tmp_path / "backup").mkdir()
    on_server.backup(tmp_path / "backup")
    with open_registry(tmp_path / "people.sqlite", tmp_path / "keys.sqlite", environment={}) as files:
        assert files.restore(tmp_path / "backup", erased=[people[2].person]) == 2
        assert files.persons() == people[:2]
        (tmp_path / "again").mkdir()
        files.backup(tmp_path / "again")
    assert on_server.restore(tmp_path / "again", erased=[]) == 2
    assert on_server.persons() == people[:2]
    assert on_server.find_by_email("a@place.example") == people[0]


def test_keys_are_wrapped_on_postgresql(on_server: Registry, urls: tuple[str, str]) -> None:
    added = on_server.add(PersonDraft("n"))
    master = {"KASKAD_MASTER_KEY": base64.b64encode(os.urandom(32)).decode()}
    with open_registry(*urls, environment=master) as wrapping:
        assert wrapping.wrap_keys() == 2
        assert wrapping.show(added.person) == added
    with pytest.raises(RegistryUnavailable, match="set KASKAD_MASTER_KEY"):
        on_server.show(added.person)


def test_a_server_that_is_away_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RegistryUnavailable, match=r"The registry of persons can't be used: .*KASKAD_REGISTRY"):
        open_registry("postgresql://127.0.0.1:1/none", tmp_path / "keys.sqlite", environment={})
