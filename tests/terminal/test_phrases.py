"""What commands say in Kazakh and Russian: everything, with the gaps of the English, in columns that stay aligned."""

import re
from pathlib import Path
from string import Formatter

import pytest

import terminal
from runtime.settings import settings
from terminal.attendance import not_named, recorded
from terminal.messages import catalogue
from terminal.phrases import headings, phrase, phrases, word
from terminal.tables import print_fields, print_table, width

SOURCES = [path.read_text(encoding="utf-8") for path in Path(terminal.__path__[0]).glob("*.py")]
SAID = re.compile(r'\bphrase\(\s*"(\w+)"')
COUNTED = re.compile(r'\bcounted_phrase\(\s*"(\w+)"')


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.fixture(params=["kk", "ru"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("KASKAD_LANG", request.param)
    settings.cache_clear()
    return str(request.param)


@pytest.fixture(autouse=True)
def _settings_of_others() -> object:
    yield
    settings.cache_clear()


def test_every_sentence_has_three_languages_and_every_heading_and_word_two_beside_its_english() -> None:
    said = phrases()
    assert [key for key, texts in said["sentences"].items() if set(texts) != {"en", "kk", "ru"}] == []
    assert [
        key for part in ("headings", "words") for key, texts in said[part].items() if set(texts) != {"kk", "ru"}
    ] == []


def test_the_gaps_of_a_sentence_are_the_same_in_every_language() -> None:
    other = {
        key: [gaps(text) for text in texts.values()]
        for key, texts in phrases()["sentences"].items()
        if len({frozenset(gaps(text)) for text in texts.values()}) > 1
    }
    assert other == {}


def test_every_sentence_of_the_catalogue_is_said_and_every_one_said_is_there() -> None:
    said = {key for source in SOURCES for key in SAID.findall(source)}
    said |= {f"{key}_{form}" for source in SOURCES for key in COUNTED.findall(source) for form in ("one", "many")}
    assert sorted(said ^ phrases()["sentences"].keys()) == []


def test_a_word_stands_in_one_catalogue_alone() -> None:
    assert sorted(phrases()["words"].keys() & catalogue()["words"].keys()) == []


def test_english_headings_and_words_are_said_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KASKAD_LANG", raising=False)
    settings.cache_clear()
    assert (headings("School", "Due"), word("accepted")) == (["School", "Due"], "accepted")
    assert phrase("already_done") == "Already done; nothing was recorded."


def test_a_word_that_no_catalogue_has_stays_as_it_is(language: str) -> None:
    assert word("school-1") == "school-1"


def test_columns_stay_aligned_for_kazakh_letters(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_table(headings("School", "Waits for", "Late"), [("nis", "Үйлестіруші", "x"), ("мектеп-12", "Ә", "x")])
    lines = capsys.readouterr().out.splitlines()
    assert {width(line.removesuffix(line.split("  ")[-1])) for line in lines} == {width(lines[1]) - 1}


def test_fields_stay_aligned_for_kazakh_letters(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_fields(dict.fromkeys(headings("School", "Task", "Waits for"), "x"))
    assert len({width(line) for line in capsys.readouterr().out.splitlines()}) == 1


def test_attendance_is_told_in_the_language(language: str) -> None:
    said = recorded(2, 0) + not_named({"a": ("one",), "b": ("one", "two")}, {("b", "one")})
    assert (
        said
        == {
            "kk": "Жазылды: 2 мектеп, бәрі келді."
            " Парақта аталмай, келді деп саналғаны: 1 мектеп түгел және онда аталған мектептердің 1 орны.",
            "ru": "Записано: школ: 2, отсутствующих нет."
            " В листе не названы и считаются присутствовавшими: школ целиком: 1 и мест в названных школах: 1.",
        }[language]
    )
