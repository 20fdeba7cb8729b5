"""What happens in a rehearsal happens where the cascade can go on after it."""

from pathlib import Path

import pytest

from domain.rollout.commands import Place
from domain.text import Text
from programmes.reader import read_programme
from rehearsal.acting import Acting
from rehearsal.happenings import Happenings
from rehearsal.plan import Plan
from rehearsal.timing import Timing

SMALL = Path(__file__).parents[1] / "programmes" / "definitions" / "small.yaml"


def _place(school: str, tier: str, parent: str | None = None) -> Place:
    names = Text(kk=school, ru=school, en=school)
    return Place(school=school, tier=tier, names=names, region="Astana", language="kk", parent=parent)


@pytest.mark.parametrize("seed", range(8))
def test_a_school_that_trains_others_of_the_list_stays(seed: int) -> None:
    definition = read_programme(SMALL.read_text(encoding="utf-8").replace("kind: team", "kind: school"))
    hosts = tuple(_place(f"host-{number}", "trainers") for number in (1, 2, 3))
    guests = tuple(_place(f"guest-{number}", "school", f"host-{number}") for number in (1, 2, 3))
    plan = Plan("rehearsal", definition, "a", hosts + guests, seed)
    acting = Acting(plan, Timing(plan.programme, plan.habits, seed))
    staged = Happenings(acting, "sim-programme-manager").staged
    withdrawing = [each.school for each in staged if each.happening.what == "withdraws"]
    assert withdrawing
    assert all(school.startswith("guest") for school in withdrawing)
