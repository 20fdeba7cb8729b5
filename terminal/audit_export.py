"""`kaskad audit export` and `kaskad audit copy`: the log for other programs, and for auditors to take away."""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from terminal.destination import must_be_free, taken, unwritable
from terminal.output import written_out
from terminal.reading import reading_events
from terminal.tables import print_fields

if TYPE_CHECKING:
    from audit.exporting import Format

_EXPORT, _COPY = "an export", "a copy"


def write_export(file: Path | None, form: str, log: str | None) -> None:
    from audit.exporting import export

    with reading_events(log) as opened, opened.snapshot() as snapshot, _output(file) as output:
        snapshot.must_be_whole()
        for part in export(snapshot, cast("Format", form)):
            output.write(part)
        head = snapshot.head()
    print(f"{head.size} events, {head.size}:{head.root}", file=sys.stderr)


@contextmanager
def _output(file: Path | None) -> Iterator[BinaryIO]:
    """A file has its name only once it is whole, and replaces nothing."""
    if file is None:
        with written_out() as output:
            yield output
        return
    must_be_free(file, _EXPORT)
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("wb") as output:
            yield output
            output.flush()
            os.fsync(output.fileno())
        os.link(part, file)
    except FileExistsError as error:
        raise taken(file, _EXPORT) from error
    except OSError as error:
        raise unwritable(file, error) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def write_copy(file: Path, log: str | None, *, as_json: bool) -> None:
    from eventlog.copy import copy_log
    from eventlog.log import open_log

    must_be_free(file, _COPY)
    with reading_events(log) as opened:
        try:
            copy_log(opened, file)
        except FileExistsError as error:
            raise taken(file, _COPY) from error
    with open_log(file, read_only=True) as copied:
        head = copied.head()
    fields = {"Copy": str(file), "Events": head.size, "Mark": f"{head.size}:{head.root}"}
    print_fields(fields, as_json=as_json)
