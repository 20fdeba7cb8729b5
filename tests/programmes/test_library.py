"""The shipped programmes are sound, in three languages, and NIS/SHARE is what its description says."""

from pathlib import Path

import pytest

from domain.fact_names import fact_names
from domain.programme import Programme
from domain.text import Text
from programmes.library import EXAMPLES, UnknownProgramme, find_programme, library
from programmes.problem import ProgrammeProblems
from programmes.reader import read_programme
from programmes.roster import read_roster

KAZAKH = set("әғқңөұүһі")


@pytest.fixture(scope="module")
def nis_share() -> Programme:
    return read_programme(find_programme("nis-share")).programme


@pytest.mark.parametrize("name", library())
def test_every_shipped_programme_is_sound_and_named_after_its_file(name: str) -> None:
    definition = read_programme(find_programme(name))
    assert definition.programme.programme == name
    assert definition.warnings == ()


def test_an_unknown_programme_is_told_with_its_nearest() -> None:
    with pytest.raises(UnknownProgramme, match=r"^There is no programme 'nis-shar'; did you mean 'nis-share'\?"):
        find_programme("nis-shar")


def test_nis_share_has_two_branches_with_children_and_bodies_of_their_own(nis_share: Programme) -> None:
    branches = {
        tier.id: (tier.body, [opening.tier for opening in tier.opens]) for tier in nis_share.tiers if tier.opens
    }
    assert branches == {
        "intellectual-school": ("nis", ["rural-hub-school"]),
        "astana-school": ("akimat-methodological-centre", ["city-school"]),
    }
    assert nis_share.parents_of["intellectual-school"] == nis_share.parents_of["astana-school"] == ("trainers",)


def test_a_school_of_the_first_tier_has_a_team_of_five(nis_share: Programme) -> None:
    for tier in ("intellectual-school", "astana-school"):
        roles = [seat.role for seat in nis_share.tier_by_id[tier].seats]
        assert roles == ["principal", "senior-leader", "coordinator", "teacher", "teacher"]
        assert all(seat.required for seat in nis_share.tier_by_id[tier].seats)


def test_webinars_ask_only_the_principal(nis_share: Programme) -> None:
    webinars = nis_share.tier_by_id["astana-school"].step_by_id["webinars"]
    assert webinars.kind == "training"
    assert webinars.audience == ("principal",)
    assert {session.mode for session in webinars.sessions} == {"online"}


def test_nobody_reviews_what_they_mentor(nis_share: Programme) -> None:
    for tier in nis_share.tiers:
        if "reviewer" in tier.duty_by_role:
            assert "mentor" in tier.duty_by_role["reviewer"].not_also
            assert "reviewer" in tier.duty_by_role["mentor"].not_also


def test_cohort_2025_opens_its_second_tier_a_year_later() -> None:
    path = find_programme("nis-share")
    assert read_programme(path, cohort="2024").chosen["second_tier_opens"] == "2025-11-01"
    assert read_programme(path, cohort="2025").chosen["second_tier_opens"] == "2026-11-01"


def test_cohort_2024_plans_forty_schools_of_the_second_tier(nis_share: Programme) -> None:
    planned = nis_share.cohorts["2024"].participants
    assert (planned["intellectual-school"], planned["astana-school"]) == (10, 10)
    assert planned["rural-hub-school"] + planned["city-school"] == 40


def test_what_is_left_open_says_so_with_a_reason(nis_share: Programme) -> None:
    left_open = {name for name, parameter in nis_share.parameters.items() if parameter.open}
    assert {"children_per_school", "second_tier_full_team", "evidence_accepted", "certifier_nis"} <= left_open
    assert all(len(parameter.why) > 20 for parameter in nis_share.parameters.values())


def test_every_kazakh_text_is_kazakh(nis_share: Programme) -> None:
    texts = list(_texts(nis_share))
    same = {text.kk for text in texts if text.kk == text.ru}
    assert same <= {"NIS/SHARE", "Тренер", "Наурыз мейрамы"}
    assert sum(bool(KAZAKH & set(text.kk.casefold())) for text in texts) > len(texts) * 0.85
    assert not any(KAZAKH & set(text.ru.casefold()) for text in texts)


def _texts(value: object) -> list[Text]:
    if isinstance(value, Text):
        return [value]
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, tuple):
        return [text for each in value for text in _texts(each)]
    fields = getattr(type(value), "model_fields", {})
    return [text for name in fields for text in _texts(getattr(value, name))]


def test_each_school_of_the_first_tier_meets_a_sensible_number_of_tasks(nis_share: Programme) -> None:
    assert 20 <= _tasks(nis_share, "intellectual-school") <= 40
    assert 10 <= _tasks(nis_share, "rural-hub-school") <= 25


def _tasks(programme: Programme, tier: str) -> int:
    number = 0
    for step in programme.tier_by_id[tier].steps:
        match step.kind:
            case "mentoring":
                number += step.count
            case "assignment":
                number += len(step.tasks)
            case "evidence":
                number += sum(1 + bool(item.review) for item in step.items)
            case "cycle":
                number += step.repeats * sum(1 + bool(phase.review) for phase in step.phases)
            case "delivery":
                number += 2 * fact_names(programme.tier_by_id[tier], programme)[f"{step.id}.sessions"].most  # type: ignore[operator]
            case _:
                pass
    return number


def test_the_shipped_lists_name_the_schools_of_both_cohorts(nis_share: Programme) -> None:
    first = read_roster(EXAMPLES / "nis-share-2024-schools.csv", nis_share)
    second = read_roster(EXAMPLES / "nis-share-2025-schools.csv", nis_share)
    for places, cohort in ((first, "2024"), (second, "2025")):
        for tier in ("intellectual-school", "astana-school"):
            planned = nis_share.cohorts[cohort].participants[tier]
            assert sum(place.tier == tier for place in places) == planned
    assert len({place.school for place in (*first, *second)}) == 39
    assert not any(place.persons for place in (*first, *second))


def test_the_workbook_says_the_same_as_the_list(nis_share: Programme) -> None:
    assert read_roster(EXAMPLES / "nis-share-2024-schools.xlsx", nis_share) == read_roster(
        EXAMPLES / "nis-share-2024-schools.csv", nis_share
    )


def test_every_school_of_the_first_list_has_two_children_in_the_second(nis_share: Programme) -> None:
    first = read_roster(EXAMPLES / "nis-share-2024-schools.csv", nis_share)
    children = read_roster(EXAMPLES / "nis-share-2024-second-tier.csv", nis_share)
    tier_of = {place.school: place.tier for place in first}
    for school, tier in tier_of.items():
        (below,) = (opening.tier for opening in nis_share.tier_by_id[tier].opens)
        assert [child.tier for child in children if child.parent == school] == [below, below]


def test_what_is_named_by_its_place_is_a_file(tmp_path: Path) -> None:
    assert find_programme(str(tmp_path)) == tmp_path
    assert find_programme("elsewhere.yaml") == Path("elsewhere.yaml")
    with pytest.raises(ProgrammeProblems, match="Is a directory"):
        read_programme(find_programme(str(tmp_path)))
