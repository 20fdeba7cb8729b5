"""Where a command is told to write something. What is there already is not replaced, and what can't be written to is
refused, by every command alike: nothing about the call is wrong, only the place."""

import os
from pathlib import Path

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
