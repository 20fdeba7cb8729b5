"""Who waits for whom across the tiers: every circle is found, and none that has a way out."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.gate import Fact, Facts, evaluate
from domain.programme import Programme, Tier
from programmes.checks.cascades import check_cascades
from programmes.checks.finding import Subject
from programmes.checks.journeys import check_journeys
from programmes.checks.needs import SoMany, in_vain, knots, way_back
from programmes.reader import read_programme
from tests.domain.tiny import HOUSE, SCHOOL, TINY, text
from tests.programmes.test_broken_definitions import OPENS, PARENT_CERTIFIED, SMALL, WISH, problems_of

BY_CHILDREN = "{among: children, where: {fact: training.done, is: true}, at_least: 1}"
AT_LEAST_TWO = (
    f"{{at_least: 2, of: [{BY_CHILDREN}, {{fact: portfolio.done, is: true}}, {{fact: mentoring.done, is: true}}]}}"
)


def school_and_partner(gate: str, *, portfolio_after_wish: bool = True) -> str:
    """The wish of the school waits by the gate, and the training of its partners for the wish."""
    source = SMALL.replace(WISH, f"{WISH}        enter: {gate}\n")
    source = source.replace(PARENT_CERTIFIED, "enter: {fact: wish.done, of: parent, is: true}")
    source = source.replace(OPENS, "gate: {on_or_after: 2025-01-15}")
    return source.replace("[training, research]", "[wish]") if portfolio_after_wish else source


@pytest.mark.parametrize(
    "gate",
    [
        f"{{any: [{BY_CHILDREN}, {{fact: portfolio.done, is: true}}]}}",
        f"{{at_least: 1, of: [{BY_CHILDREN}, {{fact: portfolio.done, is: true}}]}}",
        AT_LEAST_TWO,
        f"{{any: [{BY_CHILDREN}, {{fact: children.completed, at_least: 1}}]}}",
    ],
)
def test_a_parent_and_children_that_wait_for_each_other_by_every_way_are_refused(gate: str) -> None:
    (problem,) = problems_of(school_and_partner(gate))
    assert problem.message.startswith("none of these could ever start: 'wish' of 'school' waits for ")
    assert "of 'partner' waits for 'wish' of 'school'" in problem.message
    assert problem.where == "tiers[1].steps[4].enter"


@pytest.mark.parametrize(
    "gate",
    [
        f"{{any: [{BY_CHILDREN}, {{fact: portfolio.done, is: true}}]}}",
        f"{{any: [{BY_CHILDREN}, {{on_or_after: 2025-01-20}}]}}",
        AT_LEAST_TWO,
    ],
)
def test_one_way_out_is_enough(gate: str) -> None:
    assert read_programme(school_and_partner(gate, portfolio_after_wish=False), {})


# --- by trying everything

POINTS = "abcdef"
NEEDED = st.recursive(
    st.sampled_from(POINTS),
    lambda inner: st.lists(inner, max_size=3).flatmap(
        lambda of: st.integers(0, len(of)).map(lambda least: SoMany(least, tuple(of)))
    ),
    max_leaves=6,
)
NEEDS = st.dictionaries(st.sampled_from(POINTS), NEEDED.map(lambda one: SoMany(1, (one,))), min_size=1)


def _there(needed: Any, come: set[str]) -> bool:
    if isinstance(needed, SoMany):
        return len([each for each in needed.of if _there(each, come)]) >= needed.least
    return needed in come


def _behind(start: str, waits: Mapping[str, list[str]]) -> set[str]:
    found: set[str] = set()
    ahead = [start]
    while ahead:
        new = [each for each in waits[ahead.pop()] if each not in found]
        found.update(new)
        ahead.extend(new)
    return found


@settings(max_examples=300, deadline=None)
@given(NEEDS)
def test_what_waits_in_vain_is_what_no_order_of_events_brings(needs: dict[str, SoMany[str]]) -> None:
    come = set(POINTS) - set(needs)
    for _ in needs:
        come |= {each for each, needed in needs.items() if _there(needed, come)}
    waits = in_vain(needs)
    assert set(waits) == set(POINTS) - come
    assert all(others and set(others) <= set(waits) for others in waits.values())


@settings(max_examples=300, deadline=None)
@given(NEEDS)
def test_a_knot_is_all_that_wait_for_each_other_and_for_nothing_else(needs: dict[str, SoMany[str]]) -> None:
    waits = in_vain(needs)
    behind = {each: _behind(each, waits) for each in waits}
    found = {frozenset(knot) for knot in knots(waits)}
    assert found == {frozenset(behind[each]) for each in waits if all(each in behind[other] for other in behind[each])}
    assert bool(found) == bool(waits)
    assert all(way_back(each, waits) for knot in found for each in knot)


# --- by playing it through

STEPS = {"house": ("a", "b"), "school": ("c", "d")}
NOW = datetime(2024, 12, 2, 4, tzinfo=UTC)


def _leaves(tier: str) -> list[dict[str, Any]]:
    own = [{"fact": f"{step}.done", "is": True} for step in STEPS[tier]] + [{"fact": "certified", "is": True}]
    if tier == "school":
        return [*own, *({"fact": f"{step}.done", "of": "parent", "is": True} for step in STEPS["house"])]
    facts = [*(f"{step}.done" for step in STEPS["school"]), "certified"]
    return [
        *own,
        *({"among": "children", "where": {"fact": fact, "is": True}, "share": 100} for fact in facts),
        {"fact": "children.certified", "at_least": 1},
    ]


def _gates(tier: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        st.sampled_from([*_leaves(tier), {"on_or_after": "2024-10-01"}]),
        lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(
            lambda of: st.sampled_from(
                [{"any": of}, {"all": of}, *({"at_least": least, "of": of} for least in range(1, len(of) + 1))]
            )
        ),
        max_leaves=4,
    )


TASK = {"id": "do", "title": text("Do"), "by": "head", "due": {"days": 5}}


@st.composite
def two_tiers(draw: st.DrawFn) -> Programme:
    tiers = []
    for tier in (HOUSE, SCHOOL):
        name = str(tier["id"])
        steps = [
            {"id": step, "kind": "assignment", "title": text(step), "tasks": [TASK], "enter": draw(_gates(name))}
            for step in STEPS[name]
        ]
        certification = {"title": text("Certificate"), "gate": draw(_gates(name))}
        tiers.append({**tier, "steps": steps, "certification": certification})
    return Programme.model_validate({**TINY, "tiers": tiers})


def _comes_to_its_end(programme: Programme) -> bool:
    """A house and two schools that do all they may at once."""
    house, school = programme.tiers
    facts: dict[str, dict[str, Fact]] = {"house": {}, "one": {}, "two": {}}
    for _ in range(20):
        for name in facts:
            related = {"children": {each: facts[each] for each in ("one", "two")}} if name == "house" else {}
            related = related or {"parent": {"house": facts["house"]}}
            for fact in _new_facts(house if name == "house" else school, facts[name], related):
                facts[name][fact] = Fact(value=True, version=1)
        certified = sum("certified" in facts[each] for each in ("one", "two"))
        facts["house"]["children.certified"] = Fact(certified, 1)
    wanted = {name: (*STEPS["house" if name == "house" else "school"], "certified") for name in facts}
    return all(f"{each}.done" in facts[name] or each in facts[name] for name in facts for each in wanted[name])


def _new_facts(tier: Tier, own: dict[str, Fact], related: dict[str, dict[str, dict[str, Fact]]]) -> Iterator[str]:
    for gate_id, gate in tier.gates.items():
        if evaluate(gate, Facts(1, own, related), "self", NOW, "Asia/Almaty").open:
            kind, _, behind = gate_id.partition(":")
            if kind != "open":
                yield "certified" if kind == "certify" else f"{behind}.done"


@settings(max_examples=400, deadline=None)
@given(two_tiers())
def test_a_definition_is_refused_for_its_circles_exactly_when_it_cannot_be_played_to_its_end(
    programme: Programme,
) -> None:
    subject = Subject(programme, frozenset())
    refused = [*check_journeys(subject), *check_cascades(subject)]
    assert bool(refused) != _comes_to_its_end(programme), [each.message for each in refused]
