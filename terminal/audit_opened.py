"""The log as the audit commands open it, and what its answers mean at the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from terminal.outcome import BadInput, NotFound
from terminal.reading import reading_events

if TYPE_CHECKING:
    from audit.archive import Archive


@contextmanager
def archive(log: str | None) -> "Iterator[Archive]":
    from audit.archive import open_archive

    with reading_events(log) as opened, explained(), open_archive(opened) as found:
        must_reach(found, 1)
        if not found.position:
            raise NotFound("The event log is empty.")
        yield found


def must_reach(found: "Archive", position: int) -> None:
    """Raises LogCorrupt where an event stands beyond the last one that the log's head tells of."""
    from eventlog.errors import LogCorrupt

    if position > found.position and found.record_at(position) is not None:
        raise LogCorrupt(
            "This log is not as it was written. Its head says that the last of its events is number "
            f"{found.position}, and there is an event {position}. 'kaskad audit verify' tells all of it."
        )


def must_end_at_its_head(found: "Archive") -> None:
    """Raises LogCorrupt where the log goes on after its head, or its last events are gone."""
    from eventlog.errors import LogCorrupt

    must_reach(found, found.position + 1)
    if found.position and not found.snapshot.stored(found.position - 1, 1):
        raise LogCorrupt(
            "This log is not as it was written. Its head says that the last of its events is number "
            f"{found.position}, and there is no such event. 'kaskad audit verify' tells all of it."
        )


@contextmanager
def explained() -> Iterator[None]:
    """What was not found, or not understood, by its exit code."""
    from audit.moment import BadMoment
    from audit.past import NotYet
    from audit.subject import Ambiguous, NotInLog

    try:
        yield
    except (NotInLog, NotYet) as error:
        raise NotFound(str(error)) from error
    except (BadMoment, Ambiguous) as error:
        raise BadInput(str(error)) from error


class Plain:
    """A value as people read it, instants in the programme's time zone."""

    def __init__(self, time_zone: str) -> None:
        self.time_zone = time_zone

    def __call__(self, value: object) -> str:
        from audit.moment import shown as in_zone
        from terminal.tables import shown

        return in_zone(value, self.time_zone) if isinstance(value, datetime) else shown(value)
