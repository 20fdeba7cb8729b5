"""Gates: what they let through, what they read on the way, and how they are told."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.gate import GATE, Fact, Facts, Gate, Value, conditions, evaluate, opens_on, relations_read, sentence

ALMATY = "Asia/Almaty"
ME = "r/nis-semey"
AT = datetime(2025, 11, 3, 4, tzinfo=UTC)


def gate(**raw: Any) -> Gate:
    return GATE.validate_python(raw)


def sheet(**facts: Value) -> dict[str, Fact]:
    return {name.replace("__", "."): Fact(value, at) for at, (name, value) in enumerate(facts.items(), 1)}


def facts(own: Mapping[str, Fact] = {}, **related: Mapping[str, Mapping[str, Fact]]) -> Facts:
    return Facts(position=100, own=own, related=related)


def is_open(raw: Mapping[str, Any], known: Facts, at: datetime = AT) -> bool:
    return evaluate(GATE.validate_python(raw), known, ME, at, ALMATY).open


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        ({"is": True}, True, True),
        ({"is": True}, None, False),
        ({"is": False}, None, True),
        ({"is": "on_track"}, "on_track", True),
        ({"is": "on_track"}, "at_risk", False),
        ({"at_least": 3}, 3, True),
        ({"at_least": 3}, 2, False),
        ({"at_least": 1}, None, False),
        ({"at_most": 0}, None, True),
        ({"at_least": 1, "at_most": 2}, 3, False),
    ],
)
def test_a_fact_is_compared(condition: dict[str, Any], value: Value, expected: bool) -> None:
    own = {} if value is None else {"x": Fact(value, 1)}
    assert is_open({"fact": "x", **condition}, facts(own)) is expected


def test_all_any_and_at_least_count_what_holds() -> None:
    known = facts(sheet(a=True, b=True))
    a, b, c = ({"fact": name, "is": True} for name in "abc")
    assert is_open({"all": [a, b]}, known)
    assert not is_open({"all": [a, b, c]}, known)
    assert is_open({"any": [c, a]}, known)
    assert not is_open({"any": [c]}, known)
    assert is_open({"at_least": 2, "of": [a, b, c]}, known)
    assert not is_open({"at_least": 3, "of": [a, b, c]}, known)


def test_a_date_comes_at_midnight_where_the_school_is() -> None:
    opening = {"on_or_after": date(2025, 11, 1)}
    assert not is_open(opening, facts(), datetime(2025, 10, 31, 18, 59, tzinfo=UTC))
    assert is_open(opening, facts(), datetime(2025, 10, 31, 19, tzinfo=UTC))
    closing = {"before": date(2025, 11, 1)}
    assert is_open(closing, facts(), datetime(2025, 10, 31, 18, 59, tzinfo=UTC))
    assert not is_open(closing, facts(), datetime(2025, 10, 31, 19, tzinfo=UTC))


def test_a_parents_fact_is_the_parents() -> None:
    certified = {"fact": "certified", "of": "parent", "is": True}
    assert is_open(certified, facts(parent={"r/p": sheet(certified=True)}))
    assert not is_open(certified, facts(sheet(certified=True)))
    assert not is_open(certified, facts(parent={"r/p": {}}))


def test_children_are_counted_or_taken_by_share() -> None:
    children = {"r/a": sheet(certified=True), "r/b": sheet(certified=True), "r/c": {}}
    where = {"fact": "certified", "is": True}
    assert is_open({"among": "children", "where": where, "at_least": 2}, facts(children=children))
    assert not is_open({"among": "children", "where": where, "at_least": 3}, facts(children=children))
    assert is_open({"among": "children", "where": where, "share": 66}, facts(children=children))
    assert not is_open({"among": "children", "where": where, "share": 67}, facts(children=children))
    assert not is_open({"among": "children", "where": where, "share": 0}, facts())


def test_every_fact_is_read_even_when_the_outcome_is_clear() -> None:
    rule = gate(all=[{"fact": "a", "is": True}, {"fact": "b", "is": True}, {"fact": "c", "of": "parent", "is": True}])
    verdict = evaluate(rule, facts(sheet(b=True), parent={"r/p": {}}), ME, AT, ALMATY)
    assert not verdict.open
    assert {(each.of, each.fact, each.value, each.version) for each in verdict.readings} == {
        (ME, "a", None, 0),
        (ME, "b", True, 1),
        ("r/p", "c", None, 0),
    }


def test_a_gate_says_what_it_reads_of_others_and_when_it_may_change() -> None:
    rule = gate(
        all=[
            {"fact": "own", "is": True},
            {"fact": "certified", "of": "parent", "is": True},
            {"among": "peers", "where": {"fact": "done", "is": True}, "at_least": 1},
            {"any": [{"on_or_after": "2025-11-01"}, {"before": "2025-01-01"}]},
        ]
    )
    assert relations_read(rule) == {"parent": frozenset({"certified"}), "peers": frozenset({"done"})}
    assert opens_on(rule) == (date(2025, 1, 1), date(2025, 11, 1))
    assert len(list(conditions(rule))) == 5


def test_a_gate_is_told_in_a_sentence() -> None:
    rule = gate(
        all=[
            {"fact": "training.hours", "at_least": 72},
            {"any": [{"fact": "mentoring.last", "is": "on_track"}, {"fact": "certified", "of": "parent", "is": True}]},
            {"among": "children", "where": {"fact": "certified", "is": True}, "share": 50},
            {"on_or_after": "2025-11-01"},
        ]
    )
    assert sentence(rule) == (
        "training.hours is at least 72 and (mentoring.last is on_track or the parent's certified is true)"
        " and at least 50 % of the children have certified is true and the date is 2025-11-01 or later"
    )


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ({"colour": "red"}, "is no condition"),
        ({"fact": "x"}, "needs 'is', 'at_least' or 'at_most'"),
        ({"fact": "Training Hours", "is": True}, "pattern"),
        ({"among": "children", "where": {"fact": "x", "is": True}}, "needs either 'at_least'"),
        ({"among": "children", "where": {"fact": "x", "is": True}, "at_least": 1, "share": 50}, "needs either"),
        ({"at_least": 3, "of": [{"fact": "x", "is": True}]}, "asks for 3 of only 1 conditions"),
        ({"all": []}, "at least 1 item"),
        ({"fact": "x", "is": True, "because": "y"}, "Extra inputs"),
    ],
)
def test_what_is_no_condition_is_refused(raw: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        GATE.validate_python(raw)


LEAVES = st.builds(lambda name, is_: {"fact": name, "is": is_}, st.sampled_from("abcd"), st.booleans())
RULES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda each: {"all": each}),
        st.lists(inner, min_size=1, max_size=3).map(lambda each: {"any": each}),
        st.lists(inner, min_size=2, max_size=4).map(lambda each: {"at_least": 2, "of": each}),
    ),
    max_leaves=8,
)


@given(RULES, st.dictionaries(st.sampled_from("abcd"), st.booleans()))
def test_a_gate_written_down_and_read_again_decides_the_same(raw: dict[str, Any], own: dict[str, bool]) -> None:
    rule = GATE.validate_python(raw)
    again = GATE.validate_json(GATE.dump_json(rule, by_alias=True, exclude_none=True))
    assert again == rule
    known = facts({name: Fact(value, 1) for name, value in own.items()})
    assert evaluate(again, known, ME, AT, ALMATY) == evaluate(rule, known, ME, AT, ALMATY)


@given(RULES, st.dictionaries(st.sampled_from("abcd"), st.booleans()))
def test_what_was_read_is_enough_to_decide_again(raw: dict[str, Any], own: dict[str, bool]) -> None:
    rule = GATE.validate_python(raw)
    first = evaluate(rule, facts({name: Fact(value, 1) for name, value in own.items()}), ME, AT, ALMATY)
    kept = facts({each.fact: Fact(each.value, each.version) for each in first.readings if each.version})
    assert evaluate(rule, kept, ME, AT, ALMATY) == first
