"""The log as commands read it: opened read-only, names resolved to what they mean, the nearest when unknown."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from terminal.outcome import BadInput, NotFound

if TYPE_CHECKING:
    from eventlog.log import EventLog


@contextmanager
def reading(log: str | None = None) -> "Iterator[EventLog]":
    """The log of the settings, or the one named; for reading only."""
    from eventlog.log import open_log
    from runtime.settings import settings

    where = log or settings().log
    if "://" not in where:
        from pathlib import Path

        if not Path(where).exists():
            raise NotFound(f"There is no event log at {where}; 'kaskad up' makes one, --log FILE reads another.")
    with open_log(where, read_only=True) as opened:
        yield opened


def rollout_named(log: "EventLog", name: str) -> dict[str, Any]:
    """The row of a rollout. Raises NotFound with the nearest."""
    rows = {row["rollout"]: row for row in log.rows("rollouts")}
    if name not in rows:
        raise NotFound(f"There is no rollout '{name}'{_hint(name, rows)}")
    return rows[name]


def participant_named(log: "EventLog", name: str, rollout: str | None = None) -> dict[str, Any]:
    """The row of a participant, by its school, or by rollout/school. Raises NotFound with the nearest, or BadInput."""
    wanted, _, school = name.rpartition("/")
    rollout = rollout or wanted or None
    rows = log.rows("participants", rollout=rollout) if rollout else log.rows("participants")
    found = [row for row in rows if row["school"] == school]
    if not found:
        place = f" in {rollout}" if rollout else ""
        raise NotFound(f"There is no school '{school}'{place}{_hint(school, {row['school'] for row in rows})}")
    if len(found) > 1:
        choices = ", ".join(sorted(row["participant"] for row in found))
        raise BadInput(f"'{school}' takes part in several rollouts; say which one: {choices}.")
    return found[0]


def person_known(log: "EventLog", person: str) -> str:
    """The person's id, if the log knows it and it was not erased. Raises NotFound with the nearest."""
    rows = {row["person"]: row["status"] for row in log.rows("persons")}
    if person not in rows:
        raise NotFound(f"There is no person '{person}'{_hint(person, rows)}")
    if rows[person] == "erased":
        raise NotFound(f"The person {person} has been erased.")
    return person


def _hint(name: str, known: Any) -> str:
    from domain.identity import nearest

    close = nearest(name, known)
    return f"; did you mean '{close}'?" if close else "." if known else "; there are none yet."
