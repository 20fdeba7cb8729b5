"""Tells the media type of a file from its bytes, and whether its ending says the same."""

import codecs
import os
import zipfile
from collections.abc import Iterable
from pathlib import Path

import msgspec

from activities.artefact_errors import ArtefactProblem
from activities.file_reading import opened_file, shown
from domain.file_types import EXCEL, MEDIA_TYPES, POWERPOINT, WORD

#: How much of a file's beginning is looked at.
FIRST_BYTES = 64 * 1024

_OFFICE_FOLDERS = {"word/": WORD, "xl/": EXCEL, "ppt/": POWERPOINT}
_TEXTS = frozenset({"text/plain", "text/csv"})
_PICTURE_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"avif"})
_DESCRIPTIONS = {
    "application/pdf": "a PDF document",
    "image/png": "a PNG picture",
    "image/jpeg": "a JPEG picture",
    "image/heif": "a HEIC picture",
    "video/mp4": "an MP4 film",
    WORD: "a Word document",
    EXCEL: "an Excel workbook",
    POWERPOINT: "a PowerPoint presentation",
    "application/zip": "a ZIP archive",
    "text/plain": "plain text",
    "application/octet-stream": "something else, or text that is not saved as UTF-8",
}


class FileFound(msgspec.Struct, frozen=True):
    media_type: str
    #: In bytes.
    size: int


def inspect_file(path: Path | str, *, largest: int, taken: Iterable[str] = MEDIA_TYPES) -> FileFound:
    """What a file is, before it is put; ArtefactProblem when it can't be taken, which tells the endings `taken`."""
    with opened_file(path, largest=largest) as stream:
        size = os.fstat(stream.fileno()).st_size
        first = stream.read(FIRST_BYTES)
    return FileFound(media_type_of(path, first, taken), size)


def media_type_of(path: Path | str, first: bytes, taken: Iterable[str] = MEDIA_TYPES) -> str:
    """`first` are the file's first bytes; ArtefactProblem when the type is not taken, or the ending says another."""
    extension = Path(path).suffix.lower()
    expected = MEDIA_TYPES.get(extension)
    if expected is None:
        raise ArtefactProblem("type-unknown", path=shown(path), extension=extension, taken=" ".join(taken))
    found = _found(Path(path), first)
    if found == expected or (expected in _TEXTS and found == "text/plain"):
        return expected
    raise ArtefactProblem("type-mismatch", path=shown(path), extension=extension, found=_DESCRIPTIONS[found])


def _found(path: Path, first: bytes) -> str:
    if b"%PDF-" in first[:1024]:
        return "application/pdf"
    if first.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if first.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if first[4:8] == b"ftyp":
        return "image/heif" if first[8:12] in _PICTURE_BRANDS else "video/mp4"
    if first.startswith(b"PK\x03\x04"):
        return _found_in_zip(path)
    return "text/plain" if _is_text(first) else "application/octet-stream"


def _found_in_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return "application/octet-stream"
    if "[Content_Types].xml" in names:
        for folder, media_type in _OFFICE_FOLDERS.items():
            if any(name.startswith(folder) for name in names):
                return media_type
    return "application/zip"


def _is_text(first: bytes) -> bool:
    try:
        # Not final: the beginning may end within a character.
        text = codecs.getincrementaldecoder("utf-8")().decode(first, final=len(first) < FIRST_BYTES)
    except UnicodeDecodeError:
        return False
    return "\0" not in text
