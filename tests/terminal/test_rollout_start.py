"""Starting a rollout from the command line: tried out, done once, refused whole."""

import asyncio
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from domain.rollout.commands import Place
from domain.rollout.places import check_places
from domain.rollout.state import Rollout, RosterEntry
from eventlog.log import EventLog
from programmes.library import EXAMPLES, find_programme
from programmes.reader import read_programme
from programmes.roster import read_roster
from runtime.settings import settings
from terminal import rollout_start
from terminal.rollout_plan import plan
from terminal.roster_file import refusals_of
from tests.terminal.calling import Calls
from tests.terminal.lists import person, school_list, school_row, schools, started
from tests.terminal.short import DEFINITION

START = ("rollout", "start", "nis-share", "--cohort", "2024")


def size(kaskad: Calls) -> int:
    return int(kaskad("status", "--json").json["log"]["size"])


def test_a_dry_run_says_what_would_happen_and_records_nothing(kaskad: Calls, rollout_id: str) -> None:
    before = size(kaskad)
    shipped = EXAMPLES / "nis-share-2024-schools.csv"
    told = kaskad(*START, "--id", rollout_id, "--schools", shipped, "--dry-run", "--json").json
    assert told["possible"]
    assert told["events"]["SchoolEnrolled"] == 21
    assert told["events"]["Enrolled"] == 21
    assert {"tier": "astana-school", "planned": 10, "listed": 10, "seats": 50, "filled": 0,
            "to_assign": "10 mentor, 10 reviewer"} in told["tiers"]  # fmt: skip
    assert [each["to_assign"] for each in told["tiers"] if not each["listed"]] == [None, None]
    assert size(kaskad) == before
    words = kaskad(*START, "--id", rollout_id, "--schools", shipped, "--dry-run").out
    assert "This would be done; nothing was recorded." in words


def test_a_dry_run_tells_what_the_start_then_records(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    asked = (*START, "--id", rollout_id, "--schools", schools(tmp_path))
    told = kaskad(*asked, "--dry-run", "--json").json
    kaskad("rollout", "start", "nis-share", "--cohort", "2024", "--id", f"{rollout_id}-first")
    before = size(kaskad)
    kaskad(*asked)
    assert size(kaskad) - before == sum(told["events"].values())


def test_a_dry_run_tells_a_plan_only_where_the_cohort_has_one(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    asked = ("rollout", "start", DEFINITION, "--cohort", "a", "--id", rollout_id, "--dry-run")
    lines = kaskad(*asked).out.splitlines()
    assert next(line.split() for line in lines if line.startswith("trainers"))[1] == "-"
    assert {each["planned"] for each in kaskad(*asked, "--json").json["tiers"]} == {None}


def test_a_dry_run_of_a_long_list_takes_memory_for_its_rows_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KASKAD_HOME", str(tmp_path / "nothing"))
    settings.cache_clear()
    wanted = rollout_start.wanted("nis-share", "2024", None, schools(tmp_path, 1500), {}, as_json=False)
    tracemalloc.start()
    try:
        assert len(plan(wanted, None).participants) == 1501
        # a roster for every row would take 100 MB
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()
        settings.cache_clear()


def test_a_long_list_of_which_every_row_is_refused_is_checked_twice_at_most(tmp_path: Path) -> None:
    rows = [school_row("school-1"), *(school_row(f"hub-{each}", "city-school") for each in range(200))]
    programme = read_programme(find_programme("nis-share")).programme
    trainers = Rollout(id="x", roster={"x/trainers": RosterEntry("trainers", "trainers", None, {}, "-", "both")})
    checked = []

    def check(left: tuple[Place, ...]) -> None:
        checked.append(len(left))
        check_places(programme, trainers, left)

    left, refused = refusals_of(check, read_roster(school_list(tmp_path, rows), programme))
    assert ([each.school for each in left], len(refused)) == (["school-1"], 200)
    assert checked == [201, 1]


def test_a_dry_run_needs_neither_a_stack_nor_a_log(kaskad: Calls, tmp_path: Path) -> None:
    told = kaskad(*START, "--schools", schools(tmp_path), "--dry-run", KASKAD_HOME=str(tmp_path / "nothing"))
    assert "there is no event log yet" in told.out
    assert not (tmp_path / "nothing").exists()


def test_a_dry_run_tells_every_school_that_the_domain_refuses(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    rows = [
        school_row("school-1"),
        school_row("hub-1", "rural-hub-school", "school-1"),
        school_row("hub-2", "city-school"),
    ]
    asked = (*START, "--id", rollout_id, "--schools", school_list(tmp_path, rows))
    told = kaskad(*asked, "--dry-run", "--json", code=1).json
    assert not told["possible"]
    assert [each["school"] for each in told["refused"]] == ["hub-1", "hub-2"]
    assert "the gate open:rural-hub-school of school-1 is shut" in told["refused"][0]["why"]
    ended = kaskad(*asked, code=1)
    assert "hub-1" in ended.out
    assert "hub-2" in ended.out
    assert "2 of 3 schools are refused" in ended.err
    kaskad("rollout", "show", rollout_id, code=1)


def test_a_misspelt_parent_is_told_with_its_row(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    rows = [school_row("school-1"), school_row("hub-1", "rural-hub-school", "scool-1")]
    asked = (*START, "--id", rollout_id, "--schools", school_list(tmp_path, rows))
    (problem, *_) = kaskad(*asked, "--dry-run", "--json", code=2).json
    assert (problem["row"], problem["column"]) == (3, "parent")
    assert problem["right_would_be"] == "did you mean 'school-1'?"


def test_a_start_is_told_from_doing_it_again(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    asked = (*START, "--id", rollout_id, "--schools", schools(tmp_path))
    first = kaskad(*asked, "--json").json
    assert (first["recorded"], first["participants"], first["begun"]) == (True, 4, 4)
    before = size(kaskad)
    assert kaskad(*asked).out.startswith("Already done")
    assert size(kaskad) == before


def test_another_list_for_a_rollout_that_runs_is_pointed_to_enrol(
    kaskad: Calls, rollout_id: str, tmp_path: Path
) -> None:
    started(kaskad, rollout_id, tmp_path)
    ended = kaskad(*START, "--id", rollout_id, "--schools", schools(tmp_path, 5), code=1)
    assert "without school-4, school-5" in ended.err
    assert "kaskad school enrol" in ended.err
    other = kaskad("rollout", "start", "nis-share", "--cohort", "2025", "--id", rollout_id, code=1)
    assert "from another definition" in other.err


def test_a_bad_list_is_refused_whole_with_every_row(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    rows = [
        school_row("school-1"),
        school_row("School 2"),
        school_row("school-3", "inteligent"),
        school_row("school-1"),
    ]
    asked = (*START, "--id", rollout_id, "--schools", school_list(tmp_path, rows))
    ended = kaskad(*asked, code=2)
    assert [line.split()[:2] for line in ended.out.splitlines()[1:]] == [
        ["3", "school"],
        ["4", "tier"],
        ["5", "school"],
    ]
    assert "3 problems; none of its rows was taken" in ended.err
    assert [each["row"] for each in kaskad(*asked, "--json", code=2).json] == [3, 4, 5]
    kaskad("rollout", "show", rollout_id, code=1)


def test_a_list_that_seats_somebody_unknown_is_refused(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    known = person(kaskad, "Principal of a list")
    header = "school,tier,name_kk,name_ru,name_en,region,language,parent,seat:principal"
    rows = [f"{school_row('school-1')},{known}", f"{school_row('school-2')},p-00000000"]
    file = school_list(tmp_path, rows, header)
    ended = kaskad(*START, "--id", rollout_id, "--schools", file, code=2)
    assert "there is no person p-00000000" in ended.out
    kaskad(*START, "--id", rollout_id, "--schools", school_list(tmp_path, rows[:1], header))
    page = kaskad("school", "show", "school-1", "--rollout", rollout_id, "--json").json
    assert {"seat": "principal", "person": known}.items() <= page["seats"][0].items()


def test_what_is_named_wrongly_is_refused_with_what_would_be_right(kaskad: Calls, tmp_path: Path) -> None:
    assert "did you mean 'nis-share'?" in kaskad("rollout", "start", "nis-shar", "--cohort", "2024", code=1).err
    assert "it has: 2024, 2025" in kaskad("rollout", "start", "nis-share", "--cohort", "2023", code=2).err
    assert "has no parameter 'chldren'" in kaskad(*START, "--set", "chldren=1", code=2).err
    assert "is not PARAMETER=VALUE" in kaskad(*START, "--set", "chldren", code=2).err
    assert "is no id for a rollout" in kaskad(*START, "--id", "Cohort_1", code=2).err
    assert "cannot be read" in kaskad(*START, "--schools", tmp_path / "nothing.csv", code=2).out


def test_a_start_is_refused_to_somebody_without_the_right(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    asked = (*START, "--id", rollout_id, "--schools", schools(tmp_path))
    stranger = person(kaskad, "A stranger to rollouts")
    assert "has no right to do this" in kaskad(*asked, "--as", stranger, code=1).err
    assert not kaskad(*asked, "--as", stranger, "--dry-run", "--json", code=1).json["possible"]
    assert "Say in whose name" in kaskad(*asked, code=2, KASKAD_AS="").err


def test_a_start_without_a_server_says_what_to_do(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    asked = (*START, "--id", rollout_id, "--schools", schools(tmp_path))
    ended = kaskad(*asked, code=3, TEMPORAL_ADDRESS="127.0.0.1:1")
    assert "kaskad up" in ended.err
    kaskad("rollout", "show", rollout_id, code=1)


def test_a_start_that_nobody_would_answer_is_given_up_within_ten_seconds(
    kaskad: Calls, rollout_id: str, tmp_path: Path
) -> None:
    began = time.monotonic()
    asked = (*START, "--id", rollout_id, "--schools", schools(tmp_path))
    ended = kaskad(*asked, code=3, KASKAD_TASK_QUEUE="served-by-nobody")
    assert "No worker serves the task queue 'served-by-nobody'" in ended.err
    assert time.monotonic() - began < 10


def test_a_long_list_starts_in_several_commands(
    kaskad: Calls, rollout_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollout_start, "MOST_PLACES", 3)
    monkeypatch.setattr(rollout_start, "ENROLLED_AT_ONCE", 2)
    asked = (*START, "--id", rollout_id, "--schools", schools(tmp_path, 8))
    told = kaskad(*asked, "--json").json
    assert (told["participants"], told["begun"]) == (9, 9)
    assert kaskad(*asked).out.startswith("Already done")


def test_a_list_names_persons_by_their_addresses_too(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    head = person(kaskad, "Head", f"head@{rollout_id}.example")
    header = "school,tier,name_kk,name_ru,name_en,region,language,parent,seat:principal"
    listed = school_list(tmp_path, [f"{school_row('school-1')},head@{rollout_id}.example"], header)
    kaskad(*START, "--id", rollout_id, "--schools", listed)
    page = kaskad("school", "show", "school-1", "--rollout", rollout_id, "--json").json
    assert page["seats"][0]["person"] == head


def test_one_version_of_a_definition_is_one_whatever_values_its_parameters_have(
    kaskad: Calls, rollout_id: str, tmp_path: Path
) -> None:
    def asked(file: Path, number: int, *more: str) -> tuple[object, ...]:
        return ("rollout", "start", file, "--cohort", "2024", "--id", f"{rollout_id}-{number}", *more)

    text = find_programme("nis-share").read_text().replace("programme: nis-share", f"programme: {rollout_id}")
    file = tmp_path / "definition.yaml"
    file.write_text(text)
    kaskad(*asked(file, 1))
    kaskad(*asked(file, 2, "--set", "children_per_school=1"))
    file.write_text(text.replace('en: "Mentor"', 'en: "Guide"'))
    before = size(kaskad)
    for more in ((), ("--dry-run",), ("--set", "children_per_school=1")):
        told = kaskad(*asked(file, 3, *more), code=1)
        assert f"{rollout_id} 1.0 was adopted with other contents before: {file} says something else in roles." in (
            told.out + told.err
        )
    assert size(kaskad) == before
    file.write_text(file.read_text().replace('version: "1.0"', 'version: "1.1"'))
    kaskad(*asked(file, 3))


def test_of_two_contents_of_one_version_that_come_at_the_same_moment_one_is_adopted(
    kaskad: Calls, rollout_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = find_programme("nis-share").read_text().replace("programme: nis-share", f"programme: {rollout_id}")
    files = [tmp_path / "one.yaml", tmp_path / "other.yaml"]
    files[0].write_text(text)
    files[1].write_text(text.replace('en: "Mentor"', 'en: "Guide"'))
    other = rollout_start.wanted(str(files[1]), "2024", f"{rollout_id}-other", None, {}, as_json=False)
    compare = rollout_start.refuse_other_contents

    def compare_and_be_overtaken(log: EventLog, wanted: rollout_start.Wanted) -> None:
        compare(log, wanted)
        monkeypatch.setattr(rollout_start, "refuse_other_contents", compare)
        with ThreadPoolExecutor(1) as beside:
            beside.submit(asyncio.run, rollout_start.adopt(other, kaskad.operator)).result()

    monkeypatch.setattr(rollout_start, "refuse_other_contents", compare_and_be_overtaken)
    told = kaskad("rollout", "start", files[0], "--cohort", "2024", "--id", rollout_id, code=1)
    assert f"{rollout_id} 1.0 was adopted with other contents before" in told.err
    adopted = kaskad("audit", "log", "--kind", "ProgrammeAdopted", "--json").json
    assert len([each for each in adopted if rollout_id in str(each)]) == 1
