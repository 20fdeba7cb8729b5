"""What is refused with --json is said to programs: one line on the standard error, and nothing beside it."""

import json
from typing import Any

import pytest

from tests.terminal.calling import Calls
from tests.terminal.lists import person


def refused(kaskad: Calls, *arguments: str, code: int) -> dict[str, Any]:
    ended = kaskad(*arguments, "--json", code=code)
    assert (ended.out, ended.err.count("\n")) == ("", 1)
    told: dict[str, Any] = json.loads(ended.err)
    assert told["exit"] == code
    return told


def test_a_refusal_of_the_domain_has_its_code_and_what_its_sentence_is_made_of(kaskad: Calls) -> None:
    nobody = person(kaskad, "Stranger")
    told = refused(kaskad, "person", "grant", nobody, "programme-manager", "--as", nobody, code=1)
    assert (told["code"], told["params"]) == ("no_right", {"actor": nobody, "right": "operator"})
    assert nobody in told["sentence"]


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        (("school", "show", "nobody"), 1, "not_found"),
        (("task", "list", "--due", "мұғалім"), 2, "bad_input"),
        (("task", "list", "--nonsense"), 2, "bad_input"),
        (("audit", "log", "--log", "postgresql://127.0.0.1:1/none"), 3, "log_unavailable"),
    ],
)
def test_every_other_kind_is_told_apart_by_its_code(
    kaskad: Calls, arguments: tuple[str, ...], code: int, kind: str
) -> None:
    told = refused(kaskad, *arguments, code=code)
    assert (told["code"], told["params"]) == (kind, {})
    assert told["sentence"]


def test_people_are_told_in_a_sentence_as_before(kaskad: Calls) -> None:
    assert kaskad("school", "show", "nobody", code=1).err.startswith("kaskad: ")
