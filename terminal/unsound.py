"""What a log that somebody forged makes of a command: told as what is wrong with the log, not as a fault of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from terminal.outcome import expected_of

if TYPE_CHECKING:
    from eventlog.log import EventLog
    from eventlog.verify import Finding

#: what says nothing about the log
_ELSEWHERE = (OSError, click.ClickException, click.exceptions.Exit, click.Abort)


@contextmanager
def blamed(log: "EventLog") -> Iterator[None]:
    """Code that folds a log trusts what stands in it. Where it stumbles, the log is verified, to tell where: on one
    that is sound, a fault is ours and stays one. Raises LogCorrupt on one that is not."""
    from eventlog.errors import LogCorrupt

    try:
        yield
    except LogCorrupt as error:
        finding = _first_finding(log)
        if finding is None or finding.position is None:
            raise
        raise LogCorrupt(_sentence(finding)) from error
    except Exception as error:
        if isinstance(error, _ELSEWHERE) or expected_of(error) is not None:
            raise
        finding = _first_finding(log)
        if finding is None:
            raise
        raise LogCorrupt(_sentence(finding)) from error


def _first_finding(log: "EventLog") -> "Finding | None":
    """Of `audit verify`, rather one that says where."""
    from audit.verifying import verify_log

    try:
        findings = verify_log(log).findings
    except Exception:
        # as hard to verify as to read: what went wrong first is the one to tell
        return None
    return next((each for each in findings if each.position is not None), next(iter(findings), None))


def _sentence(finding: "Finding") -> str:
    where = "" if finding.position is None else f"Event {finding.position}: "
    return f"This log is not as it was written. {where}{finding.sentence} 'kaskad audit verify' tells all of it."
