"""What a command about a school is about: the participant, its rollout, and its programme."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.identity import participant_stream, rollout_stream
from terminal.reading import participant_named, person_meant, reading

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


def school_meant(log: "EventLog", school: str, rollout: str | None) -> Meant:
    """Raises NotFound with the nearest, or BadInput where the school takes part in several rollouts."""
    row = participant_named(log, school, rollout)
    return meant_of(row)


def meant_of(row: Mapping[str, Any]) -> Meant:
    return Meant(row["participant"], row["rollout"], row["school"], row["tier"])


def school_and_person(school: str, rollout: str | None, person: str | None) -> tuple[Meant, str | None]:
    """Both, from the log; the person by id or e-mail address. Raises NotFound."""
    with reading() as log:
        meant = school_meant(log, school, rollout)
        return meant, None if person is None else person_meant(log, person)
