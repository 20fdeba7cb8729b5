"""The standard output, told apart from all else that is written: where it goes is the caller's, and no service."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class OutputUnwritable(OSError):
    """It can't be written where it is sent to. A reader who has gone is something else: BrokenPipeError."""

    def __str__(self) -> str:
        return f"The output could not be written: {self.strerror}."


class _Output(io.FileIO):
    def write(self, data: "ReadableBuffer", /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputUnwritable(error.errno, error.strerror) from error


def tell_output_apart() -> None:
    """From now on raises OutputUnwritable where anything is printed that can't be written."""
    before = sys.stdout
    if not isinstance(before, io.TextIOWrapper):
        return
    raw = _Output(before.fileno(), "w", closefd=False)
    unbuffered = isinstance(before.buffer, io.RawIOBase)
    sys.stdout = io.TextIOWrapper(
        cast("BinaryIO", raw if unbuffered else io.BufferedWriter(raw)),
        before.encoding,
        before.errors,
        line_buffering=before.line_buffering,
        write_through=before.write_through,
    )


@contextmanager
def written_out() -> Iterator[BinaryIO]:
    """The standard output, for bytes."""
    sys.stdout.flush()
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


def forget_output() -> None:
    """What is left to flush goes nowhere, quietly: its reader has gone, as that of `head` does, or it was told of."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say_aside(text: str) -> None:
    """On the standard error, after what was printed before it: where both go to one place they keep their order."""
    sys.stdout.flush()
    print(text, file=sys.stderr)
