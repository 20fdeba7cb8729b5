"""The folder of a rehearsal: one that was empty, and is for one rehearsal alone."""

from pathlib import Path

import pytest

from terminal.outcome import Refused
from terminal.rehearsing import new_folder


def test_a_folder_is_given_to_one_rehearsal_though_nothing_lies_in_it_yet(tmp_path: Path) -> None:
    folder, first = new_folder(tmp_path / "kept", 5)
    assert (folder, first[:10]) == (tmp_path / "kept", "rehearsal-")
    with pytest.raises(Refused, match="is not empty"):
        new_folder(tmp_path / "kept", 6)


def test_a_folder_that_is_refused_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(Refused, match="is not empty"):
        new_folder(tmp_path, 5)
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]
