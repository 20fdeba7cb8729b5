"""Reading a definition: plain YAML, parameters in their places, and the same bytes for the same meaning."""

import json
from datetime import date
from pathlib import Path

import pytest

from domain.gate import AllOf, DateIs
from programmes.problem import ProgrammeProblems
from programmes.reader import Definition, programme_of, read_programme

SMALL = (Path(__file__).parent / "definitions" / "small.yaml").read_text(encoding="utf-8")


def opens_on(definition: Definition) -> date | None:
    gate = definition.programme.tier_by_id["school"].opens[0].gate
    assert isinstance(gate, AllOf)
    leaf = gate.all[1]
    assert isinstance(leaf, DateIs)
    return leaf.on_or_after


def refusal(source: str | bytes | Path, **parameters: object) -> str:
    with pytest.raises(ProgrammeProblems) as refused:
        read_programme(source, parameters)
    return str(refused.value)


def test_a_default_stands_where_nothing_else_is_given() -> None:
    assert opens_on(read_programme(SMALL)) == date(2025, 1, 15)


def test_a_cohort_has_values_of_its_own() -> None:
    assert opens_on(read_programme(SMALL, cohort="b")) == date(2026, 1, 15)
    assert opens_on(read_programme(SMALL, cohort="a")) == date(2025, 1, 15)


def test_what_the_programme_manager_gives_comes_before_both() -> None:
    definition = read_programme(SMALL, {"opens_on": date(2026, 3, 2), "hours": "4"}, cohort="b")
    assert opens_on(definition) == date(2026, 3, 2)
    assert definition.chosen == {"opens_on": "2026-03-02", "hours": 4}


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"hour": 4}, "has no parameter 'hour'; did you mean 'hours'?"),
        ({"hours": "many"}, "was given 'many'; it takes a whole number, such as 6"),
        ({"hours": True}, "it takes a whole number"),
        ({"opens_on": 5}, "it takes a text, such as '2025-01-15'"),
        ({"opens_on": "soon"}, "must be a date, written as 2024-09-02 (the value comes from the parameter 'opens_on')"),
        ({"hours": 9}, "all sessions together have 8"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(parameters: dict[str, object], sentence: str) -> None:
    assert sentence in refusal(SMALL, **parameters)


def test_a_value_beside_the_choices_is_refused() -> None:
    source = SMALL.replace("default: 6\n", "default: 6\n    choices: [4, 6]\n")
    assert "was given 5; it takes one of: 4, 6" in refusal(source, hours=5)
    assert "'6' is none of its choices: 4, 5" in refusal(source.replace("[4, 6]", "[4, 5]"))


def test_an_unknown_cohort_is_refused() -> None:
    with pytest.raises(ProgrammeProblems, match="has no cohort 'c'; it has: a, b"):
        read_programme(SMALL, cohort="c")


def test_the_source_is_the_whole_definition_as_used_and_reads_back_as_itself() -> None:
    definition = read_programme(SMALL, {"hours": 4})
    assert programme_of(definition.source) == definition.programme
    kept = read_programme(definition.source)
    assert (kept.source, kept.digest, kept.warnings) == (definition.source, definition.digest, ())
    assert json.loads(definition.source)["chosen"] == {"hours": 4, "opens_on": "2025-01-15"}


def test_the_digest_knows_meaning_and_not_layout() -> None:
    plain = read_programme(SMALL)
    assert read_programme("# a remark\n" + SMALL).digest == plain.digest
    assert read_programme(SMALL, {"hours": 6}).digest == plain.digest
    assert read_programme(SMALL, {"hours": 5}).digest != plain.digest


def test_words_that_older_yaml_takes_for_something_else_are_what_they_say() -> None:
    source = SMALL.replace("answers: [go, stay]", "answers: [yes, no]").replace(
        "calendar:\n", "calendar:\n  due_time: 17:30\n"
    )
    programme = read_programme(source.replace("due: {working_days: 5}", "due: {on: 2024-10-01}")).programme
    task = programme.tier_by_id["school"].step_by_id["wish"].tasks[0]  # type: ignore[union-attr]
    assert task.answers == ("yes", "no")
    assert task.due.on == date(2024, 10, 1)
    assert programme.calendar.due_time.isoformat() == "17:30:00"


def test_letters_of_all_three_languages_come_back_as_they_went_in() -> None:
    words = "Әдістемелік орталық: ғ қ ң ө ұ ү һ і — «ёж»"
    programme = read_programme(SMALL.replace('kk: "Шағын"', f'kk: "{words}"')).programme
    assert programme.title.kk == words


def test_a_byte_order_mark_is_no_part_of_a_definition() -> None:
    assert read_programme(b"\xef\xbb\xbf" + SMALL.encode()).digest == read_programme(SMALL).digest


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("", "is empty; a definition begins with 'kaskad: 1'"),
        ("just words", "must be a mapping"),
        ("- a\n- b\n", "must be a mapping"),
        ("a: [1, 2", "definition:2:1: is not valid YAML"),
        ("a: 1\n\tb: 2\n", "is not valid YAML"),
        ("a: 1\n---\nb: 2\n", "is not valid YAML"),
        ("a: \x07", "is not valid YAML"),
        ("kaskad: !!python/object:os.system {}\n", "uses the tag !!python/object:os.system"),
        ("kaskad: !secret x\n", "uses the tag !secret"),
        ("? [a, b]\n: c\n", "a key is a word"),
        ("a: &a [*a]\n", "definition:1:4: contains itself"),
        ("a: &a {b: 1}\nc:\n  <<: *a\n", "definition:3:3: c: merges (<<), which is not read"),
        ("a: 1\nк: \0\n", "definition:2:1: is not valid YAML: unacceptable character"),
        ("[" * 5000, "is nested more than 60 deep"),
        ("a: " + "{b: " * 100 + "1" + "}" * 100, "is nested more than 60 deep"),
        ("kaskad: 1\nkaskad: 1\n", "definition:2:1: kaskad: stands twice; it stood already on line 1"),
        ("x" * (1024 * 1024 + 1), "has 1,048,577 bytes; a definition has at most 1,048,576"),
        ("title: тест".encode("cp1251"), "definition:1:1: is not UTF-8"),
        ("a: [" + "9" * 5000 + "]", "lacks the key 'kaskad'"),
    ],
)
def test_what_is_no_definition_is_refused_with_a_sentence(source: str | bytes, sentence: str) -> None:
    assert sentence in refusal(source)


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert "repeats itself by its aliases" in refusal("\n".join(lines))


def test_a_file_that_is_not_there_is_refused_with_its_name(tmp_path: Path) -> None:
    assert "missing.yaml: cannot be read: No such file or directory" in refusal(tmp_path / "missing.yaml")
