"""Small plans of the real programme, and rehearsals of them on a real server."""

import uuid
from collections.abc import Callable
from functools import cache
from pathlib import Path

from temporalio.client import Client

from domain.programme import Programme
from programmes.library import EXAMPLES, find_programme
from programmes.reader import Definition, read_programme
from programmes.roster import read_roster
from rehearsal.cast import by_parent
from rehearsal.plan import Plan
from rehearsal.play import Play
from rehearsal.scene import Seen
from rehearsal.stage import open_stage

TWO = ("nis-semey", "astana-37")


@cache
def nis_share() -> Definition:
    return read_programme(find_programme("nis-share"), cohort="2024")


def programme() -> Programme:
    return nis_share().programme


def plan(seed: int = 5, schools: tuple[str, ...] = TWO) -> Plan:
    """Some schools of the real list, under an id that no other rehearsal has."""
    places = read_roster(EXAMPLES / "nis-share-2024-schools.csv", programme())
    nominees = read_roster(EXAMPLES / "nis-share-2024-second-tier.csv", programme())
    chosen = tuple(place for place in places if place.school in schools)
    return Plan(f"rehearsal-{uuid.uuid4().hex[:8]}", nis_share(), "2024", chosen, seed, by_parent(nominees))


async def played(
    client: Client, plan: Plan, folder: Path, watch: Callable[[Play, list[Seen]], None] = lambda play, seen: None
) -> Play:
    """To the end; its log stays in the folder."""
    async with open_stage(folder, client, plan.rollout) as stage:
        play = Play(plan, stage, watch)
        await play.run()
        return play
