"""Schools from the command line: enrolled, nominated, leaving, replaced; their seats and duties, one and many."""

from pathlib import Path

import pytest

from eventlog.log import open_log
from terminal.outcome import NotFound
from terminal.school_meant import schools_meant
from tests.terminal.calling import Calls
from tests.terminal.lists import options, person, school_list, school_row, started


@pytest.fixture
def cohort(kaskad: Calls, rollout_id: str, tmp_path: Path) -> str:
    return started(kaskad, rollout_id, tmp_path)


def sheet(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


# --- seats


def test_a_seat_is_taken_once_and_freed_once(kaskad: Calls, cohort: str) -> None:
    who = person(kaskad, "A principal")
    take = ("school", "seat", "school-1", "principal", "--rollout", cohort, "--person", who)
    assert f"{who} sits in the seat principal" in kaskad(*take).out
    assert "Already done" in kaskad(*take).out
    free = ("school", "seat", "school-1", "principal", "--rollout", cohort, "--free")
    assert "is free" in kaskad(*free).out
    assert kaskad(*free, "--json").json["recorded"] is False


def test_a_person_is_named_by_an_e_mail_address_too(kaskad: Calls, cohort: str) -> None:
    who = person(kaskad, "Seated by mail", "seated@school.kz")
    kaskad("school", "seat", f"{cohort}/school-1", "principal", "--person", "SEATED@school.kz")
    page = kaskad("school", "show", f"{cohort}/school-1", "--json").json
    assert page["seats"][0]["person"] == who
    assert page["seats"][0]["name"] == "Seated by mail"


def test_somebody_stands_in_to_the_end_of_the_last_day(kaskad: Calls, cohort: str) -> None:
    holder, other = person(kaskad, "Away"), person(kaskad, "Standing in")
    seat = ("school", "seat", "school-1", "coordinator", "--rollout", cohort)
    assert "nobody can be substituted" in kaskad(*seat, "--substitute", other, code=1).err
    kaskad(*seat, "--person", holder)
    ended = kaskad(*seat, "--substitute", other, "--until", "2027-01-20", "--json").json
    assert ended["events"] == ["SubstituteNamed"]
    assert "is over already" in kaskad(*seat, "--substitute", other, "--until", "2024-01-20", code=1).err
    assert "write it as" in kaskad(*seat, "--substitute", other, "--until", "20 January", code=2).err
    assert "is no time at which" in kaskad(*seat, "--substitute", other, "--until", "9999-12-31", code=2).err
    assert "Nobody acts" in kaskad(*seat, "--back").out
    assert "Already done" in kaskad(*seat, "--back").out


def test_a_seat_command_says_one_thing(kaskad: Calls, cohort: str) -> None:
    seat = ("school", "seat", "school-1", "principal", "--rollout", cohort)
    kaskad(*seat, code=2)
    kaskad(*seat, "--free", "--back", code=2)
    kaskad(*seat, "--free", "--until", "2027-01-20", code=2)


def test_what_is_not_known_is_told_with_the_nearest(kaskad: Calls, cohort: str) -> None:
    who = person(kaskad, "Known")
    seat = ("--rollout", cohort, "--person", who)
    assert "did you mean 'school-1'?" in kaskad("school", "seat", "scool-1", "principal", *seat, code=1).err
    assert "its seats are principal" in kaskad("school", "seat", "school-1", "prncipal", *seat, code=1).err
    unknown = kaskad("school", "seat", "school-1", "principal", "--rollout", cohort, "--person", f"{who}x", code=1)
    assert f"did you mean '{who}'?" in unknown.err
    kaskad("school", "seat", "school-1", "principal", "--rollout", "nowhere", "--person", who, code=1)


def test_the_schools_of_what_there_is_not_are_not_found(kaskad: Calls, cohort: str) -> None:
    assert "There is no rollout 'nowhere'" in kaskad("school", "list", "--rollout", "nowhere", code=1).err
    assert "There is no rollout 'nowhere'" in kaskad("school", "show", "school-1", "--rollout", "nowhere", code=1).err
    tier = ("school", "list", "--rollout", cohort, "--tier")
    assert "did you mean 'intellectual-school'?" in kaskad(*tier, "intelectual-school", code=1).err


def test_a_seat_stands_in_a_table_once(kaskad: Calls, cohort: str, tmp_path: Path) -> None:
    rows = f"school-1,principal,{kaskad.operator}\nschool-1,principal,{person(kaskad, 'Other')}\n"
    file = sheet(tmp_path, f"school,seat,person\n{rows}")
    told = kaskad("school", "seats", "--file", file, "--rollout", cohort, code=2)
    assert "'principal' of school-1 stands on row 2 already" in told.out


def test_a_school_that_takes_part_otherwise_is_not_said_to_be_enrolled(kaskad: Calls, cohort: str) -> None:
    asked = ("school", "enrol", "--rollout", cohort, "--id", "school-9", "--tier", "intellectual-school")
    kaskad(*asked, *options())
    assert kaskad(*asked, *options()).out.startswith("Already done")
    told = kaskad(*asked, *options("Басқа мектеп"), code=1)
    assert "school-9 is known here with another name in Kazakh, 'Жаңа мектеп', not 'Басқа мектеп'." in told.out


def test_a_seat_is_filled_by_the_manager_or_the_coordinator_alone(kaskad: Calls, cohort: str) -> None:
    stranger, coordinator = person(kaskad, "Stranger to seats"), person(kaskad, "Coordinator of seats")
    seat = ("school", "seat", "school-1", "principal", "--rollout", cohort, "--person", stranger)
    kaskad(*seat, "--as", stranger, code=1)
    kaskad("school", "seat", "school-1", "coordinator", "--rollout", cohort, "--person", coordinator)
    kaskad(*seat, "--as", coordinator)


def test_a_table_of_seats_is_reported_row_by_row(kaskad: Calls, cohort: str, tmp_path: Path) -> None:
    first = person(kaskad, "First of a table")
    person(kaskad, "Second of a table", "second@school.kz")
    file = sheet(
        tmp_path,
        f"school,seat,person\nschool-1,principal,{first}\nschool-2,principal,second@school.kz\n"
        f"school-1,coordinator,{first}\n",
    )
    asked = ("school", "seats", "--file", file, "--rollout", cohort, "--json")
    assert [each["result"] for each in kaskad(*asked, code=1).json] == ["done", "done", "refused"]
    told = kaskad(*asked, code=1).json
    assert [each["result"] for each in told] == ["already done", "already done", "refused"]
    assert "one person, one seat" in told[2]["why"]


def test_an_unknown_seat_is_told_before_any_row_is_done(kaskad: Calls, cohort: str, tmp_path: Path) -> None:
    who = person(kaskad, "Not seated")
    rows = f"school,seat,person\nschool-1,principal,{who}\nschool-2,principle,{who}\n"
    told = kaskad("school", "seats", "--file", sheet(tmp_path, rows), "--rollout", cohort, code=2)
    assert "school-2 has no seat 'principle'" in told.out
    assert "did you mean 'principal'?" in told.out
    page = kaskad("school", "show", "school-1", "--rollout", cohort, "--json").json
    assert who not in [each["person"] for each in page["seats"]]


def test_a_list_of_schools_has_numbers_and_codes_for_programs(kaskad: Calls, cohort: str) -> None:
    listed = kaskad("school", "list", "--rollout", cohort, "--json").json
    (found,) = [each for each in listed if each["school"] == "school-2"]
    assert found["status"] == "seats"
    assert (type(found["seats_filled"]), found["seats_total"]) == (int, 5)


def test_a_table_with_an_unknown_name_is_refused_whole(kaskad: Calls, cohort: str, tmp_path: Path) -> None:
    who = person(kaskad, "In a bad table")
    rows = f"school-1,principal,{who}\nschool-9,principal,nobody@school.kz\nschool-2,principal,nobody@school.kz\n"
    ended = kaskad(
        "school", "seats", "--file", sheet(tmp_path, f"school,seat,person\n{rows}"), "--rollout", cohort, code=2
    )
    assert [line.split()[:2] for line in ended.out.splitlines()[1:]] == [
        ["3", "school"],
        ["3", "person"],
        ["4", "person"],
    ]
    assert kaskad("school", "show", "school-1", "--rollout", cohort, "--json").json["seats"][0]["person"] is None
    misspelt = kaskad("school", "seats", "--file", sheet(tmp_path, f"school,seat,persn\n{rows}"), code=2)
    assert "did you mean 'person'?" in misspelt.out


def test_for_the_schools_of_a_whole_table_the_log_is_asked_once(kaskad: Calls, cohort: str) -> None:
    with open_log(kaskad.home / "log" / "events.db", read_only=True) as log:
        meant = schools_meant(log, cohort)
        assert meant("school-1").school == "school-1"
    assert meant("school-2").participant == f"{cohort}/school-2"
    with pytest.raises(NotFound, match="did you mean 'school-3'"):
        meant("scool-3")


# --- duties


def test_duties_are_given_to_one_school_to_a_tier_and_by_table(kaskad: Calls, cohort: str, tmp_path: Path) -> None:
    mentor, reviewer = person(kaskad, "A mentor"), person(kaskad, "A reviewer", "reviewer@school.kz")
    at = ("--rollout", cohort)
    assert f"{mentor} is mentor of school-1" in kaskad("school", "assign", "school-1", "--mentor", mentor, *at).out
    clash = kaskad("school", "assign", "school-1", "--reviewer", mentor, *at, code=1)
    assert "must not judge the other" in clash.err
    told = kaskad(
        "school", "assign", "--all-of-tier", "intellectual-school", "--reviewer", reviewer, *at, "--json"
    ).json
    assert [each["result"] for each in told] == ["done"] * 3
    file = sheet(tmp_path, f"school;mentor;reviewer\nschool-1;{mentor};reviewer@school.kz\nschool-2;{mentor};\n")
    told = kaskad("school", "assign", "--file", file, *at, "--json").json
    assert [each["result"] for each in told] == ["already done", "already done", "done"]


def test_duties_that_nobody_has_are_refused(kaskad: Calls, cohort: str) -> None:
    who, at = person(kaskad, "Duty-bound"), ("--rollout", cohort)
    assert (
        "the duties are mentor, reviewer" in kaskad("school", "assign", "school-1", "--trainer", who, *at, code=1).err
    )
    assert "did you mean 'intellectual-school'?" in kaskad(
        "school", "assign", "--all-of-tier", "intelectual-school", "--mentor", who, *at, code=1
    ).err  # fmt: skip
    kaskad("school", "assign", "school-1", *at, code=2)
    kaskad("school", "assign", "--mentor", who, *at, code=2)
    kaskad("school", "assign", "school-1", "--duty", "mentor", *at, code=2)


# --- the roster


def test_a_school_is_enrolled_by_options_once(kaskad: Calls, cohort: str) -> None:
    asked = ("school", "enrol", "--id", "late", "--tier", "intellectual-school", "--rollout", cohort, *options())
    assert "Enrolled 1 school" in kaskad(*asked).out
    assert "Already done" in kaskad(*asked).out
    assert "late" in kaskad("school", "list", "--rollout", cohort).out


def test_names_come_back_as_they_went_in(kaskad: Calls, cohort: str) -> None:
    name = "Ұлттық \u200fمدرسة\u200e «Үміт» ӘҒҚҢӨҺІ"
    asked = ("school", "enrol", "--id", "marked", "--tier", "intellectual-school", "--rollout", cohort)
    kaskad(*asked, *options(name))
    assert kaskad("school", "show", f"{cohort}/marked", "--json", KASKAD_LANG="kk").json["name"] == name
    refused = kaskad(*asked[:3], "bell", *asked[4:], *options("a\x07b"), code=2)
    assert "control character (U+0007)" in refused.err
    assert "characters" in kaskad(*asked[:3], "long", *asked[4:], *options("a" * 5000), code=2).err


def test_what_is_missing_of_a_school_is_told_at_once(kaskad: Calls, cohort: str) -> None:
    asked = ("school", "enrol", "--id", "bare", "--rollout", cohort)
    assert "--name-kk, --name-ru, --name-en, --region, --language" in kaskad(
        *asked, "--tier", "intellectual-school", code=2
    ).err  # fmt: skip
    assert "lacks --tier" in kaskad(*asked, code=2).err
    kaskad("school", "enrol", "--rollout", cohort, code=2)
    kaskad(*asked, "--tier", "intellectual-school", *options(language="xx"), code=2)


def test_a_list_of_further_schools_is_taken_whole_or_not_at_all(kaskad: Calls, cohort: str, tmp_path: Path) -> None:
    rows = [school_row("more-1"), school_row("hub-1", "rural-hub-school", "school-99")]
    asked = ("school", "enrol", school_list(tmp_path, rows), "--rollout", cohort)
    ended = kaskad(*asked, code=2)
    assert "there is no school 'school-99'" in ended.out
    assert "none of its rows was taken" in ended.err
    assert "more-1" not in kaskad("school", "list", "--rollout", cohort).out
    school_list(tmp_path, [rows[0], school_row("hub-1", "rural-hub-school", "school-1")])
    assert "none was enrolled" in kaskad(*asked, code=1).err
    ended = kaskad(*asked, "--json", code=1)
    (refused,) = ended.json["refused"]
    assert "the gate open:rural-hub-school of school-1 is shut" in refused["why"]
    assert "kaskad school nominate school-1" in refused["why"]
    assert "more-1" not in kaskad("school", "list", "--rollout", cohort).out
    school_list(tmp_path, [rows[0]])
    kaskad(*asked)
    assert "more-1" in kaskad("school", "list", "--rollout", cohort).out


def test_schools_are_nominated_under_one_parent_or_by_their_column(kaskad: Calls, cohort: str, tmp_path: Path) -> None:
    hubs = [school_row(f"hub-{each}", "rural-hub-school", f"school-{(each + 1) // 2}") for each in range(1, 5)]
    file = school_list(tmp_path, hubs)
    told = kaskad("school", "nominate", "school-1", "--schools", file, "--rollout", cohort).out
    assert "school-1 names hub-1, hub-2" in told
    assert "2 rows name other parents and were left alone" in told
    told = kaskad("school", "nominate", "--schools", file, "--rollout", cohort, "--json").json
    assert [(each["parent"], each["result"]) for each in told] == [("school-1", "already done"), ("school-2", "done")]
    third = ("school", "nominate", "school-1", "--id", "hub-9", "--rollout", cohort, *options())
    assert "at most 2 schools" in kaskad(*third, code=1).err
    page = kaskad("school", "show", "school-1", "--rollout", cohort, "--json").json
    assert page["prepares"] == "hub-1 (nominated), hub-2 (nominated)"
    tree = kaskad("rollout", "show", cohort, "--json").json["participants"]
    assert [each["school"] for each in tree if each["phase"] == "nominated"] == ["hub-1", "hub-2", "hub-3", "hub-4"]


def test_a_school_leaves_once(kaskad: Calls, cohort: str) -> None:
    asked = ("school", "withdraw", "school-1", "--rollout", cohort, "--reason", "Жөндеу")
    assert "has withdrawn" in kaskad(*asked).out
    assert "Already done" in kaskad(*asked).out
    kaskad("school", "withdraw", "school-2", "--rollout", cohort, code=2)
    seat = kaskad("school", "seat", "school-1", "principal", "--free", "--rollout", cohort, code=1)
    assert "no longer under way" in seat.err


def test_who_prepares_others_leaves_by_force_alone(kaskad: Calls, cohort: str) -> None:
    asked = ("school", "withdraw", "trainers", "--rollout", cohort, "--reason", "A slip")
    refused = kaskad(*asked, code=1).err
    assert "trainers prepares 3 schools that are still under way: school-1, school-2, school-3" in refused
    assert "kaskad school hand-over" in refused
    assert "--force" in refused
    assert kaskad("school", "show", "trainers", "--rollout", cohort, "--json").json["status"] != "withdrawn"
    assert "has withdrawn" in kaskad(*asked, "--force").out
    assert "Already done" in kaskad(*asked).out


def test_a_school_takes_the_place_of_another_once(kaskad: Calls, cohort: str) -> None:
    asked = ("school", "replace", "school-1", "instead", "--rollout", cohort, "--reason", "Moved", *options())
    assert "instead takes the place of school-1" in kaskad(*asked).out
    assert "Already done" in kaskad(*asked).out
    other = kaskad("school", "replace", "school-1", "late", "--rollout", cohort, "--reason", "x", *options(), code=1)
    assert "Another school has taken the place" in other.err


def test_what_a_replaced_parent_prepared_is_told_and_asked_of_the_manager(
    kaskad: Calls, cohort: str, tmp_path: Path
) -> None:
    asked = ("school", "replace", "trainers", "coaches", "--rollout", cohort, "--reason", "Moved", *options())
    barred = kaskad(*asked, code=1).err
    assert "trainers prepares 3 schools that are still under way: school-1, school-2, school-3" in barred
    assert "--force" in barred
    assert kaskad("school", "show", "trainers", "--rollout", cohort, "--json").json["status"] != "withdrawn"
    told = kaskad(*asked, "--force").out
    assert "Already done" in kaskad(*asked).out
    assert "Not handed over: " in told
    assert "school-1" in told
    page = kaskad("task", "show", f"{cohort}/trainers", "children/decide", "--json").json
    assert (page["kind"], page["role"]) == ("decide", "programme-manager")
    assert "kaskad school hand-over" in page["do"]
    handed = ("school", "hand-over", "school-1", "--to", "coaches", "--rollout", cohort)
    assert "coaches prepares school-1 from now on." in kaskad(*handed).out
    assert "Already done" in kaskad(*handed).out
    refused = kaskad("school", "hand-over", "school-1", "--to", "trainers", "--rollout", cohort, code=1)
    assert "no longer under way" in refused.err


def test_a_school_stays_where_the_one_to_come_cannot(kaskad: Calls, cohort: str) -> None:
    asked = ("school", "replace", "school-1", "school-2", "--rollout", cohort, "--reason", "x", *options())
    assert "takes part in" in kaskad(*asked, code=1).err
    bad = ("school", "replace", "school-1", "Bad Id", "--rollout", cohort, "--reason", "x", *options())
    assert "is no id of a school" in kaskad(*bad, code=2).err
    assert kaskad("school", "show", "school-1", "--rollout", cohort, "--json").json["status"] == "forming team"


# --- the page


def test_a_school_has_a_page_with_its_gates_and_what_they_miss(kaskad: Calls, cohort: str) -> None:
    page = kaskad("school", "show", "school-1", "--rollout", cohort, "--json").json
    gates = {each["gate"]: each for each in page["gates"]}
    assert gates["certify"]["state"] == "shut"
    assert "training.done is true (now nothing)" in gates["certify"]["missing"]
    assert page["open_tasks"][0]["task"] == "team/fill-1"
    assert {each["fact"]: each["value"] for each in page["facts"]}["seats.filled"] == 0
    told = kaskad("school", "show", "school-1", "--rollout", cohort).out
    assert "Prepared by  trainers" in told
    assert "18:00" in told


def test_a_full_team_is_under_way(kaskad: Calls, cohort: str) -> None:
    for seat in ("principal", "senior-leader", "coordinator", "teacher-1", "teacher-2"):
        who = person(kaskad, f"Team of {seat}")
        kaskad("school", "seat", "school-1", seat, "--rollout", cohort, "--person", who)
    page = kaskad("school", "show", "school-1", "--rollout", cohort, "--json").json
    assert page["status"] == "under way"
    assert {each["step"]: each["state"] for each in page["steps"]}["readiness"] == "under way"
    assert {each["task"] for each in page["open_tasks"]} >= {"readiness/agreement", "readiness/focus"}


def test_a_school_of_several_rollouts_asks_which(kaskad: Calls, cohort: str, tmp_path: Path) -> None:
    started(kaskad, f"{cohort}-again", tmp_path)
    assert f"{cohort}/school-1" in kaskad("school", "show", "school-1", code=2).err


def test_a_school_of_an_earlier_rollout_too_means_the_one_that_goes_on(
    kaskad: Calls, cohort: str, tmp_path: Path
) -> None:
    school = f"only-in-{cohort}"
    start = (
        "rollout",
        "start",
        "nis-share",
        "--cohort",
        "2024",
        "--schools",
        school_list(tmp_path, [school_row(school)]),
    )
    for rollout in ("before", "now"):
        kaskad(*start, "--id", f"{cohort}-{rollout}")
    assert f"{cohort}-now/{school}" in kaskad("school", "show", school, code=2).err
    kaskad("rollout", "close", f"{cohort}-before", "--reason", "It is over", "--force")
    assert kaskad("school", "show", school, "--json").json["rollout"] == f"{cohort}-now"
    assert kaskad("school", "show", f"{cohort}-before/{school}", "--json").json["rollout"] == f"{cohort}-before"
    kaskad("rollout", "close", f"{cohort}-now", "--reason", "It is over", "--force")
    assert f"{cohort}-before/{school}" in kaskad("school", "show", school, code=2).err
