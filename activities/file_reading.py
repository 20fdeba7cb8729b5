"""Opens a file that somebody submits, and says in a sentence why it can't be read."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from activities.artefact_errors import ArtefactProblem

CHUNK_BYTES = 1024 * 1024


def shown(path: Path | str) -> str:
    """The path as it can stand in a message on any terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in str(path))


@contextmanager
def opened_file(path: Path | str, *, largest: int) -> Iterator[BinaryIO]:
    """The file for reading; ArtefactProblem for one that is missing, not a file, unreadable, empty or too large."""
    with _explained(path):
        # Without waiting: a named pipe would hold whoever opens it.
        stream = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") if not _is_directory(path) else None
    if stream is None:
        raise ArtefactProblem("file-directory", path=shown(path))
    with stream:
        found = os.fstat(stream.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise ArtefactProblem("file-unreadable", path=shown(path), cause="it is not a regular file")
        if found.st_size == 0:
            raise ArtefactProblem("file-empty", path=shown(path))
        if found.st_size > largest:
            raise ArtefactProblem("file-too-large", path=shown(path), limit=largest, size=found.st_size)
        yield stream


def chunks_of(stream: BinaryIO, path: Path | str) -> Iterator[bytes]:
    while True:
        with _explained(path):
            chunk = stream.read(CHUNK_BYTES)
        if not chunk:
            return
        yield chunk


def _is_directory(path: Path | str) -> bool:
    return stat.S_ISDIR(os.stat(path).st_mode)


@contextmanager
def _explained(path: Path | str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as problem:
        raise ArtefactProblem("file-missing", path=shown(path)) from problem
    except (OSError, ValueError) as problem:
        cause = problem.strerror if isinstance(problem, OSError) else str(problem)
        raise ArtefactProblem("file-unreadable", path=shown(path), cause=cause) from problem
