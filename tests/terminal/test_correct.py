"""A wrong fact is corrected by a new event with a reason; what it said before stays readable."""

import pytest

from tests.terminal.calling import Calls
from tests.terminal.short import Short, start_short

REASON = ("--reason", "Noted wrongly")


@pytest.fixture
def short(kaskad: Calls, tmp_path_factory: pytest.TempPathFactory) -> Short:
    return start_short(kaskad, tmp_path_factory.mktemp("short"))


def correct(short: Short, event: object, *arguments: str, by: str | None = None, code: int = 0) -> str:
    ended = short("correct", short.first, event, *arguments, *REASON, by=by, code=code)
    return ended.out + ended.err


def held(short: Short) -> int:
    """Position of a checkpoint that was held."""
    short("checkpoint", "hold", short.first, "--outcome", "on_track", "--number", 1, by=short.mentor)
    (event,) = short.events("CheckpointHeld")
    position = event["position"]
    assert isinstance(position, int)
    return position


def test_an_outcome_is_corrected_and_before_and_after_are_shown(short: Short) -> None:
    position = held(short)
    said = correct(short, position, "--set", "outcome=at_risk")
    assert f"Corrected: CheckpointHeld, event {position}." in said
    assert "outcome: on_track -> at_risk" in said
    assert "Already done" in correct(short, position, "--set", "outcome=at_risk")
    listed = short("checkpoint", "list", short.first, "--json").json
    assert listed[0]["outcome"] == "at_risk"
    assert [each["sentence"] for each in short.events("CheckpointHeld")]


def test_an_event_is_named_by_its_version_as_well(short: Short) -> None:
    held(short)
    (event,) = short.events("CheckpointHeld")
    assert "at_risk" in correct(short, f"v{event['version']}", "--set", "outcome=at_risk")


def test_who_recorded_it_may_put_it_right_and_others_may_not(short: Short) -> None:
    position = held(short)
    assert "programme-manager" in correct(short, position, "--set", "outcome=at_risk", by=short.reviewer, code=1)
    assert "Corrected" in correct(short, position, "--set", "outcome=needs_support", by=short.mentor)


def test_when_it_took_place_is_corrected(short: Short) -> None:
    position = held(short)
    assert "write it as 2026-11-25 10:00" in correct(short, position, "--took-place", "yesterday", code=2)
    assert "has not come yet" in correct(short, position, "--took-place", "2090-01-01 10:00", code=1)
    assert "--took-place 9999-12-31T" in correct(short, position, "--took-place", "9999-12-31 10:00", code=2)


def test_values_have_the_types_of_their_fields(short: Short) -> None:
    position = held(short)
    said = correct(short, position, "--set", "outcome=fine", code=2)
    assert "on_track or needs_support or at_risk" in said
    assert "FIELD=VALUE" in correct(short, position, "--set", "outcome", code=2)
    assert "cannot be corrected" in correct(short, position, "--set", "mentor=p-00000000", code=1)
    assert "cannot be corrected" in correct(short, position, "--set", "colour=red", code=1)
    assert "names nothing" in correct(short, position, code=1)


def test_an_answer_is_corrected_and_the_task_says_so(short: Short) -> None:
    short("task", "complete", short.first, "wish/go-on", "--answer", "stay", by=short.lead)
    event = next(each for each in short.events("TaskCompleted") if "go-on" in str(each["data"]))
    assert "answer: stay -> go" in correct(short, event["position"], "--set", "answer=go")
    assert "go" in short("task", "show", short.first, "wish/go-on").out


def test_points_are_given_as_json(short: Short, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("files") / "plan.txt"
    file.write_text("plan")
    short("evidence", "submit", short.first, "portfolio/plan", file, by=short.lead)
    points = ("--points", "depth=3", "--points", "width=3")
    short("evidence", "review", short.first, "portfolio/plan", "accepted", *points, by=short.reviewer)
    (event,) = short.events("EvidenceReviewed")
    said = correct(short, event["position"], "--set", 'points={"depth": 5, "width": 4}')
    assert "score: 6 -> 9" in said
    assert "JSON" in correct(short, event["position"], "--set", "points=many", code=2)


def test_an_event_that_is_not_there_says_what_is(short: Short) -> None:
    assert "is of main" in correct(short, 1, "--set", "a=b", code=1)
    assert "The log has no event 999999" in correct(short, 999999, "--set", "a=b", code=1)
    assert "its events go from v1 to v" in correct(short, "v999", "--set", "a=b", code=1)
    assert "give its position in the log (107) or its version (v12)" in correct(short, "first", code=2)
