"""The whole audit of a log: its bytes and its hashes, and then whether what it says can have come about."""

from collections.abc import Callable

import msgspec

from audit.meaning import Meaning
from eventlog.log import EventLog
from eventlog.record import Record
from eventlog.verify import Finding, verify

Progress = Callable[[int], None]

_SAY_EVERY = 5_000


class Verdict(msgspec.Struct, frozen=True):
    #: as recomputed from the bytes
    size: int
    root: str
    #: gates that were evaluated again
    gates: int
    findings: tuple[Finding, ...]
    #: all of them, also those beyond the most that are described
    faults: int

    @property
    def is_sound(self) -> bool:
        return self.faults == 0

    @property
    def mark(self) -> str:
        """What to note down, so that a log that is rewritten whole is shown up later."""
        return f"{self.size}:{self.root}"


def verify_log(log: EventLog, against: tuple[int, str] | None = None, progress: Progress | None = None) -> Verdict:
    """One pass with bounded memory, while others append."""
    meaning = Meaning(log)
    report = verify(log, against, visit=_visiting(meaning, progress))
    meaning.finish()
    findings = sorted((*report.findings, *meaning.findings), key=lambda each: each.position or 0)
    return Verdict(report.size, report.root, meaning.gates, tuple(findings), report.faults + meaning.faults)


def _visiting(meaning: Meaning, progress: Progress | None) -> Callable[[Record], None]:
    if progress is None:
        return meaning.take

    def take(record: Record) -> None:
        meaning.take(record)
        if record.position % _SAY_EVERY == 0:
            progress(record.position)

    return take


def read_mark(text: str) -> tuple[int, str]:
    """SIZE:ROOT as noted earlier. Raises ValueError."""
    size, colon, root = text.strip().partition(":")
    if not colon or not size.isdecimal() or len(root) != 64 or any(each not in "0123456789abcdef" for each in root):
        raise ValueError(f"'{text}' is not SIZE:ROOT as verify prints it: a number, a colon, 64 hexadecimal digits.")
    return int(size), root
