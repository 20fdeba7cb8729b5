"""Commands to a rollout."""

from collections.abc import Iterable
from typing import ClassVar, Literal

from pydantic import Field

from domain.calendar import SchoolCalendar
from domain.command import Command, PersonId, TextGiven
from domain.text import Id, Line, Model, Text

#: how many schools one command takes at the most
MOST_PLACES = 500
MOST_NOMINATED = 100
#: of a longer list, those that do not fit into the start are enrolled so many at a time: people wait in between
ENROLLED_AT_ONCE = 250


class Place(Model):
    """One school of a list: where it takes part, who prepares it, and who sits in its seats already."""

    school: Id
    tier: Id
    names: Text
    region: Line
    language: Literal["kk", "ru", "both"]
    #: the school of the participant that prepares it; none: the only one there is above
    parent: Id | None = None
    persons: dict[Id, PersonId] = Field(default_factory=dict)


def _seated(places: tuple[Place, ...]) -> Iterable[str]:
    for place in places:
        yield from place.persons.values()


class StartRollout(Command):
    """Start a cohort of a programme with its first schools; later ones are enrolled."""

    kind: Literal["StartRollout"] = "StartRollout"
    rollout: Id
    programme: Id
    programme_version: str
    #: SHA-256 of the whole definition as used
    definition: str = Field(pattern=r"^[0-9a-f]{64}$")
    cohort: Id
    rehearsal: bool = False
    places: tuple[Place, ...] = Field(max_length=MOST_PLACES)

    def persons_named(self) -> Iterable[str]:
        return _seated(self.places)


class EnrolSchools(Command):
    kind: Literal["EnrolSchools"] = "EnrolSchools"
    places: tuple[Place, ...] = Field(min_length=1, max_length=MOST_PLACES)
    #: the school whose place a single new one takes
    replaces: Id | None = None

    def persons_named(self) -> Iterable[str]:
        return _seated(self.places)


class NominateSchools(Command):
    """A parent names the schools that it will prepare."""

    kind: Literal["NominateSchools"] = "NominateSchools"
    parent: Id
    places: tuple[Place, ...] = Field(min_length=1, max_length=MOST_NOMINATED)

    def persons_named(self) -> Iterable[str]:
        return _seated(self.places)


class HandOver(Command):
    """A school that its parent has left behind goes on with another parent."""

    kind: Literal["HandOver"] = "HandOver"
    school: Id
    to: Id


class PauseRollout(Command):
    kind: Literal["PauseRollout"] = "PauseRollout"
    reason: TextGiven | None = None


class ResumeRollout(Command):
    kind: Literal["ResumeRollout"] = "ResumeRollout"


class CloseRollout(Command):
    kind: Literal["CloseRollout"] = "CloseRollout"
    reason: TextGiven | None = None
    #: close although participants are still under way
    force: bool = False


class ChangeCalendar(Command):
    kind: Literal["ChangeCalendar"] = "ChangeCalendar"
    calendar: SchoolCalendar
    reason: TextGiven


class OpenTier(Command):
    """A parent's stream tells this: its gate to the next tier is open."""

    kind: Literal["OpenTier"] = "OpenTier"
    of_the_system: ClassVar[bool] = True
    parent: str
    tier: Id


class NoteParticipant(Command):
    """A participant's stream tells this of itself."""

    kind: Literal["NoteParticipant"] = "NoteParticipant"
    of_the_system: ClassVar[bool] = True
    participant: str
    what: Literal["certified", "withdrawn", "completed", "closed"]
