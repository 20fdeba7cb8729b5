"""A tiny rollout in memory: one house, its schools, and nobody who acts of their own accord."""

from typing import Any

from domain.command import CASCADE
from domain.identity import participant_id
from domain.programme import Programme
from domain.rollout.commands import EnrolSchools, NominateSchools, OpenTier, Place, StartRollout
from domain.text import Text
from tests.domain.given import HEAD, MANAGER, MORNING, RIGHTS
from tests.domain.people import PeopledWorld
from tests.domain.tiny import text, tiny


def place(school: str, tier: str = "school", **other: Any) -> Place:
    given = {"school": school, "tier": tier, "names": Text(**text(school)), "region": "north", "language": "kk"}
    return Place.model_validate({**given, **other})


class LittleWorld(PeopledWorld):
    """The house takes its place of itself; schools come by a list, by name or in the place of others."""

    def __init__(self, *places: Place, programme: Programme | None = None, started: bool = True) -> None:
        super().__init__(programme or tiny(), "tiny-2024", MORNING, twice=True)
        self.rights = dict(RIGHTS)
        self.start = {"rollout": self.id, "programme": "tiny", "programme_version": "1.0", "definition": "d" * 64}
        if started:
            house = place("house", "house", persons={"head": HEAD})
            houses = tuple(each for each in places if each.tier == "house")
            self.ask_rollout(StartRollout, MANAGER, **self.start, cohort="2024", places=(house, *houses))
            self.having_opened(*(each for each in places if each.tier != "house"))

    def having_opened(self, *schools: Place) -> None:
        """Given the schools of houses whose gates are open: each house has told the rollout so."""
        for house in dict.fromkeys(each.parent or "house" for each in schools):
            if (participant_id(self.id, house), "school") not in self.rollout.opened:
                self.ask_rollout(OpenTier, CASCADE, parent=participant_id(self.id, house), tier="school")
        if schools:
            self.ask_rollout(EnrolSchools, MANAGER, places=schools)

    def nominate(self, *places: Place, actor: str = HEAD) -> list[str]:
        return [event.kind() for event in self.ask_rollout(NominateSchools, actor, parent="house", places=places)]
