"""What a command about a school is about: the participant, its rollout and its tier."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.identity import participant_stream, rollout_and_school, rollout_stream
from terminal.outcome import BadInput, NotFound
from terminal.reading import hint, person_meant, reading, rollout_named

if TYPE_CHECKING:
    from eventlog.log import EventLog


@dataclass(frozen=True, slots=True)
class Meant:
    """A participant that was named."""

    participant: str
    rollout: str
    school: str
    tier: str

    @property
    def stream(self) -> str:
        return participant_stream(self.participant)

    @property
    def rollout_stream(self) -> str:
        return rollout_stream(self.rollout)


def school_meant(log: "EventLog", name: str, rollout: str | None) -> Meant:
    """The participant of a school, or of rollout/school. Raises NotFound with the nearest, or BadInput."""
    wanted, school = rollout_and_school(name)
    rollout = rollout or wanted
    if rollout:
        rollout_named(log, rollout)
    rows = log.rows("participants", rollout=rollout) if rollout else log.rows("participants")
    found = [row for row in rows if row["school"] == school]
    if not found:
        place = f" in {rollout}" if rollout else ""
        raise NotFound(f"There is no school '{school}'{place}{hint(school, {row['school'] for row in rows})}")
    if len(found) > 1:
        choices = ", ".join(sorted(row["participant"] for row in found))
        raise BadInput(f"'{school}' takes part in several rollouts; say which one: {choices}.")
    return meant_of(found[0])


def meant_of(row: Mapping[str, Any]) -> Meant:
    """The participant of a row of the view."""
    return Meant(row["participant"], row["rollout"], row["school"], row["tier"])


def school_and_person(school: str, rollout: str | None, person: str | None) -> tuple[Meant, str | None]:
    """Both, from the log; the person by id or e-mail address. Raises NotFound."""
    with reading() as log:
        meant = school_meant(log, school, rollout)
        return meant, None if person is None else person_meant(log, person)
