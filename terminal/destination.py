"""Where a command is told to write something. What is there already is not replaced, and what can't be written to is
refused, by every command alike: nothing about the call is wrong, only the place."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from terminal.outcome import Refused


def must_be_free(path: Path, what: str) -> None:
    """Raises Refused where there is something at `path`, or no folder to put it in."""
    try:
        if path.exists():
            raise taken(path, what)
        if not (folder := path.absolute().parent).is_dir():
            raise Refused(f"There is no folder {folder} to write {path.name} into.")
    except OSError as error:
        raise unwritable(path, error) from error


def taken(path: Path, what: str) -> Refused:
    return Refused(f"{path} is there already: {what} replaces nothing. Name a new one.")


def unwritable(path: Path, error: OSError) -> Refused:
    return Refused(f"{path} can't be written: {error.strerror or error}.")


def must_be_writable(log: str) -> None:
    """Raises Refused where a log's file, or the folder in which its journal is to stand, can only be read."""
    if "://" in log:
        return
    for place in (Path(log), Path(log).absolute().parent):
        if not os.access(place, os.W_OK):
            raise Refused(f"{place} can only be read here, and views are kept in the log's file: take a copy of it.")


@contextmanager
def written_out() -> Iterator[BinaryIO]:
    """The standard output, for bytes. Raises Refused where they can't be written; a reader who has gone is no error."""
    try:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        forget_output()
        raise Refused(f"The output could not be written: {error.strerror}.") from error


def forget_output() -> None:
    """What is left to flush goes nowhere, quietly: its reader has gone, as that of `head` does, or it was told of."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
