"""The whole audit of a log: its bytes and its hashes, whether what it says can have come about, and its views."""

from collections.abc import Callable

import msgspec

from audit import views
from audit.meaning import Meaning
from eventlog.errors import LogCorrupt
from eventlog.log import EventLog
from eventlog.record import Record
from eventlog.verify import MOST_FINDINGS, Finding, verify

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
    #: whether the views were held against the events: they are where there are any, and the events are sound
    views: bool

    @property
    def is_sound(self) -> bool:
        return self.faults == 0

    @property
    def has_sound_events(self) -> bool:
        return self.is_sound or self.views

    @property
    def mark(self) -> str:
        """What to note down, so that a log that is rewritten whole is shown up later."""
        return f"{self.size}:{self.root}"


def verify_log(log: EventLog, against: tuple[int, str] | None = None, progress: Progress | None = None) -> Verdict:
    """One pass over the events and one over the views, with bounded memory, while others append."""
    meaning = Meaning(log)
    report = verify(log, against, visit=_visiting(meaning, progress))
    meaning.finish()
    findings = sorted((*report.findings, *meaning.findings), key=lambda each: each.position or 0)
    faults = report.faults + meaning.faults
    if faults:
        return Verdict(report.size, report.root, meaning.gates, tuple(findings), faults, views=False)
    try:
        wrong = _look_at_views(log)
    except LogCorrupt as error:
        wrong = [Finding("view", None, error.reason)]
    found, faults = tuple(wrong or ()), len(wrong or ())
    return Verdict(report.size, report.root, meaning.gates, found[:MOST_FINDINGS], faults, views=wrong is not None)


def _look_at_views(log: EventLog) -> list[Finding] | None:
    """None where there are none to look at: in an auditor's copy. In a log that lost them all, one finding says so."""
    if views.has_any(log):
        return [_of_a_view(each) for each in views.compare(log)]
    if log.is_copy:
        return None
    lost = next(views.compare(log), None)
    return (
        [] if lost is None else [Finding("view", None, "The log has lost all of its views; it is no auditor's copy.")]
    )


def _of_a_view(wrong: views.Deviation) -> Finding:
    row = f"the row {' '.join(map(str, wrong.key))}"
    if wrong.found is None:
        return Finding("view", None, f"The view {wrong.view} lacks {row}.")
    if wrong.expected is None:
        return Finding("view", None, f"The view {wrong.view} has {row}, which no event gives.")
    names = [name for name, value in wrong.expected.items() if wrong.found.get(name) != value]
    return Finding("view", None, f"In the view {wrong.view}, {row} says other than the events: {', '.join(names)}.")


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
