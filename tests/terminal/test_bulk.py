"""Tables of many commands: what is wrong with their rows is told, and none is taken."""

from pathlib import Path

import pytest

from terminal.bulk import read_rows
from terminal.outcome import BadInput


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
