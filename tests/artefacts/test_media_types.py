"""A submitted file is looked into before it is taken, and its ending has to say what it is."""

import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.artefact_errors import ArtefactProblem
from activities.media_types import FIRST_BYTES, FileFound, inspect_file, media_type_of
from domain.file_types import MEDIA_TYPES

LARGEST = 1_000_000
BEGINNINGS = {
    ".pdf": b"%PDF-1.7\n",
    ".png": b"\x89PNG\r\n\x1a\n\0\0",
    ".jpg": b"\xff\xd8\xff\xe0",
    ".jpeg": b"\xff\xd8\xff\xe1",
    ".mp4": b"\0\0\0\x20ftypisom",
    ".txt": "Сабақ жоспары".encode(),
    ".csv": "\ufeffмектеп;аудан\n".encode(),
}


def office(path: Path, folder: str, first: str = "[Content_Types].xml") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in (first, "[Content_Types].xml", f"{folder}/document.xml"):
            if name not in archive.namelist():
                archive.writestr(name, "<xml/>")
    return path


def refused(path: Path, largest: int = LARGEST) -> ArtefactProblem:
    with pytest.raises(ArtefactProblem) as caught:
        inspect_file(path, largest=largest)
    return caught.value


@pytest.mark.parametrize("extension", BEGINNINGS)
def test_a_file_that_is_what_its_ending_says_is_taken(extension: str, tmp_path: Path) -> None:
    path = tmp_path / f"evidence{extension}"
    path.write_bytes(BEGINNINGS[extension])
    assert inspect_file(path, largest=LARGEST) == FileFound(MEDIA_TYPES[extension], len(BEGINNINGS[extension]))
    assert media_type_of(f"EVIDENCE{extension.upper()}", BEGINNINGS[extension]) == MEDIA_TYPES[extension]


@pytest.mark.parametrize("first", ["[Content_Types].xml", "docProps/app.xml"])
@pytest.mark.parametrize(("extension", "folder"), [(".docx", "word"), (".xlsx", "xl"), (".pptx", "ppt")])
def test_an_office_document_is_told_by_what_is_in_it(extension: str, folder: str, first: str, tmp_path: Path) -> None:
    path = office(tmp_path / f"evidence{extension}", folder, first)
    assert inspect_file(path, largest=LARGEST).media_type == MEDIA_TYPES[extension]


@pytest.mark.parametrize("extension", MEDIA_TYPES)
def test_a_file_that_is_something_else_is_refused(extension: str, tmp_path: Path) -> None:
    path = tmp_path / f"evidence{extension}"
    path.write_bytes(b"\x7fELF\x02\x01\x01\0\xff")
    assert refused(path).code == "type-mismatch"


def test_the_refusal_says_what_the_file_looks_like(tmp_path: Path) -> None:
    path = tmp_path / "plan.pdf"
    path.write_bytes(BEGINNINGS[".png"])
    assert str(refused(path)).endswith("does not contain what its ending .pdf says: it looks like a PNG picture.")
    assert "an Excel workbook" in str(refused(office(tmp_path / "plan.docx", "xl")))


def test_an_archive_that_is_no_office_document_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "")
    assert "a ZIP archive" in str(refused(path))
    path.write_bytes(path.read_bytes()[:20])
    assert refused(path).code == "type-mismatch"


def test_a_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("мектеп;аудан".encode("cp1251"))
    assert "not saved as UTF-8" in str(refused(path))


def test_a_long_text_may_be_looked_at_up_to_the_middle_of_a_letter(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"x" + "ә".encode() * FIRST_BYTES)
    assert inspect_file(path, largest=LARGEST).media_type == "text/plain"


@pytest.mark.parametrize("name", ["evidence", "evidence.exe", "evidence.zip", ".pdf"])
def test_a_type_that_is_not_taken_is_refused_and_the_taken_ones_are_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(BEGINNINGS[".pdf"])
    problem = refused(tmp_path / name)
    assert (problem.code, ".docx" in str(problem)) == ("type-unknown", True)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("nowhere.pdf", "file-missing"),
        ("folder.pdf", "file-directory"),
        ("empty.pdf", "file-empty"),
        ("large.pdf", "file-too-large"),
        ("pipe.pdf", "file-unreadable"),
        ("loop.pdf", "file-unreadable"),
    ],
)
def test_what_can_not_be_taken_as_a_file_is_refused(name: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "folder.pdf").mkdir()
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "large.pdf").write_bytes(BEGINNINGS[".pdf"] * 20)
    os.mkfifo(tmp_path / "pipe.pdf")
    (tmp_path / "loop.pdf").symlink_to("loop.pdf")
    assert refused(tmp_path / name, largest=100).code == code


def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.pdf"
    path.write_bytes(BEGINNINGS[".pdf"])
    path.chmod(0)
    if os.access(path, os.R_OK):
        # The administrator of a machine may read everything; the sentence is then tried on what nobody may.
        path = Path("/proc/self/mem/secret.pdf")
    assert refused(path).code in {"file-unreadable", "file-missing"}


def test_a_path_with_strange_characters_can_be_told(tmp_path: Path) -> None:
    assert str(refused(tmp_path / "a\x1b[31m\udcff.pdf")).encode()
    assert refused(tmp_path / "a\0.pdf").code == "file-unreadable"


@settings(deadline=None)
@given(st.sampled_from(sorted(MEDIA_TYPES)), st.binary(min_size=1, max_size=100))
def test_any_beginning_is_taken_or_refused(extension: str, first: bytes) -> None:
    try:
        found = media_type_of(f"/nowhere/evidence{extension}", first)
    except ArtefactProblem as problem:
        found = problem.code
    assert found in {MEDIA_TYPES[extension], "type-mismatch"}
