"""`kaskad audit verify`: everything recomputed, and every finding told."""

import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from terminal.audit_opened import explained
from terminal.outcome import DONE, REFUSED, BadInput
from terminal.reading import reading_events
from terminal.tables import counted, print_fields, print_json, print_table

if TYPE_CHECKING:
    from audit.verifying import Verdict


def print_verdict(against: str | None, log: str | None, *, as_json: bool) -> int:
    from audit.verifying import read_mark, verify_log

    try:
        mark = None if against is None else read_mark(against)
    except ValueError as error:
        raise BadInput(str(error)) from error
    began = time.perf_counter()
    with reading_events(log) as opened, explained():
        verdict = verify_log(opened, mark, _say if sys.stderr.isatty() else None)
    seconds = time.perf_counter() - began
    if as_json:
        print_json({"sound": verdict.is_sound, "mark": verdict.mark, "against": against, **_parts(verdict)})
    else:
        with suppress(BrokenPipeError):  # whoever read no further still gets the verdict, by the exit code
            _print(verdict, against, seconds)
    return DONE if verdict.is_sound else REFUSED


def _parts(verdict: "Verdict") -> dict[str, object]:
    return {
        "size": verdict.size,
        "root": verdict.root,
        "gates": verdict.gates,
        "views": verdict.views,
        "faults": verdict.faults,
        "findings": verdict.findings,
    }


def _print(verdict: "Verdict", against: str | None, seconds: float) -> None:
    if verdict.findings:
        rows = [(each.position, each.code, each.sentence) for each in verdict.findings]
        print_table(("Position", "What", "Finding"), rows)
        if verdict.faults > len(verdict.findings):
            print(f"... and {verdict.faults - len(verdict.findings)} more.")
        print()
    print_fields(
        {
            "Result": _result(verdict),
            "Events": _events(verdict),
            "Gates": f"{verdict.gates} evaluated again at their positions",
            "Views": "every row held against the events" if verdict.views else "not looked at: " + _why(verdict),
            "Held against": against or "nothing noted earlier (--against SIZE:ROOT)",
            "Took": f"{seconds:.1f} s",
        }
    )
    print(verdict.mark)


def _result(verdict: "Verdict") -> str:
    if verdict.is_sound:
        return "sound"
    if verdict.has_sound_events:
        return (
            f"{counted(verdict.faults, 'finding')}: the events are sound, the views are not; "
            "kaskad views rebuild puts them right"
        )
    return f"{counted(verdict.faults, 'finding')}: this log is not as it was written"


def _events(verdict: "Verdict") -> str:
    if any(each.code == "unreadable" for each in verdict.findings):
        return f"{verdict.size} read, then reading came to an end: nothing is known of what comes after"
    return f"{verdict.size}, every byte, hash, command and consequence recomputed"


def _why(verdict: "Verdict") -> str:
    return "this is an auditor's copy, which has none" if verdict.is_sound else "the events come first"


def _say(position: int) -> None:
    print(f"\r{position} events", end="\r", file=sys.stderr, flush=True)
