"""How the command line takes what people write, and says that it does not know it."""

import os
import subprocess
from pathlib import Path

import click
import pytest

from terminal import main
from terminal.checkpoint import Outcome
from tests.terminal.calling import COMMAND, Calls
from tests.terminal.lists import person, school_list, school_row, schools, started


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["audit", "verfy"], "There is no command 'audit verfy'. Did you mean 'audit verify'?"),
        (["rollout", "calendar", "sett"], "There is no command 'rollout calendar sett'. Did you mean"),
        (["statsu"], "There is no command 'statsu'. Did you mean 'status'?"),
        (["qqqq"], "There is no command 'qqqq'.\n"),
    ],
)
def test_an_unknown_command_is_told_in_the_same_words_everywhere(
    typed: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.execute(typed) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("typed", ["on_track", "on-track", "on track", "On track"])
def test_an_outcome_is_taken_as_people_write_it(typed: str) -> None:
    assert Outcome(["on_track", "at_risk"]).convert(typed, None, None) == "on_track"


def test_an_outcome_that_there_is_not_is_refused() -> None:
    with pytest.raises(click.BadParameter, match="at_risk"):
        Outcome(["on_track", "at_risk"]).convert("fine", None, None)


def test_two_schools_are_not_one(kaskad: Calls) -> None:
    assert "Name one school" in kaskad("session", "list", "one", "--for", "another", code=2).err
    assert "There is no school 'nowhere'" in kaskad("session", "list", "nowhere", code=1).err


@pytest.mark.parametrize("nobody", ["clock", "cascade"])
def test_nobody_acts_as_the_clock_or_the_cascade(nobody: str) -> None:
    from terminal.acting import actor
    from terminal.outcome import BadInput

    with pytest.raises(BadInput, match="Nobody can act as"):
        actor(nobody)


def test_a_hint_that_asks_ends_its_sentence(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    asked = ("task", "complete", f"{rollout_id}/school-1", "team/fil-1")
    assert kaskad(*asked, code=1).err.rstrip().endswith("did you mean 'team/fill-1'?")
    assert kaskad(*asked, code=1, KASKAD_LANG="ru").err.rstrip().endswith("может быть, 'team/fill-1'?")


def test_what_an_option_takes_is_told_in_words(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    asked = ("task", "complete", f"{rollout_id}/school-1", "team/fill-1")
    assert "--answer is 'A b', but must be an id" in kaskad(*asked, "--answer", "A b", code=2).err
    refused = kaskad(*asked, "--command-id", "no id", code=2).err
    assert "--command-id is 'no id', but must be letters, digits and" in refused


def test_a_mentoring_that_has_not_begun_is_told_so(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    early = kaskad("checkpoint", "hold", f"{rollout_id}/school-1", "--outcome", "on_track", code=1).err
    assert "has no mentoring step 'mentoring' under way; it begins when seats.complete is true and " in early
    assert "training.sessions is at least 1." in early


def test_an_absence_is_told_by_its_last_day(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    school = f"{rollout_id}/school-1"
    kaskad("school", "seat", school, "principal", "--person", kaskad.operator)
    away = ("school", "seat", school, "principal", "--substitute", person(kaskad, "Substitute"), "--until")
    assert "would end on 2020-01-01, which is over" in kaskad(*away, "2020-01-01", code=1).err
    assert "2099-01-01 is too far ahead" in kaskad(*away, "2099-01-01", code=1).err


def test_one_thing_is_not_told_in_the_plural(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    listed = school_list(tmp_path, [school_row("school-1", "city-school")])
    start = ("rollout", "start", "nis-share", "--cohort", "2024", "--id", rollout_id, "--schools", listed)
    assert "1 of 1 school is refused" in kaskad(*start, code=1).err
    assert (
        "The list has 1 of the tier intellectual-school; the cohort plans 10."
        in kaskad(*start[:-1], schools(tmp_path, 1), "--dry-run").out
    )
    assert kaskad("audit", "log", "--limit", 1).err.startswith("There may be more: --after 1\n1 event, times in")


def test_a_parent_that_is_misspelt_is_told_with_the_nearest(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    listed = school_list(tmp_path, [school_row("school-1", parent="trainer")])
    start = ("rollout", "start", "nis-share", "--cohort", "2024", "--id", rollout_id, "--schools", listed)
    assert "did you mean 'trainers'?" in kaskad(*start, code=2).out


def test_programs_are_told_ids_and_titles_apart(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    page = kaskad("school", "show", f"{rollout_id}/school-1", "--json").json
    assert (page["tier"], page["tier_title"]) == ("intellectual-school", "Intellectual School")
    assert kaskad("programme", "list", "--json").json[0]["cohorts"] == ["2024", "2025"]


def test_an_empty_calendar_is_told_as_a_calendar(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    empty = tmp_path / "calendar.yaml"
    empty.write_text("")
    asked = ("rollout", "calendar", "set", empty, "--rollout", rollout_id, "--reason", "x")
    assert "is empty; a calendar begins with 'terms:'" in kaskad(*asked, code=2).err


def test_a_disk_without_room_for_a_copy_is_not_called_that_of_the_log(
    kaskad: Calls, rollout_id: str, tmp_path: Path
) -> None:
    started(kaskad, rollout_id, tmp_path, 150)
    folder = tmp_path / "copies"
    folder.mkdir()
    # Enough for the tables, and too little for the rows.
    copied = subprocess.run(
        ["sh", "-c", 'ulimit -f 400; exec "$@"', "sh", str(COMMAND), "audit", "copy", "copy.db"],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, **kaskad.environment},
        check=False,
    )
    assert (copied.returncode, "copy.db" in copied.stderr, list(folder.iterdir())) == (1, True, [])
