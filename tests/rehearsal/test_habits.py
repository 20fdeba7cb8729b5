"""The habits of simulated people are data: complete, adding up, and said to be invented."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from rehearsal.habits import SHIPPED, Habits, read_habits
from tests.rehearsal.plans import programme


def _shipped() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    return found


def test_the_shipped_habits_are_valid_and_say_that_they_are_invented() -> None:
    assert sum(habit.likelihood for habit in read_habits().habits) == 100
    assert "invented" in SHIPPED.read_text(encoding="utf-8").partition("kaskad:")[0]


def test_every_kind_of_happening_is_in_them_once() -> None:
    kinds = [happening.what for happening in read_habits().happenings]
    assert sorted(kinds) == ["extends", "leaves", "misses_checkpoint", "substitute", "withdraws"]


def test_there_is_somebody_for_every_duty_of_the_programme_that_no_seat_brings() -> None:
    duties = {duty.role for tier in programme().tiers for duty in tier.duties if duty.from_parent is None}
    assert duties <= read_habits().duties.keys()


def test_likelihoods_that_do_not_add_up_are_refused() -> None:
    wrong = _shipped()
    wrong["habits"][0]["likelihood"] += 1
    with pytest.raises(ValidationError, match="add up to 101"):
        Habits.model_validate(wrong)


def test_days_the_wrong_way_round_are_refused() -> None:
    wrong = _shipped()
    wrong["habits"][0]["between"] = [60, 10]
    with pytest.raises(ValidationError, match="lies nothing"):
        Habits.model_validate(wrong)


def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "habits.yaml"
    file.write_text(yaml.safe_dump({**_shipped(), "mood": "good"}), encoding="utf-8")
    with pytest.raises(ValidationError, match="mood"):
        read_habits(file)
