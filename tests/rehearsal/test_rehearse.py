"""`kaskad rollout rehearse`: what a manager learns before the first letter goes out, and what is refused as live."""

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import yaml

from eventlog.log import open_log
from programmes.library import EXAMPLES
from rehearsal.habits import SHIPPED

pytestmark = [pytest.mark.server, pytest.mark.slow]

COMMAND = Path(sys.executable).parent / "kaskad"
DOCS = Path(__file__).parents[2] / "docs"
DEFINITIONS = Path(__file__).parents[1] / "programmes" / "definitions"
LIST = (EXAMPLES / "nis-share-2024-schools.csv").read_text(encoding="utf-8").splitlines(keepends=True)


def _rehearse(home: Path, schools: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return _rehearse_of("nis-share", "2024", home, schools, *arguments)


def _rehearse_of(
    programme: str, cohort: str, home: Path, schools: Path, *arguments: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [COMMAND, "rollout", "rehearse", programme, "--cohort", cohort, "--schools", str(schools), *arguments],
        env={**os.environ, "KASKAD_HOME": str(home), "KASKAD_TEMPORAL_UI": "0"},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


@pytest.fixture
def two_schools(tmp_path: Path) -> Path:
    file = tmp_path / "schools.csv"
    file.write_text("".join((LIST[0], LIST[1], LIST[2])), encoding="utf-8")
    return file


def test_it_tells_dates_loads_lateness_and_the_end(home: Path, two_schools: Path) -> None:
    ended = _rehearse(home, two_schools, "--json")
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    said = json.loads(ended.stdout)
    assert said["begins"] == "2024-09-02"
    assert "2027-06-30" in said["against_the_plan"]
    tiers = {each["tier"]: each for each in said["tiers"]}
    assert tiers["rural-hub-school"]["participants"] == 4
    assert tiers["rural-hub-school"]["opens"] >= "2025-11-01"
    assert tiers["rural-hub-school"]["at_the_end"] <= said["ends"]
    assert {each["role"] for each in said["loads"]} == {"mentor", "reviewer", "trainer", "coordinator"}
    assert all(each["open_at_once"] >= 1 for each in said["loads"])
    assert said["due_on_days_off"] == "none"
    assert said["overdue"] == sum(each["overdue"] for each in said["late"]) or len(said["late"]) == 10
    assert Path(said["log"]).exists() or (Path.cwd() / said["log"]).exists()


def test_other_values_of_parameters_lead_elsewhere(home: Path, two_schools: Path) -> None:
    ended = _rehearse(home, two_schools, "--set", "children_per_school=1", "--json")
    assert ended.returncode == 0, ended.stderr
    tiers = {each["tier"]: each["participants"] for each in json.loads(ended.stdout)["tiers"]}
    assert tiers["rural-hub-school"] == 2


def test_a_definition_that_leaves_out_all_that_may_be_left_out_is_played_to_its_end(home: Path, tmp_path: Path) -> None:
    page = (DOCS / "definition-language.md").read_text(encoding="utf-8")
    definition = tmp_path / "first-steps.yaml"
    definition.write_text(page.split("```yaml complete\n")[1].split("```")[0], encoding="utf-8")
    ended = _rehearse_of(str(definition), "2024", home, some_schools(tmp_path), "--json")
    assert ended.returncode == 0, ended.stderr
    assert {each["tier"]: each["participants"] for each in json.loads(ended.stdout)["tiers"]} == {
        "trainers": 1,
        "school": 2,
    }


def test_a_rollout_that_can_not_end_says_who_waits_and_for_what(home: Path, tmp_path: Path) -> None:
    small = yaml.safe_load((DEFINITIONS / "small.yaml").read_text(encoding="utf-8"))
    peers = {"among": "peers", "where": {"fact": "mentoring.last", "is": "at_risk"}, "share": 100}
    small["tiers"][1]["certification"]["gate"] = peers
    definition = tmp_path / "small.yaml"
    definition.write_text(yaml.safe_dump(small, allow_unicode=True), encoding="utf-8")
    ended = _rehearse_of(str(definition), "a", home, some_schools(tmp_path))
    assert ended.returncode == 1
    assert "have not come to an end" in ended.stderr
    assert "kaskad school show" in ended.stderr


def test_evidence_of_any_type_that_is_taken_is_submitted_and_what_is_refused_is_told(
    home: Path, tmp_path: Path
) -> None:
    small = (DEFINITIONS / "small.yaml").read_text(encoding="utf-8")
    definition, schools = tmp_path / "small.yaml", some_schools(tmp_path)
    definition.write_text(small.replace("[application/pdf]", "[video/mp4, text/plain]"), encoding="utf-8")
    ended = _rehearse_of(str(definition), "a", home, schools)
    assert ended.returncode == 0, ended.stderr
    definition.write_text(small.replace("max_bytes: 1000", "max_bytes: 10"), encoding="utf-8")
    ended = _rehearse_of(str(definition), "a", home, schools)
    assert ended.returncode == 1
    assert "What was refused last: A file of" in ended.stderr


def test_schools_that_were_opened_by_one_that_withdraws_later_do_not_hold_up_the_end(
    home: Path, tmp_path: Path
) -> None:
    habits = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    (withdraws,) = (each for each in habits["happenings"] if each["what"] == "withdraws")
    withdraws["after_days"] = 200
    file = tmp_path / "habits.yaml"
    file.write_text(yaml.safe_dump(habits), encoding="utf-8")
    small, schools = str(DEFINITIONS / "small.yaml"), some_schools(tmp_path)
    ended = _rehearse_of(small, "a", home, schools, "--habits", str(file), "--keep", str(tmp_path / "kept"))
    assert ended.returncode == 0, ended.stderr
    with open_log(tmp_path / "kept" / "log.db", read_only=True) as log:
        withdrawn = [each.stream for each in log.read(kinds=["Withdrawn"])]
    assert len(withdrawn) == 3, "the school, and its two partners"


def test_schools_that_come_to_a_training_one_after_the_other_are_asked_to_it_then_and_all_have_it(
    home: Path, tmp_path: Path
) -> None:
    small = yaml.safe_load((DEFINITIONS / "small.yaml").read_text(encoding="utf-8"))
    training = next(each for each in small["tiers"][1]["steps"] if each["id"] == "training")
    training["after"] = ["wish"]
    definition, kept = tmp_path / "small.yaml", tmp_path / "kept"
    definition.write_text(yaml.safe_dump(small, allow_unicode=True), encoding="utf-8")
    ended = _rehearse_of(str(definition), "a", home, some_schools(tmp_path), "--keep", str(kept))
    assert ended.returncode == 0, ended.stderr
    with open_log(kept / "log.db", read_only=True) as log:
        streams = {each.stream for each in log.read(kinds=["SessionBooked"])}
        trained = 0
        for stream in streams:
            events = [(each.kind, msgspec.json.decode(bytes(each.data)).get("step")) for each in log.stream(stream)]
            assert events.index(("StepStarted", "training")) < events.index(("SessionBooked", "training"))
            trained += ("StepCompleted", "training") in events
    assert len(streams) == 7, "two schools, the successor of one that withdrew, and their partners"
    assert trained == 6


def some_schools(folder: Path) -> Path:
    file = folder / "two.csv"
    rows = [f'{school},school,"Мектеп","Школа",School,Abai,kk\n' for school in ("s-1", "s-2")]
    file.write_text("".join(("school,tier,name_kk,name_ru,name_en,region,language\n", *rows)), encoding="utf-8")
    return file


def test_a_list_with_a_bad_row_is_refused_as_it_would_be_live(home: Path, two_schools: Path) -> None:
    two_schools.write_text("".join((LIST[0], LIST[1], LIST[1])), encoding="utf-8")
    ended = _rehearse(home, two_schools)
    assert ended.returncode == 2
    assert "nis-astana-1" in ended.stdout
    assert "none of its rows was taken" in ended.stderr
    assert not (home / "rehearsals").exists(), "nothing was begun"


def test_what_the_domain_refuses_live_it_refuses_here(home: Path, two_schools: Path) -> None:
    orphan = 'hub-1,rural-hub-school,"Ауыл","Село","Village",Akmola,kk,nowhere\n'
    lines = [line.rstrip("\n") + "," + ("parent\n" if number == 0 else "\n") for number, line in enumerate(LIST[:3])]
    two_schools.write_text("".join((*lines, orphan)), encoding="utf-8")
    ended = _rehearse(home, two_schools)
    assert ended.returncode in (1, 2)
    assert "nowhere" in ended.stdout + ended.stderr


def test_habits_that_can_not_be_are_refused_with_what_is_wrong(home: Path, two_schools: Path, tmp_path: Path) -> None:
    wrong = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    wrong["habits"][0]["likelihood"] = 99
    file = tmp_path / "habits.yaml"
    file.write_text(yaml.safe_dump(wrong), encoding="utf-8")
    ended = _rehearse(home, two_schools, "--habits", str(file))
    assert ended.returncode == 2
    assert "add up to" in ended.stderr


def test_an_unknown_programme_or_cohort_is_refused(home: Path, two_schools: Path) -> None:
    ended = _rehearse(home, two_schools, "--cohort", "2031")
    assert ended.returncode in (1, 2)
    assert "2031" in ended.stderr


def ten_schools(tmp_path: Path) -> Path:
    schools = tmp_path / "schools.csv"
    rows = [f"s-{number},school,М {number},Ш {number},S {number},Abai,both" for number in range(10)]
    schools.write_text("\n".join(("school,tier,name_kk,name_ru,name_en,region,language", *rows)), encoding="utf-8")
    return schools


def test_schools_that_can_go_no_further_are_reported(home: Path, tmp_path: Path) -> None:
    """One office lets each of ten schools in or not, and does not answer alike for all of them."""
    ended = _rehearse_of(str(DEFINITIONS / "chosen.yaml"), "2026", home, ten_schools(tmp_path), "--json")
    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout)
    assert said["ends"]
    assert said["not_at_the_end"] == "none"
    assert 0 < int(said["went_no_further"].partition(",")[0]) < 10


def test_schools_that_stand_still_for_good_are_reported(home: Path, tmp_path: Path) -> None:
    """Each is let in when all the others are, and one of them is not."""
    alike = "{among: peers, where: {fact: choice.verdict, is: chosen}, share: 100}"
    source = (DEFINITIONS / "chosen.yaml").read_text(encoding="utf-8")
    definition = tmp_path / "alike.yaml"
    definition.write_text(source.replace("{fact: choice.verdict, is: chosen}", alike), encoding="utf-8")
    ended = _rehearse_of(str(definition), "2026", home, ten_schools(tmp_path), "--json")
    assert ended.returncode == 1
    said = json.loads(ended.stdout)
    assert said["ends"] is None
    left = int(said["not_at_the_end"].partition(",")[0])
    assert left == 10
    assert "nobody has anything to do any more" in ended.stderr
    assert said["log"] in ended.stderr
