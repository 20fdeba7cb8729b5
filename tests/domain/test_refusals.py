"""Refusals: each of them is told in words, has a code of its own, and is proved to be raised."""

import string
from pathlib import Path

import domain
from domain.refusal import Reason
from tests.domain.reasons import reasons_in

TESTS = Path(__file__).parent


def _reasons() -> dict[str, Reason]:
    return reasons_in(domain)


def test_every_code_is_one_reason() -> None:
    by_code: dict[str, set[int]] = {}
    for reason in _reasons().values():
        by_code.setdefault(reason.code, set()).add(id(reason))
    assert {code for code, reasons in by_code.items() if len(reasons) > 1} == set()


def test_every_reason_is_a_sentence() -> None:
    for name, reason in _reasons().items():
        assert reason.sentence.endswith("."), name
        assert reason.sentence[0].isupper() or reason.sentence[0] in "{'", name


def test_every_reason_is_told_with_all_its_words() -> None:
    for reason in set(_reasons().values()):
        gaps = {field for _, field, _, _ in string.Formatter().parse(reason.sentence) if field}
        refused = reason(**{gap: f"<{gap}>" for gap in gaps})
        assert all(f"<{gap}>" in refused.sentence for gap in gaps)
        assert refused.params == {gap: f"<{gap}>" for gap in gaps}


def test_every_reason_is_raised_by_a_test() -> None:
    written = "\n".join(path.read_text() for path in TESTS.rglob("test_*.py"))
    places: dict[str, list[str]] = {}
    for name, reason in _reasons().items():
        module, _, constant = name.partition(":")
        places.setdefault(reason.code, []).extend(f"{part}.{constant}" for part in module.split("."))
    assert [code for code, names in places.items() if not any(name in written for name in names)] == []
