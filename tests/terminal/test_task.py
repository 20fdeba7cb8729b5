"""What is asked of whom, and completing it."""

import json
import os
import resource
from pathlib import Path
from typing import Any

import pytest

from tests.terminal.calling import Calls
from tests.terminal.lists import person
from tests.terminal.short import Short, start_short


@pytest.fixture(scope="module")
def short(kaskad: Calls, tmp_path_factory: pytest.TempPathFactory) -> Short:
    return start_short(kaskad, tmp_path_factory.mktemp("short"))


def tasks(short: Short, *arguments: str) -> list[str]:
    listed = short("task", "list", "--rollout", short.id, "--json", *arguments).json
    return [f"{each['school'].rpartition('-')[2]}:{each['task']}" for each in listed]


def test_a_school_finds_what_is_asked_of_it(short: Short) -> None:
    evidence = ["b:portfolio/diary/submit-1", "b:portfolio/plan/submit-1"]
    asked = ["b:mentoring/checkpoint-1", *evidence, "b:wish/go-on", "b:wish/greet"]
    assert sorted(tasks(short, "--for", short.second)) == asked


def test_a_role_finds_what_is_asked_of_it_everywhere(short: Short) -> None:
    assert tasks(short, "--for", "mentor") == ["a:mentoring/checkpoint-1", "b:mentoring/checkpoint-1"]


def test_every_holder_of_a_role_finds_its_tasks(short: Short) -> None:
    plans = ["trainers:delivery/plan-first-day", "trainers:delivery/plan-second-day"]
    for trainer in short.trainers:
        assert tasks(short, "--for", trainer) == plans
        assert tasks(short, "--as", trainer) == plans


def test_the_first_due_stand_first_with_titles_names_and_dates_in_words(short: Short) -> None:
    listed = short("task", "list", "--for", short.second).out.splitlines()
    assert listed[0].split()[:3] == ["SCHOOL", "TASK", "TITLE"]
    assert "Get to know each other" in listed[1]
    assert f"{short.id} lead (Lead)" in listed[1]
    assert "in 3 days" in listed[1] or "in 4 days" in listed[1]


@pytest.mark.parametrize(("language", "title"), [("kk", "Танысу"), ("ru", "Познакомиться")])
def test_titles_are_in_the_language_of_the_settings(short: Short, language: str, title: str) -> None:
    assert title in short("task", "list", "--for", short.second, KASKAD_LANG=language).out


def test_what_is_due_by_a_day_is_found(short: Short) -> None:
    assert tasks(short, "--due", "overdue") == []
    assert "b:wish/greet" in tasks(short, "--due", "week", "--for", short.second)
    assert len(tasks(short, "--due", "2090-01-01", "--for", short.second)) == 5


def test_when_that_is_no_date_says_what_would_be_right(short: Short) -> None:
    ended = short("task", "list", "--for", short.second, "--due", "soon", code=2)
    assert "overdue, today, week or a date such as 2026-11-25" in ended.err


def test_somebody_unknown_is_told_the_nearest(short: Short) -> None:
    assert f"did you mean '{short.second}'?" in short("task", "list", "--for", f"{short.second}x", code=1).err
    assert "did you mean 'mentor'?" in short("task", "list", "--for", "mentr", code=1).err
    assert "There is no person 'p-zzzzzzzz'" in short("task", "list", "--for", "p-zzzzzzzz", code=1).err


def test_whoever_is_known_by_an_address_is_found_by_it(short: Short, kaskad: Calls, tmp_path: Path) -> None:
    email = f"{short.id}@school.kz"
    who = person(kaskad, "Known by an address", email)
    short("school", "assign", f"{short.id}/{short.first}", f"{short.id}/{short.second}", "--mentor", who)
    try:
        assert tasks(short, "--for", email) == tasks(short, "--for", who) != []
        assert tasks(short, "--as", email) == tasks(short, "--for", who)
        acted = short("audit", "log", "--person", email, "--json").json
        assert acted == short("audit", "log", "--person", who, "--json").json != []
    finally:
        short("school", "assign", f"{short.id}/{short.first}", f"{short.id}/{short.second}", "--mentor", short.mentor)
    assert "Nobody is registered with" in short("task", "list", "--for", "nobody@school.kz", code=1).err
    log, elsewhere = short.kaskad.home / "log" / "events.db", tmp_path / "elsewhere"
    for asked in (("task", "list", "--for"), ("audit", "log", "--person")):
        told = short(*asked, email, "--log", log, code=1, KASKAD_HOME=str(elsewhere)).err
        assert "The log knows ids only" in told
    assert not elsewhere.exists()


def test_a_school_of_a_rollout_that_is_not_there_is_not_told_that_nothing_waits(short: Short) -> None:
    listed = short("task", "list", "--for", f"{short.id}/{short.second}", "--json").json
    assert {each["school"] for each in listed} == {short.second}
    told = short("task", "list", "--for", f"nowhere/{short.second}", code=1).err
    assert told.startswith(f"kaskad: There is no person, school or role 'nowhere/{short.second}'")


def test_the_list_needs_no_more_than_the_log(short: Short, tmp_path: Path) -> None:
    log, elsewhere = short.kaskad.home / "log" / "events.db", str(tmp_path / "elsewhere")
    listed = short("task", "list", "--log", log, "--for", short.second, "--json", KASKAD_HOME=elsewhere).json
    assert len(listed) == 5
    assert listed[0]["waits_for"].startswith("p-"), "names are not in the log"


def test_a_copy_without_views_does_not_look_as_if_there_were_nothing(short: Short, tmp_path: Path) -> None:
    copy = tmp_path / "log.db"
    short("audit", "copy", copy)
    for asked in (
        *(("task", "list"), ("session", "list"), ("checkpoint", "list"), ("evidence", "list"), ("school", "list")),
        *(("rollout", "list"), ("rollout", "show"), ("rollout", "calendar", "show"), ("rollout", "watch", "--for", 0)),
        *(("school", "show", short.first), ("evidence", "get", short.first, "work/report"), ("views", "check")),
    ):
        told = short(*asked, "--log", copy, code=1)
        assert (told.out, "kaskad views rebuild --log FILE" in told.err) == ("", True), asked
    short("views", "rebuild", "--log", copy)
    assert len(short("task", "list", "--log", copy, "--for", short.second, "--json").json) == 5


def test_the_list_takes_less_than_the_time_that_is_promised(short: Short) -> None:
    """Of the processor: what else runs beside the tests is not the list's."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    short.kaskad.apart("task", "list", "--for", short.second)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.8


def test_the_list_brings_nothing_along_that_it_does_not_need(short: Short) -> None:
    out = short.kaskad.apart("task", "list", PYTHONPROFILEIMPORTTIME="1").err
    for heavy in ("temporalio", "psycopg", "domain.programme", "openpyxl", "alembic"):
        assert f" {heavy}\n" not in out


def test_a_task_says_what_it_wants_and_how_it_is_done(short: Short) -> None:
    page = short("task", "show", short.second, "portfolio/plan/submit-1").out
    assert "The plan" in page
    assert "One page" in page
    assert "up to 100 bytes each" in page
    assert ".pdf, .txt" in page
    assert f"kaskad evidence submit {short.id}/{short.second} portfolio/plan FILE..." in page
    assert "go, stay" in short("task", "show", short.second, "wish/go-on").out
    for trainer in short.trainers:
        assert trainer in short("task", "show", short.host, "delivery/plan-first-day").out


def test_for_programs_a_task_has_instants_and_ids(short: Short) -> None:
    page = short("task", "show", short.second, "wish/go-on", "--json").json
    listed = short("task", "list", "--for", short.second, "--rollout", short.id, "--json").json
    row = next(each for each in listed if each["task"] == "wish/go-on")
    same = ("rollout", "school", "task", "title", "kind", "step", "role", "persons", "asked_at", "due_at")
    assert {name: page[name] for name in same} == {name: row[name] for name in same}
    assert (page["status"], page["answers"]) == ("open", ["go", "stay"])


def test_a_task_that_is_not_there_is_told_the_nearest(short: Short) -> None:
    assert "did you mean 'wish/greet'?" in short("task", "show", short.second, "wish/gret", code=1).err
    assert "нет задачи" in short("task", "show", short.second, "wish/gret", code=1, KASKAD_LANG="ru").err


def test_where_nothing_is_near_the_open_tasks_are_named(short: Short) -> None:
    assert "; open are " in short("task", "show", short.second, "zzzzzz", code=1).err
    told = short("task", "complete", short.second, "zzzzzz", by=short.lead, code=1).err
    assert "has no task 'zzzzzz'; open are " in told
    assert "wish/greet" in told


def test_a_task_without_answers_takes_none(short: Short) -> None:
    asked = ("task", "complete", short.second, "wish/greet", "--answer", "maybe")
    assert "the task takes no answer: leave the answer out." in short(*asked, by=short.lead, code=1).err
    assert "не требует ответа" in short(*asked, by=short.lead, code=1, KASKAD_LANG="ru").err


def test_the_same_answer_twice_is_done_already_and_another_is_refused(short: Short) -> None:
    first = short("task", "complete", short.first, "wish/go-on", "--answer", "go", by=short.lead)
    assert "Done: Whether to go on." in first.out
    again = short("task", "complete", short.first, "wish/go-on", "--answer", "go", by=short.lead)
    assert again.out == "Already done; nothing was recorded.\n"
    other = short("task", "complete", short.first, "wish/go-on", "--answer", "stay", by=short.lead, code=1)
    assert "kaskad correct" in other.err
    assert "done" in short("task", "show", short.first, "wish/go-on").out
    assert "a:wish/go-on" not in tasks(short)


def test_an_answer_is_one_of_those_that_are_asked_for(short: Short) -> None:
    ended = short("task", "complete", short.second, "wish/go-on", "--answer", "perhaps", by=short.lead, code=1)
    assert "go, stay" in ended.err
    assert "takes an answer" in short("task", "complete", short.second, "wish/go-on", by=short.lead, code=1).err


def test_a_task_is_for_whoever_holds_the_role(short: Short) -> None:
    ended = short("task", "complete", short.second, "wish/greet", by=short.mentor, code=1)
    assert f"This is for the Lead of {short.second}" in ended.err
    assert (
        "There is no person 'p-zzzzzzzz'"
        in short("task", "complete", short.second, "wish/greet", by="p-zzzzzzzz", code=1).err
    )
    assert "--as PERSON" in short("task", "complete", short.second, "wish/greet", code=2, KASKAD_AS="").err


def test_a_script_that_asks_again_is_told_what_it_recorded_the_first_time(short: Short) -> None:
    asked = ("task", "complete", short.first, "wish/greet", "--command-id", f"{short.id}-greet", "--json")
    first, again = short(*asked, by=short.lead).json, short(*asked, by=short.lead).json
    ended = short("task", "show", short.first, "wish/greet", "--json").json
    assert (ended["status"], ended["ended_at"][-1]) == ("done", "Z")
    assert first["recorded"]
    assert first["first"] == again["first"]
    other = short("task", "complete", short.second, *asked[3:], by=short.lead, code=1)
    assert "used for something else already" in other.err


def test_a_refused_command_can_be_given_again_under_its_id(short: Short) -> None:
    asked = ("task", "complete", short.second, "wish/greet", "--command-id", f"{short.id}-again")
    short(*asked, by=short.reviewer, code=1)
    assert "Done" in short(*asked, by=short.lead).out


def test_a_task_was_done_on_the_day_that_is_stated(short: Short) -> None:
    when = ("--happened-at", "2090-01-01")
    assert (
        "has not come yet" in short("task", "complete", short.second, "wish/go-on", "--answer", "go", *when, code=1).err
    )
    bad = short("task", "complete", short.second, "wish/go-on", "--answer", "go", "--happened-at", "1.2.2026", code=2)
    assert "write it as 2026-11-25" in bad.err


def test_without_temporal_acting_ends_with_three_and_reading_goes_on(short: Short) -> None:
    nowhere: dict[str, Any] = {"TEMPORAL_ADDRESS": "127.0.0.1:1", "KASKAD_CONNECT_TIMEOUT": "1"}
    short("task", "complete", short.second, "wish/go-on", "--answer", "go", code=3, **nowhere)
    os.environ.pop("TEMPORAL_ADDRESS", None)
    assert json.loads(short("task", "list", "--for", short.second, "--json", **nowhere).out)
