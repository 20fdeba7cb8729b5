"""However a definition is spoiled, it is read, or refused with sentences: never with an error of ours."""

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from programmes.problem import Problem, ProgrammeProblems
from programmes.reader import read_programme
from programmes.salvage import MADE_UP

LINES = (Path(__file__).parent / "definitions" / "small.yaml").read_text(encoding="utf-8").splitlines()
VALUES = (
    "x", "1", "-1", "null", "[]", "{}", "[1, 2]", "{a: b}", "true", "''", "2024-09-02", "{parameter: hours}",
    "{parameter: nothing}", "9999999999999999999999", "*t", '"\\u0007"', "1.5", "{all: []}", "{fact: x, is: 1}",
)  # fmt: skip
KEYS = ("id", "kind", "steps", "gate", "all", "by", "sessions", "colour")

spoilings = st.lists(
    st.tuples(
        st.sampled_from(["drop", "repeat", "value", "key"]),
        st.integers(0, len(LINES) - 1),
        st.sampled_from(VALUES),
        st.sampled_from(KEYS),
    ),
    min_size=1,
    max_size=4,
)


def spoil(lines: list[str], how: str, at: int, value: str, key: str) -> None:
    at %= len(lines)
    match how:
        case "drop":
            del lines[at]
        case "repeat":
            lines.insert(at, lines[at])
        case "value":
            lines[at] = re.sub(r": [^,{}\[\]]+", lambda _: f": {value}", lines[at], count=1)
        case _:
            lines[at] = re.sub(r"\b[a-z_]+:", lambda _: f"{key}:", lines[at], count=1)


@settings(max_examples=60, deadline=None)
@given(spoilings)
def test_a_spoiled_definition_is_read_or_refused_in_our_own_words(changes: list[tuple[str, int, str, str]]) -> None:
    lines = list(LINES)
    for change in changes:
        spoil(lines, *change)
    for problem in problems_of("\n".join(lines)):
        assert problem.line > 0 or not problem.where
        assert "input should" not in problem.message.casefold()
        assert MADE_UP not in problem.message


def problems_of(source: str) -> tuple[Problem, ...]:
    try:
        read_programme(source)
    except ProgrammeProblems as refused:
        return refused.problems
    return ()
