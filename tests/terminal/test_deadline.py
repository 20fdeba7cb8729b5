"""Deadlines are extended with a reason, by whoever manages the programme."""

import pytest

from tests.terminal.calling import Calls
from tests.terminal.short import Short, start_short


@pytest.fixture(scope="module")
def short(kaskad: Calls, tmp_path_factory: pytest.TempPathFactory) -> Short:
    return start_short(kaskad, tmp_path_factory.mktemp("short"))


def extend(short: Short, task: str, to: str, *, by: str | None = None, code: int = 0) -> str:
    ended = short("deadline", "extend", short.first, task, "--to", to, "--reason", "Ill", by=by, code=code)
    return ended.out + ended.err


def test_a_day_means_the_hour_at_which_tasks_fall_due(short: Short) -> None:
    assert extend(short, "wish/greet", "2090-03-01").startswith("Now due Wednesday, 1 March 2090, 18:00")
    assert "Already done" in extend(short, "wish/greet", "2090-03-01")
    assert "1 March 2090" in short("task", "list", "--for", short.first).out
    assert "10:30" in extend(short, "wish/greet", "2090-03-02 10:30")
    assert "Saturday, 4 March 2090, 18:00 (no school day)" in extend(short, "wish/greet", "2090-03-04")


def test_a_date_is_later_than_the_one_before_and_not_past(short: Short) -> None:
    assert "is not after the present one" in extend(short, "wish/go-on", "2020-01-01", code=1)
    assert "too far ahead" in extend(short, "wish/go-on", "2094-01-01", code=1)
    assert "write it as 2026-11-25" in extend(short, "wish/go-on", "tomorrow", code=2)
    assert "--to 9999-12-31T" in extend(short, "wish/go-on", "9999-12-31", code=2)


def test_only_the_programme_manager_extends_it(short: Short) -> None:
    assert "programme-manager" in extend(short, "wish/go-on", "2090-01-01", by=short.lead, code=1)


def test_a_task_that_is_not_there_is_told_the_nearest(short: Short) -> None:
    assert "did you mean 'wish/go-on'?" in extend(short, "wish/goon", "2090-01-01", code=1)
