"""What a command about a school is about: the participant, its rollout and its tier."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from domain.identity import Nearest, participant_stream, rollout_and_school, rollout_stream
from terminal.outcome import BadInput, NotFound
from terminal.phrases import phrase
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
    return schools_meant(log, rollout)(name)


def schools_meant(log: "EventLog", rollout: str | None) -> Callable[[str], Meant]:
    """As `school_meant`, for the rows of a table: the log is asked once for each rollout."""
    known = cache(lambda place: _Schools(log, place))

    def meant(name: str) -> Meant:
        wanted, school = rollout_and_school(name)
        return known(rollout or wanted).named(school)

    return meant


class _Schools:
    """Those of one rollout, or of all. Raises NotFound where there is no such rollout."""

    def __init__(self, log: "EventLog", rollout: str | None) -> None:
        if rollout:
            rollout_named(log, rollout)
        self._log = log
        self._place = rollout
        self._rows: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for row in log.rows("participants", rollout=rollout) if rollout else log.rows("participants"):
            self._rows[row["school"]].append(row)
        self._nearest = Nearest(self._rows.keys())

    @cached_property
    def _closed(self) -> set[str]:
        return {row["rollout"] for row in self._log.rows("rollouts", status="closed")}

    def named(self, school: str) -> Meant:
        found = self._rows.get(school, [])
        if not found:
            close = hint(school, self._rows.keys(), self._nearest)
            place = phrase("in_rollout", rollout=self._place) if self._place else ""
            raise NotFound(phrase("no_school", school=school, place=place, hint=close))
        if len(found) > 1:
            under_way = [row for row in found if row["rollout"] not in self._closed]
            if len(under_way) == 1:
                return meant_of(under_way[0])
            choices = ", ".join(sorted(row["participant"] for row in under_way or found))
            raise BadInput(phrase("several_rollouts", school=school, choices=choices))
        return meant_of(found[0])


def meant_of(row: Mapping[str, Any]) -> Meant:
    """The participant of a row of the view."""
    return Meant(row["participant"], row["rollout"], row["school"], row["tier"])


def school_and_person(school: str, rollout: str | None, person: str | None) -> tuple[Meant, str | None]:
    """Both, from the log; the person by id or e-mail address. Raises NotFound."""
    with reading() as log:
        meant = school_meant(log, school, rollout)
        return meant, None if person is None else person_meant(log, person)
