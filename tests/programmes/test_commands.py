"""`kaskad programme`, as a person or a program runs it."""

import json
from pathlib import Path

import pytest

from terminal.main import execute
from terminal.outcome import BAD_INPUT, DONE, REFUSED

DEFINITIONS = Path(__file__).parent / "definitions"


def test_the_shipped_programmes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["programme", "list", "--json"]) == DONE
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["programme"], found["tiers"]) == ("nis-share", 5)


def test_a_programme_is_shown_with_what_it_leaves_open(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["programme", "show", "nis-share", "--cohort", "2025", "--set", "children_per_school=1"]) == DONE
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line.strip()}
    assert lines["second_tier_opens"].split()[1] == "2026-11-01"
    assert lines["children_per_school"].split()[1:3] == ["1", "yes"]
    assert "rural-hub-school" in lines["intellectual-school"]


def test_the_whole_definition_is_shown_as_used(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert execute(["programme", "show", "nis-share", "--json"]) == DONE
    kept = tmp_path / "kept.json"
    kept.write_text(capsys.readouterr().out, encoding="utf-8")
    assert execute(["programme", "check", str(kept)]) == DONE


def test_a_sound_definition_is_said_to_be_sound(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["programme", "check", str(DEFINITIONS / "small.yaml")]) == DONE
    assert capsys.readouterr().out == "small 1.0 is sound: 3 tiers, 8 steps.\n"


def test_every_problem_is_told_and_the_exit_code_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    broken = str(DEFINITIONS / "broken.yaml")
    assert execute(["programme", "check", broken]) == BAD_INPUT
    told = capsys.readouterr()
    assert told.err == "24 problems.\n"
    assert told.out.splitlines()[0].startswith(f"{broken}:5:10: purpose.ru: lacks the Russian text")
    assert execute(["programme", "check", broken, "--json"]) == BAD_INPUT
    problems = json.loads(capsys.readouterr().out)
    assert len(problems) == 24
    assert problems[0]["where"] == "purpose.ru"


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["show", "nis-shar"], REFUSED, "did you mean 'nis-share'?"),
        (["show", "nowhere.yaml"], BAD_INPUT, "nowhere.yaml: cannot be read"),
        (["show", "nis-share", "--set", "children_per_school"], BAD_INPUT, "is not PARAMETER=VALUE"),
        (["show", "nis-share", "--set", "children_per_shool=3"], BAD_INPUT, "did you mean 'children_per_school'?"),
        (["show", "nis-share", "--cohort", "2023"], BAD_INPUT, "has no cohort '2023'; it has: 2024, 2025"),
    ],
)
def test_what_cannot_be_shown_is_told_why(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, sentence: str
) -> None:
    assert execute(["programme", *arguments]) == code
    assert sentence in capsys.readouterr().err


def test_a_picture_and_the_schema_are_written_to_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["programme", "draw", "nis-share", "--language", "kk"]) == DONE
    assert capsys.readouterr().out.startswith("flowchart TB\n")
    assert execute(["programme", "draw", "nis-share", "--overview"]) == DONE
    assert "General school of Astana" in capsys.readouterr().out
    assert execute(["programme", "schema"]) == DONE
    assert json.loads(capsys.readouterr().out)["title"] == "Kaskad programme definition"
