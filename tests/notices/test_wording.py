"""What notices say: every one in three languages, with titles and dates in words."""

import json
import string
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import msgspec
import pytest

from activities.adopted import Adopted
from activities.dates import day_in_words, due_in_words, zone_of
from activities.letter import Addressee, Letter
from activities.mailbox import Mailbox
from activities.titles import Titles
from activities.wording import Scene, letter_of, messages
from domain.participant.notices import notices
from eventlog.outbox import Notice
from tests.domain.cascade import START, Cascade, nis_share

LANGUAGES = ("kk", "ru", "en")
ALMATY = zone_of("Asia/Almaty")
ABOUT = {"rollout": "nis-share-2024", "school": "nis-semey"}
DAY = datetime(2026, 12, 4, 13, tzinfo=UTC)
PARAMS: dict[str, dict[str, str]] = {
    **{
        key: {"task": "readiness/focus", "due": DAY.isoformat()} for key in ("TaskAsked", "TaskReminded", "TaskOverdue")
    },
    "TaskEscalated": {"task": "readiness/focus", "role": "coordinator"},
    "DeadlineMoved": {"task": "readiness/focus", "due": DAY.isoformat(), "because": "pause"},
    "EvidenceReviewed": {"step": "action-research", "item": "1-plan", "verdict": "returned"},
    "CheckpointMissed": {"step": "mentoring", "number": "3"},
    "SessionBooked": {
        "session": "trainers.training.foundations.1",
        "step": "training",
        "starts": DAY.isoformat(),
        "ends": (DAY + timedelta(hours=24)).isoformat(),
    },
    **{key: {"tier": "intellectual-school"} for key in ("Certified", "Withdrawn")},
}


@cache
def scene() -> Scene:
    definition = msgspec.json.decode(nis_share().model_dump_json())
    names = {"nis-semey": {"kk": "НЗМ, Семей", "ru": "НИШ, Семей", "en": "NIS Semey"}}
    return Scene("nis-share-2024", Adopted(definition, False), names, {"nis-semey": "intellectual-school"})


def letter(template: str, language: str) -> Letter:
    params = json.dumps({**ABOUT, **PARAMS[template]})
    notice = Notice("n", "participant:nis-share-2024/nis-semey", 1, "p-00000001", None, template, params, DAY)
    return letter_of(notice, scene(), Addressee("p-00000001", "Names", language=language))


def test_every_notice_of_a_whole_rollout_has_its_words() -> None:
    """The cascade of 2024 with two schools, in which nobody is late and everything is told."""
    cascade = Cascade(("nis-semey",), ("astana-37",))
    cascade.go_on(until=START + timedelta(days=400))
    told: set[str] = set()
    for school, state in cascade.participants.items():
        for event in cascade.events_of(school):
            try:
                told.update(each.template for each in notices(state, event, START))
            except KeyError:
                continue
    assert {"TaskAsked", "TaskReminded", "SessionBooked", "EvidenceReviewed", "Certified"} <= told
    assert told <= set(messages()["messages"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", sorted(PARAMS))
def test_every_message_is_whole_in_every_language(template: str, language: str) -> None:
    found = letter(template, language)
    text = found.subject + found.body
    assert "{" not in text
    assert scene().names["nis-semey"][language] in found.subject
    assert "kaskad " in found.body
    if language != "en":
        said = text.partition("kaskad ")[0]
        assert not any(word in said for word in ("foundations", "intellectual-school", "returned", "pause", "focus"))


def test_the_messages_that_there_are_are_tested() -> None:
    assert set(messages()["messages"]) == set(PARAMS)


@pytest.mark.parametrize("template", sorted(PARAMS))
def test_a_message_has_the_same_gaps_in_every_language(template: str) -> None:
    def gaps(language: str) -> set[str]:
        form = messages()["messages"][template][language]
        texts = [form["subject"], *form["lines"]]
        return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}

    assert gaps("kk") == gaps("ru") == gaps("en")


def test_a_session_tells_when_it_begins_by_the_clocks_of_the_programme() -> None:
    found = letter("SessionBooked", "en")
    assert found.subject == "NIS Semey: Foundations of Action Research, Friday, 4 December 2026, 18:00"
    assert "Hours: 24." in found.body


@pytest.mark.parametrize(
    ("task", "title"),
    [
        ("team/fill-1", "Fill the seats of the team"),
        ("readiness/focus", "Agree on the question of school development to enquire into"),
        ("action-research/1-plan/submit-1", "Plan: the research plan"),
        ("action-research/1-plan/submit-2", "Plan: the research plan (attempt 2)"),
        ("portfolio/spreading-plan/review-1", "Review: The plan for training other schools"),
        ("portfolio/spreading-plan/decide-3", "Decide: The plan for training other schools"),
        ("mentoring/checkpoint-3", "Online mentoring: checkpoint 3"),
        ("nominate/rural-hub-school", "Nominate schools: Rural hub school"),
        ("nominate/rural-hub-school.2", "Nominate schools: Rural hub school"),
        ("duty/mentor/decide-1", "Name somebody: Mentor"),
        ("journey/decide-1", "Decide how it goes on, since it can no longer complete its journey"),
        ("children/decide", "Decide about the schools that it was preparing"),
        (
            "children/tier-rural-hub-school/decide-1",
            "Decide whether to go on without further schools: Rural hub school",
        ),
        (
            "children/step-training/decide-1",
            "Decide whether to go on without further schools: Training sessions in Astana",
        ),
        ("gate/certify/decide-40", "Decide: Trainer school for Action Research"),
        ("gate/open-rural-hub-school/decide-40", "Decide: Rural hub school"),
        ("gate/enter-mentoring/decide-40", "Decide: Online mentoring"),
        ("of/another/version", "of/another/version"),
    ],
)
def test_a_task_is_called_by_the_titles_of_the_definition(task: str, title: str) -> None:
    assert Titles(scene().adopted.definition, "en").task("intellectual-school", task) == title


def test_a_trainers_task_is_called_by_the_session() -> None:
    titles = Titles(scene().adopted.definition, "ru")
    planned = "Запланировать сессию: Управление изменениями в школе"
    assert titles.task("trainers", "training-delivery/plan-leading-change") == planned
    assert titles.task("trainers", "training-delivery/plan-leading-change-again-2") == planned
    for asked in ("nis-semey", "nis-semey.2"):
        assert titles.task("trainers", f"training-delivery/plan-leading-change-{asked}") == f"{planned} (nis-semey)"
    assert titles.task("trainers", "training-delivery/record-trainers.training.methods.2") == (
        "Отметить присутствие: Сбор и анализ данных"
    )


def test_dates_are_in_words() -> None:
    assert [day_in_words(DAY, ALMATY, language) for language in LANGUAGES] == [
        "2026 жылғы 4 желтоқсан, жұма, 18:00",
        "пятница, 4 декабря 2026 года, 18:00",
        "Friday, 4 December 2026, 18:00",
    ]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, ("бүгін, 18:00", "сегодня, 18:00", "today, 18:00")),
        (1, ("ертең, 18:00", "завтра, 18:00", "tomorrow, 18:00")),
        (-1, ("кеше, 18:00", "вчера, 18:00", "yesterday, 18:00")),
        (3, ("3 күннен кейін, 4 желтоқсан", "через 3 дня, 4 декабря", "in 3 days, 4 December")),
        (-21, ("21 күн бұрын, 4 желтоқсан", "21 день назад, 4 декабря", "21 days ago, 4 December")),
        (12, ("12 күннен кейін, 4 желтоқсан", "через 12 дней, 4 декабря", "in 12 days, 4 December")),
    ],
)
def test_due_dates_say_how_far_they_are(days: int, words: tuple[str, ...]) -> None:
    now = DAY - timedelta(days=days)
    assert tuple(due_in_words(DAY, now, ALMATY, language) for language in LANGUAGES) == words


def test_a_letter_of_which_mail_can_not_say_the_address_still_names_its_reader(tmp_path: Path) -> None:
    box = Mailbox(tmp_path)
    for email in ("a..b@example.kz", "мектеп@example.kz", None):
        path = box.put(Addressee("p-00000001", "Reader", email), Letter("n", "Subject", "Body\n", DAY))
        assert b"To: Reader <" in path.read_bytes()
    assert len(box.letters("p-00000001")) == 1, "the same letter takes the same place"
    assert path.stat().st_mode & 0o077 == 0
    assert box.discard("p-00000001")
    assert not box.discard("p-00000001")
    with pytest.raises(ValueError):
        box.put(Addressee("../elsewhere"), Letter("n", "Subject", "Body\n", DAY))
