"""The first start makes the first operator, once, however often it is broken off; nothing lost is begun anew."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from activities.backup import make_backup
from activities.organisation import LogLost, RegistryLost, first_operator
from activities.restoring import bring_back, check_backup
from eventlog.log import open_log
from eventlog.record import Append
from people.registry import open_registry
from runtime.settings import Settings
from tests.operations.conftest import Kept


class BrokenOff(Exception):
    """As by a kill."""


def kinds(settings: Settings) -> list[str]:
    with open_log(settings.log) as log:
        return [record.kind for record in log.read()]


@pytest.mark.parametrize("recorded", range(4))
def test_a_first_start_that_was_broken_off_is_taken_up_again(
    elsewhere: Settings, monkeypatch: pytest.MonkeyPatch, recorded: int
) -> None:
    from eventlog.log import EventLog

    append_all, left = EventLog.append_all_async, iter(range(recorded))

    async def until_it_breaks(log: EventLog, requests: Sequence[Append]) -> object:
        if next(left, None) is None:
            raise BrokenOff
        return await append_all(log, requests)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(EventLog, "append_all_async", until_it_breaks)
        with pytest.raises(BrokenOff):
            first_operator(elsewhere)
    operator = first_operator(elsewhere)
    assert operator is not None
    assert kinds(elsewhere) == ["PersonRegistered", "RightGranted", "RightGranted", "RightGranted"]
    with open_registry(elsewhere.registry, elsewhere.keys) as registry:
        assert [each.person for each in registry.persons()] == [operator]
    assert first_operator(elsewhere) is None


def test_several_first_starts_at_once_make_one_operator(elsewhere: Settings) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(first_operator, [elsewhere] * 4)) - {None}
    assert len(made) == 1
    assert kinds(elsewhere) == ["PersonRegistered", "RightGranted", "RightGranted", "RightGranted"]
    with open_registry(elsewhere.registry, elsewhere.keys) as registry:
        assert {each.person for each in registry.persons()} == made


def test_a_log_that_was_lost_is_not_begun_anew(kept: Kept) -> None:
    """A new one would have every workflow ended, and its first operator would be somebody else."""
    for path in Path(kept.settings.log).parent.iterdir():
        path.unlink()
    with pytest.raises(LogLost, match=r"is empty, but 2 persons are registered.*kaskad restore"):
        first_operator(kept.settings)
    assert kinds(kept.settings) == []


@pytest.mark.parametrize("left", ["no file", "an empty registry"])
def test_a_registry_that_was_lost_is_not_begun_anew(kept: Kept, left: str) -> None:
    """Nobody would have a name, nor an address to which anything is written, and nothing would say why."""
    registry = Path(kept.settings.registry)
    registry.unlink()
    if left == "an empty registry":
        open_registry(registry, kept.settings.keys).close()
    with pytest.raises(RegistryLost, match=r"has nobody, but the event log knows 2 persons.*kaskad restore"):
        first_operator(kept.settings)
    assert registry.exists() == (left == "an empty registry")


def test_a_registry_that_was_lost_comes_back_by_a_restore_or_is_begun_by_its_next_person(
    kept: Kept, tmp_path: Path
) -> None:
    make_backup(kept.settings, tmp_path / "backup", "0")
    Path(kept.settings.registry).unlink()
    bring_back(kept.settings, tmp_path / "backup", check_backup(tmp_path / "backup"))
    assert first_operator(kept.settings) is None
    Path(kept.settings.registry).unlink()
    kept.register("Somebody new")
    assert first_operator(kept.settings) is None


def test_a_registry_that_can_not_be_read_keeps_nothing_else_from_starting(kept: Kept) -> None:
    Path(kept.settings.registry).write_bytes(b"no database " * 100)
    assert first_operator(kept.settings) is None
