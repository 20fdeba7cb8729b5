"""Training sessions: planned, moved, cancelled, each told to those who are asked to come."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from eventlog.log import open_log
from tests.terminal.calling import Calls
from tests.terminal.short import Short, start_short

ALMATY = ZoneInfo("Asia/Almaty")
IN_A_WEEK = f"{datetime.now(ALMATY) + timedelta(days=7):%Y-%m-%d} 10:00"
A_DAY_LATER = f"{datetime.now(ALMATY) + timedelta(days=8):%Y-%m-%d} 10:00"
PLAN = ("training", "first-day", "--at", IN_A_WEEK)


@pytest.fixture(scope="module")
def unchanged(kaskad: Calls, tmp_path_factory: pytest.TempPathFactory) -> Short:
    """For what is refused."""
    return start_short(kaskad, tmp_path_factory.mktemp("short"))


@pytest.fixture
def short(kaskad: Calls, tmp_path_factory: pytest.TempPathFactory) -> Short:
    return start_short(kaskad, tmp_path_factory.mktemp("short"))


def sessions(short: Short) -> list[tuple[str, str, str]]:
    listed = short("session", "list", "--rollout", short.id, "--json").json
    return [(each["session"], each["begins"], each["status"]) for each in listed]


def test_a_trainer_plans_a_session_for_all_schools(short: Short) -> None:
    planned = short("session", "plan", short.host, *PLAN, "--place", "Room 5", by=short.trainers[0])
    assert planned.out.startswith("Planned: First day, ")
    assert sessions(short) == [("trainers.training.first-day.1", IN_A_WEEK, "planned")]
    again = short("session", "plan", short.host, *PLAN, by=short.trainers[0])
    assert again.out == "Already done; nothing was recorded.\n"
    listed = short("session", "list", "--for", short.first).out
    assert "First day" in listed


def test_times_are_those_of_the_programmes_time_zone(short: Short) -> None:
    short("session", "plan", short.host, *PLAN)
    (found,) = short("session", "list", "--rollout", short.id, "--json").json
    assert datetime.fromisoformat(found["starts_at"]) == datetime.fromisoformat(IN_A_WEEK).replace(tzinfo=ALMATY)


def test_a_session_at_night_or_before_the_team_is_complete_is_told_so(short: Short) -> None:
    at_night = f"{datetime.now(ALMATY) + timedelta(days=7):%Y-%m-%d} 03:00"
    told = short("session", "plan", short.host, *PLAN[:3], at_night).out
    assert "(in the quiet hours, 20:00 to 08:00)" in told
    assert "not complete" not in told
    short("school", "seat", short.host, "trainer-1", "--free")
    told = short("session", "plan", short.host, "training", "second-day", "--at", A_DAY_LATER).out
    assert "The team of trainers is not complete." in told


def test_a_refusal_calls_a_role_as_the_definition_does(unchanged: Short) -> None:
    for language, title in (("kk", "Жетекші"), ("ru", "Руководитель")):
        asked = ("task", "complete", f"{unchanged.id}/{unchanged.first}", "wish/greet")
        told = unchanged(*asked, by=unchanged.mentor, code=1, KASKAD_LANG=language).err
        assert title in told, told


def test_a_session_is_planned_for_one_school_alone(short: Short) -> None:
    short("session", "plan", short.host, *PLAN, "--for", short.second)
    (found,) = short("session", "list", "--rollout", short.id, "--json").json
    assert found["schools"] == [f"{short.id}/{short.second}"]


def test_a_session_is_moved_and_moved_there_again_it_is_done_already(short: Short) -> None:
    short("session", "plan", short.host, *PLAN)
    asked = ("session", "move", "trainers.training.first-day.1", "--rollout", short.id, "--at", A_DAY_LATER)
    assert "Moved to" in short(*asked, "--reason", "The hall is taken").out
    assert "Already done" in short(*asked).out
    assert sessions(short) == [("trainers.training.first-day.1", A_DAY_LATER, "planned")]


def test_a_cancelled_session_is_asked_for_again(short: Short) -> None:
    short("session", "plan", short.host, *PLAN)
    asked = ("session", "cancel", "trainers.training.first-day.1", "--rollout", short.id, "--reason", "Ill")
    assert "Cancelled" in short(*asked).out
    assert "Already done" in short(*asked).out
    listed = short("task", "list", "--for", short.host, "--json").json
    again = next(each for each in listed if each["task"] == "delivery/plan-first-day-again-1")
    assert again["title"] == "Plan the session: First day"
    page = short("task", "show", short.host, "delivery/plan-first-day-again-1").out
    assert f"kaskad session plan {short.host} training first-day" in page


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("training", "first-day", "--at", "2026-13-01 10:00"), 2, "write it as 2026-11-25 10:00"),
        (("training", "first-day", "--at", "2026-12-01"), 2, "says no time of day"),
        (
            ("training", "first-day", "--at", "01.12.2026"),
            2,
            "is no date; write it as 2026-11-25 10:00, in",
        ),
        (("training", "first-day", "--at", "2020-01-01 10:00"), 1, "is over already"),
        (("training", "first-day", "--at", "9999-12-31 10:00"), 2, "--at 9999-12-31T05:00:00+00:00 is no time"),
        (("training", "frst-day", "--at", IN_A_WEEK), 1, "did you mean 'first-day'?"),
        (("trainin", "first-day", "--at", IN_A_WEEK), 1, "did you mean 'training'?"),
        ((*PLAN, "--for", "somewhere"), 1, "There is no school prepared by trainers called 'somewhere'"),
    ],
)
def test_what_can_not_be_planned_says_what_would_be_right(
    unchanged: Short, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    assert sentence in unchanged("session", "plan", unchanged.host, *arguments, code=code).err
    assert sessions(unchanged) == []


def test_a_session_that_is_not_there_is_told_the_nearest(short: Short) -> None:
    short("session", "plan", short.host, *PLAN)
    reason = ("--rollout", short.id, "--reason", "Ill")
    ended = short("session", "cancel", "trainers.training.first-day.2", *reason, code=1)
    assert "did you mean 'trainers.training.first-day.1'?" in ended.err
    assert "'kaskad session list' shows them" in short("session", "cancel", "first-day", *reason, code=2).err


def test_only_those_who_train_plan_sessions(unchanged: Short) -> None:
    assert (
        "This is for the Trainer" in unchanged("session", "plan", unchanged.host, *PLAN, by=unchanged.lead, code=1).err
    )


def test_the_texts_of_a_command_that_comes_to_nothing_are_taken_back(short: Short) -> None:
    def texts() -> int:
        with open_log(short.kaskad.home / "log" / "events.db", read_only=True) as log, log.reading() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM texts").scalar_one())

    before = texts()
    short("session", "plan", short.host, *PLAN, "--place", "Room 5", by=short.lead, code=1)
    assert texts() == before, "refused"
    short("session", "plan", short.host, *PLAN, "--place", "Room 5")
    assert texts() == before + 1
    short("session", "plan", short.host, *PLAN, "--place", "Room 6")
    assert texts() == before + 1, "done already"


def test_a_retried_command_brings_the_same_texts(short: Short) -> None:
    asked = ("session", "plan", short.host, *PLAN, "--command-id", f"{short.id}-plan", "--json")
    first = short(*asked, "--place", "Room 5").json
    assert short(*asked, "--place", "Room 5").json["first"] == first["first"]
    assert "used for something else" in short(*asked, "--place", "Room 6", code=1).err
