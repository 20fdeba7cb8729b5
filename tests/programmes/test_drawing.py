"""The picture has every tier, step and gate, and nothing that anybody wrote can break it."""

import re
from pathlib import Path

import pytest

from programmes.drawing import gate_words, mermaid, overview
from programmes.library import find_programme
from programmes.reader import read_programme

SMALL = (Path(__file__).parent / "definitions" / "small.yaml").read_text(encoding="utf-8")
NIS_SHARE = read_programme(find_programme("nis-share")).programme


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_tier_and_step_is_drawn_in_each_language(language: str) -> None:
    picture = mermaid(NIS_SHARE, language)
    for tier in NIS_SHARE.tiers:
        assert tier.title.in_language(language) in picture
        for step in tier.steps:
            assert step.title.in_language(language) in picture


def test_lines_are_balanced_and_every_arrow_ends_at_something_drawn() -> None:
    for programme in (NIS_SHARE, read_programme(SMALL).programme):
        lines = mermaid(programme).splitlines()
        assert lines[0] == "flowchart TB"
        assert sum(line.startswith("  subgraph") for line in lines) == sum(line == "  end" for line in lines)
        drawn = set(re.findall(r"^\s+(?:subgraph )?(t\d+\w*)", "\n".join(lines), re.MULTILINE))
        for line in lines:
            if ends := re.search(r"(?:-->|==>|-\.->)(?:\|.*\|)? (t\d+\w*)$", line):
                assert ends[1] in drawn


def test_gates_stand_on_the_arrows() -> None:
    picture = mermaid(read_programme(SMALL).programme)
    assert '==>|"opens 1–2: certified and date ≥ 2025-01-15"|' in picture
    assert "training.hours ≥ 6 and mentoring.last = on_track and portfolio.score ≥ 3" in picture
    assert '{{"parent: certified"}}' in picture


def test_what_people_wrote_stays_words() -> None:
    source = SMALL.replace('en: "Small"', 'en: "a \\"b\\" <script> | `x` & #quot; ]"')
    line = next(line for line in mermaid(read_programme(source).programme).splitlines() if "subgraph t0" in line)
    label = line.removeprefix('  subgraph t0 ["').removesuffix('"]')
    assert not set('"<>`|&') & set(label)
    assert "script" in label


def test_a_rule_is_told_in_few_words_of_each_language() -> None:
    source = SMALL.replace(
        "gate: {all: [{fact: certified, is: true}, {on_or_after: {parameter: opens_on}}]}",
        "gate: {at_least: 1, of: [{any: [{fact: certified, is: true}, {before: 2025-06-01}]},"
        " {among: children, where: {fact: training.hours, at_most: 3}, share: 50},"
        " {on_or_after: {parameter: opens_on}}]}",
    )
    gate = read_programme(source).programme.tier_by_id["school"].opens[0].gate
    assert gate_words(gate, "en") == (
        "at least 1: (certified or date < 2025-06-01); children ≥ 50 %: training.hours ≤ 3; date ≥ 2025-01-15"
    )
    assert gate_words(gate, "ru").startswith("из условий не менее 1: (certified или дата < 2025-06-01)")


def test_the_overview_has_one_arrow_for_each_tier_below_another() -> None:
    picture = overview(NIS_SHARE)
    assert picture.count("-->") == 4
    assert picture.count("opens 2") == 2
