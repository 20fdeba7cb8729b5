"""Tables of many commands: what is wrong with their rows is told, and none is taken."""

import json
from pathlib import Path

import pytest

from programmes.sheet import RosterProblem
from terminal.bulk import read_rows
from terminal.outcome import BadInput
from terminal.roster_file import refuse_rows


def refused(path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines of the table that says what is wrong."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match="none of its rows was taken"):
        read_rows(path, ("school", "seat"), ("mentor",))
    return capsys.readouterr().out.splitlines()[1:]


def test_a_column_that_stands_twice_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = refused(tmp_path / "rows.csv", "school,seat,mentor,mentor\na,b,c,d\n", capsys)
    assert [line.split()[:4] for line in told] == [["1", "mentor", "stands", "2"]]


def test_cells_under_no_column_are_not_dropped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (told,) = refused(tmp_path / "rows.csv", "school,seat\na,b\nc,d,e\n", capsys)
    assert "has 1 more cell than there are columns" in told
    assert told.startswith("3 ")


def test_the_same_fault_of_many_rows_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faults = [RosterProblem(row, "tier", "is empty") for row in (*range(2, 4002), 4005, 4100)]
    with pytest.raises(BadInput, match="has 4002 problems"):
        refuse_rows(tmp_path / "rows.csv", faults)
    (line,) = capsys.readouterr().out.splitlines()[1:]
    assert line.split("  ")[0] == "2-4001, 4005, 4100"


def test_faults_beyond_a_screen_are_left_to_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faults = [RosterProblem(row, "school", f"'{row}' is no id") for row in range(2, 502)]
    with pytest.raises(BadInput, match="has 500 problems"):
        refuse_rows(tmp_path / "rows.csv", faults)
    *lines, last = capsys.readouterr().out.splitlines()[1:]
    assert (len(lines), last) == (100, "... and 400 more of them; --json tells all.")
    with pytest.raises(BadInput):
        refuse_rows(tmp_path / "rows.csv", faults, as_json=True)
    assert len(json.loads(capsys.readouterr().out)) == 500


def test_what_a_fault_does_not_say_is_null_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadInput):
        refuse_rows(tmp_path / "rows.csv", [RosterProblem(0, "", "is empty")], as_json=True)
    (told,) = json.loads(capsys.readouterr().out)
    assert told == {"row": None, "column": None, "problem": "is empty", "right_would_be": None}
