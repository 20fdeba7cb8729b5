"""Who simulated people are: their ids, and the made-up schools that they nominate."""

from collections.abc import Mapping

from domain.programme import Programme
from domain.rollout.commands import Place
from domain.text import Text
from rehearsal.drawing import digest

OPERATOR = "sim-operator"
MANAGER = "programme-manager"
_MADE_UP = "made-up-"
_LONGEST_PERSON = 58
_LONGEST_SCHOOL = 63


def person_id(*parts: str) -> str:
    """`sim-nis-semey-coordinator`; long names are cut short without becoming those of somebody else."""
    name = "-".join(part.replace("_", "-") for part in parts)
    if len(name) > _LONGEST_PERSON:
        name = f"{name[:40]}-{digest(0, name)[:12]}"
    return f"sim-{name}"


def office_holders(programme: Programme) -> dict[str, str]:
    """Office -> who holds it in a rehearsal."""
    offices = [role for role, each in programme.roles.items() if each.kind == "office"]
    return {office: person_id(office) for office in dict.fromkeys((MANAGER, *offices))}


def made_up_places(parent: str, tier: str, region: str, count: int) -> tuple[Place, ...]:
    """Schools that say of themselves that they are made up."""
    stem = parent.removeprefix(_MADE_UP)
    return tuple(made_up_place(f"{stem}-{tier}-{number}", tier, region, number) for number in range(1, count + 1))


def made_up_place(stem: str, tier: str, region: str, number: int) -> Place:
    school = f"{_MADE_UP}{stem}"
    if len(school) > _LONGEST_SCHOOL:
        school = f"{school[:48]}-{digest(0, school)[:12]}"
    short = stem.rpartition(f"-{tier}-")[0] or stem
    names = Text(
        kk=f"Ойдан алынған мектеп {number} ({short})",
        ru=f"Вымышленная школа {number} ({short})",
        en=f"Made-up school {number} ({short})",
    )
    return Place(school=school, tier=tier, names=names, region=region, language="both")


def by_parent(places: tuple[Place, ...]) -> Mapping[str, tuple[Place, ...]]:
    """A list of nominees, by the school that names them."""
    found: dict[str, list[Place]] = {}
    for place in places:
        if place.parent is not None:
            found.setdefault(place.parent, []).append(place)
    return {parent: tuple(each) for parent, each in found.items()}


def with_simulated_people(places: tuple[Place, ...]) -> tuple[Place, ...]:
    """The same list with somebody simulated in the place of every real person."""
    return tuple(
        place.model_copy(update={"persons": {seat: _simulated(person) for seat, person in place.persons.items()}})
        for place in places
    )


def _simulated(person: str) -> str:
    return person if person.startswith("sim-") else f"sim-{person}"
