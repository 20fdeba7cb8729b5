"""What a refusal says in Kazakh and Russian: every one of them, with the gaps of its English sentence."""

from string import Formatter

import activities
import domain
from activities import artefact_errors, media_types
from domain.participant import tasks
from eventlog import errors as log_errors
from people import errors as person_errors
from programmes.library import library
from programmes.reader import read_programme
from runtime import connection
from terminal.messages import catalogue, problem, sentence
from tests.domain.reasons import reasons_in

REASONS = {reason.code: reason for reason in reasons_in(domain, activities).values()}

PROBLEMS = artefact_errors.SENTENCES | person_errors.SENTENCES | connection.SENTENCES | log_errors.SENTENCES


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_refusal_speaks_kazakh_and_russian() -> None:
    known = catalogue()["refusals"]
    assert sorted(REASONS.keys() - known.keys()) == []
    assert [code for code, said in known.items() if set(said) != {"kk", "ru"}] == []


def test_the_catalogue_knows_no_refusal_that_is_gone() -> None:
    assert sorted(catalogue()["refusals"].keys() - REASONS.keys()) == []


def test_every_language_has_the_gaps_of_the_english_sentence() -> None:
    other = {
        (code, language): gaps(text) ^ gaps(REASONS[code].sentence)
        for code, said in catalogue()["refusals"].items()
        for language, text in said.items()
        if code in REASONS and gaps(text) != gaps(REASONS[code].sentence)
    }
    assert other == {}


def test_kazakh_is_written_with_its_own_letters() -> None:
    said = " ".join(each["kk"] for each in catalogue()["refusals"].values())
    assert set("әғқңөұүһі") <= set(said.lower()) | {"һ"}


def test_the_roles_of_shipped_programmes_are_called_as_their_definitions_do() -> None:
    words = catalogue()["words"]
    titles = [role.title for path in library().values() for role in read_programme(path).programme.roles.values()]
    told = {title.en: (words.get(title.en, {}).get("kk"), words.get(title.en, {}).get("ru")) for title in titles}
    assert told == {title.en: (title.kk, title.ru) for title in titles}


def test_the_ways_in_which_tasks_are_done_are_words_of_the_catalogue() -> None:
    assert sorted(set(tasks._WAYS.values()) - catalogue()["words"].keys()) == []


def test_a_hint_is_put_into_the_language_and_a_name_is_not() -> None:
    params = {"school": "nis-semey", "task": "readines/agreement", "hint": "; did you mean 'readiness/agreement'?"}
    english = REASONS["no_task"](**params)
    assert sentence("no_task", english.sentence, english.params, "en") == english.sentence
    assert sentence("no_task", english.sentence, english.params, "ru") == (
        "У nis-semey нет задачи 'readines/agreement'; может быть, 'readiness/agreement'?"
    )
    assert "мүмкін" in sentence("no_task", english.sentence, english.params, "kk")


def test_a_refusal_that_the_catalogue_does_not_know_stays_english() -> None:
    assert sentence("of_tomorrow", "It is so.", {}, "kk") == "It is so."


def test_every_problem_of_files_persons_temporal_and_the_log_speaks_kazakh_and_russian_with_the_same_gaps() -> None:
    known = catalogue()["problems"]
    assert sorted(PROBLEMS.keys() ^ known.keys()) == []
    told = {code: {language: gaps(text) for language, text in said.items()} for code, said in known.items()}
    assert told == {code: dict.fromkeys(("kk", "ru"), gaps(english)) for code, english in PROBLEMS.items()}


def test_a_problem_is_told_with_its_numbers_and_words_in_the_language() -> None:
    large = {"path": "film.mp4", "limit": 1_000_000, "size": 2_000_000}
    assert problem("file-too-large", "It is.", large, "ru") == (
        "Файл film.mp4 слишком велик: принимается не больше 1,000,000 байт, а в нём 2,000,000."
    )
    other = {"path": "a.pdf", "extension": ".pdf", "found": "a ZIP archive"}
    assert problem("type-mismatch", "It is.", other, "kk").endswith("шын түрі: ZIP мұрағаты.")
    assert [problem("of-tomorrow", "It is.", {}, "kk"), problem("file-empty", "It is.", {}, "en")] == ["It is."] * 2


def test_what_a_file_can_turn_out_to_be_is_a_word_of_the_catalogue() -> None:
    assert sorted(set(media_types._DESCRIPTIONS.values()) - catalogue()["words"].keys()) == []
