"""docs/definition-language.md says what is so: its examples are run, and it leaves nothing out."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter

from domain.fact_names import fact_names
from domain.programme import Programme, Tier
from domain.step import Asked, Step
from programmes.library import find_programme
from programmes.problem import ProgrammeProblems
from programmes.reader import read_programme
from programmes.roster import COLUMNS, read_roster

PAGE = (Path(__file__).parents[2] / "docs" / "definition-language.md").read_text(encoding="utf-8")
SMALL = Path(__file__).parent / "definitions" / "small.yaml"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", blocks("yaml complete"))
def test_a_complete_example_is_sound(block: str) -> None:
    assert read_programme(block).warnings == ()


def test_there_are_complete_examples() -> None:
    assert blocks("yaml complete")
    assert blocks("csv complete")


def test_the_refused_example_has_just_the_problems_that_are_shown(tmp_path: Path) -> None:
    (refused,), (shown,) = blocks("yaml refused"), blocks("problems")
    file = tmp_path / "broken.yaml"
    file.write_text(refused, encoding="utf-8")
    with pytest.raises(ProgrammeProblems) as told:
        read_programme(file)
    assert str(told.value).replace(str(file), "broken.yaml") + "\n" == shown


@pytest.mark.parametrize("block", blocks("yaml"))
def test_every_fragment_is_yaml(block: str) -> None:
    with pytest.raises(ProgrammeProblems) as told:
        read_programme(block)
    assert not any("YAML" in problem.message for problem in told.value.problems)


@pytest.mark.parametrize("block", blocks("yaml"))
def test_every_fragment_has_only_keys_and_values_that_there_are(block: str) -> None:
    part = yaml.safe_load(block)
    if isinstance(part, list):
        TypeAdapter(list[Step]).validate_python(part)
        return
    models = [model for model in (Asked, Tier, Programme) if part.keys() <= model.model_fields.keys()]
    assert models, part.keys()
    for key, value in part.items():
        annotation: Any = models[0].model_fields[key].annotation
        TypeAdapter(annotation).validate_python(value)


@pytest.mark.parametrize("block", blocks("csv complete"))
def test_the_school_list_is_read(tmp_path: Path, block: str) -> None:
    file = tmp_path / "schools.csv"
    file.write_text(block, encoding="utf-8")
    assert read_roster(file, read_programme(find_programme("nis-share")).programme)


def test_every_column_is_explained() -> None:
    assert [column for column in COLUMNS if f"`{column}`" not in PAGE] == []


def test_every_fact_is_explained() -> None:
    programme: Programme = read_programme(SMALL).programme
    names = {name for tier in programme.tiers for name in fact_names(tier, programme)}
    own = {name for name in names if name.partition(".")[0] not in {s.id for t in programme.tiers for s in t.steps}}
    of_steps = {name.partition(".")[2] for name in names - own} - {"go-on"}
    assert [name for name in own | of_steps if f"`{name}`" not in PAGE] == []
