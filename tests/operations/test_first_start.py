"""The first start makes the first operator, once, however often it is broken off; a lost log is not begun anew."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from activities.organisation import LogLost, first_operator
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

    append, left = EventLog.append_async, iter(range(recorded))

    async def until_it_breaks(log: EventLog, request: Append) -> object:
        if next(left, None) is None:
            raise BrokenOff
        return await append(log, request)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(EventLog, "append_async", until_it_breaks)
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
