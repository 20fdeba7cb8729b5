"""Mentoring checkpoints: held with an outcome, listed with those that are open."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.terminal.calling import Calls
from tests.terminal.short import Short, start_short


@pytest.fixture(scope="module")
def short(kaskad: Calls, tmp_path_factory: pytest.TempPathFactory) -> Short:
    return start_short(kaskad, tmp_path_factory.mktemp("short"))


def hold(short: Short, school: str, *arguments: object, by: str | None = None, code: int = 0) -> str:
    ended = short("checkpoint", "hold", school, *arguments, by=by or short.mentor, code=code)
    return ended.out + ended.err


def listed(short: Short, school: str) -> list[tuple[int, str]]:
    found = short("checkpoint", "list", school, "--json").json
    return [(each["number"], each["outcome"]) for each in found]


def test_a_mentor_holds_the_open_checkpoint_and_the_next_is_asked(short: Short) -> None:
    asked = (short.first, "--outcome", "needs_support", "--remark", "The plan is late", "--number", 1)
    assert "Held: Mentoring, needs support." in hold(short, *asked)
    assert "Already done" in hold(short, *asked)
    other = hold(short, short.first, "--outcome", "at_risk", "--number", 1, code=1)
    assert "kaskad correct" in other
    assert listed(short, short.first) == [(1, "needs_support"), (2, "open")]
    page = short("checkpoint", "list", short.first).out
    assert "The plan is late" in page
    assert f"{short.id} mentor" in page
    assert "open, due" in page


def test_a_checkpoint_took_place_today(short: Short) -> None:
    today = f"{datetime.now(ZoneInfo('Asia/Almaty')):%Y-%m-%d}"
    refused = hold(short, short.second, "--outcome", "on_track", "--happened-at", "2090-01-01", code=1)
    assert "has not come yet" in refused
    before = hold(short, short.second, "--outcome", "on_track", "--happened-at", "2020-01-01", code=1)
    assert "before" in before
    ended = short(
        "checkpoint", "hold", short.second, "--outcome", "on_track", "--happened-at", today, by=short.mentor, code=None
    )
    assert ended.code == 0 or "before" in ended.err, "noon of today may be before the school took part"


def test_what_is_not_there_says_what_is(short: Short) -> None:
    assert "did you mean 'mentoring'?" in hold(
        short, short.first, "--outcome", "on_track", "--step", "mentorin", code=1
    )
    assert "is not mentored" in hold(short, short.host, "--outcome", "on_track", code=1)
    assert "'--outcome'" in hold(short, short.first, "--outcome", "fine", code=2)
    assert "--number is 1001" in hold(short, short.first, "--outcome", "on_track", "--number", 1001, code=2)
    assert "did you mean" in short("checkpoint", "list", f"{short.first}x", code=1).err


def test_only_the_mentor_holds_it(short: Short) -> None:
    refused = hold(short, short.second, "--outcome", "on_track", "--number", 1, by=short.reviewer, code=1)
    assert "This is for the Mentor" in refused
