"""A coordinator works in Kazakh, a mentor in Russian: what commands print holds no English but names and options."""

from pathlib import Path

import pytest

from tests.terminal.calling import Calls, Ended
from tests.terminal.short import Short, start_short


@pytest.fixture(scope="module")
def short(kaskad: Calls, tmp_path_factory: pytest.TempPathFactory) -> Short:
    return start_short(kaskad, tmp_path_factory.mktemp("short"))


def kazakh(short: Short, *arguments: object, by: str | None = None, code: int | None = 0) -> Ended:
    return short(*arguments, by=by, code=code, KASKAD_LANG="kk")


def russian(short: Short, *arguments: object, by: str | None = None, code: int | None = 0) -> Ended:
    return short(*arguments, by=by, code=code, KASKAD_LANG="ru")


def test_tasks_are_listed_under_headings_of_the_language(short: Short) -> None:
    listed = ("task", "list", "--for", short.second)
    assert kazakh(short, *listed).out.split()[:4] == ["МЕКТЕП", "ТАПСЫРМА", "АТАУЫ", "КІМНЕН"]
    assert russian(short, *listed).out.split()[:4] == ["ШКОЛА", "ЗАДАЧА", "НАЗВАНИЕ", "КТО"]
    assert kazakh(short, *listed, "--json").json[0].keys() == short(*listed, "--json").json[0].keys()


def test_that_nothing_waits_is_told_in_the_language(short: Short) -> None:
    listed = ("task", "list", "--for", short.second, "--due", "overdue")
    assert kazakh(short, *listed).out == f"{short.second}: күтіп тұрған тапсырма жоқ.\n"
    assert russian(short, *listed).out == f"{short.second}: ожидающих задач нет.\n"


def test_a_task_is_done_once_in_the_language(short: Short) -> None:
    asked = ("task", "complete", short.first, "wish/greet")
    assert kazakh(short, *asked, by=short.lead).out.startswith("Орындалды: Танысу. (оқиға")
    assert kazakh(short, *asked, by=short.lead).out == "Бұл бұрын істелген; ештеңе жазылған жоқ.\n"
    assert russian(short, *asked, by=short.lead).out == "Это уже сделано; ничего не записано.\n"


def test_evidence_is_submitted_in_the_language(short: Short, tmp_path: Path) -> None:
    plan = tmp_path / "plan.txt"
    plan.write_text("мақсат", encoding="utf-8")
    said = kazakh(short, "evidence", "submit", short.first, "portfolio/plan", plan, by=short.lead).out
    assert said.startswith("Тапсырылды: ")
    assert ", 1 файл. (оқиға" in said
    listed = ("evidence", "list", short.first)
    assert russian(short, *listed).out.split()[:3] == ["ШКОЛА", "СВИДЕТЕЛЬСТВО", "ПОПЫТКА"]
    assert "сараптауда" in kazakh(short, *listed).out
    got = russian(short, "evidence", "get", short.first, "portfolio/plan", "--to", tmp_path / "got").out
    assert got.endswith("plan.txt  (байт: 12, проверено)\n")
    returned = ("evidence", "review", short.first, "portfolio/plan", "returned", "--remark", "неге?")
    assert russian(short, *returned, by=short.reviewer).out.startswith("Возвращено: ")
    assert "возвращено" in russian(short, *listed).out


def test_a_checkpoint_is_held_and_listed_in_the_language(short: Short) -> None:
    held = ("checkpoint", "hold", short.first, "--outcome", "needs_support")
    assert ", қолдау керек. (оқиға" in kazakh(short, *held, by=short.mentor).out
    listed = ("checkpoint", "list", short.first)
    assert russian(short, *listed).out.split()[:4] == ["ШКОЛА", "ШАГ", "НОМЕР", "ИТОГ"]
    assert "нужна поддержка" in russian(short, *listed).out


def test_an_english_sentence_ends_in_english(short: Short) -> None:
    said = kazakh(short, "rollout", "pause", short.id, "--reason", "flu").out
    kazakh(short, "rollout", "resume", short.id)
    assert "(event" in said
    assert "оқиға" not in said


def test_a_session_is_planned_moved_cancelled_and_listed_in_the_language(short: Short) -> None:
    planned = ("session", "plan", short.host, "training", "first-day", "--at", "2090-03-04 23:00")
    said = kazakh(short, *planned, by=short.trainers[0]).out
    assert said.startswith("Жоспарланды: ")
    assert "оқу күні емес; тыныш сағаттарда" in said
    named = ("trainers.training.first-day.1", "--rollout", short.id)
    moved = kazakh(short, "session", "move", *named, "--at", "2090-03-07 10:00", by=short.trainers[0]).out
    assert moved.startswith("Жаңа уақыты: ")
    assert russian(short, "session", "list", short.first).out.split()[:3] == ["СЕССИЯ", "НАЗВАНИЕ", "НАЧАЛО"]
    assert "запланирована" in russian(short, "session", "list", short.first).out
    cancelled = russian(short, "session", "cancel", *named, "--reason", "flu", by=short.trainers[0]).out
    assert cancelled.startswith("Отменено: trainers.training.first-day.1. (событи")


def test_a_school_is_shown_in_the_language_and_to_programs_as_ever(short: Short) -> None:
    shown = ("school", "show", short.second)
    said = russian(short, *shown).out
    assert said.startswith("Школа")
    assert {"Места", "Обязанности", "Шаги", "Открытые задачи"} <= set(said.splitlines())
    assert "идёт" in said
    assert {"Орындар", "Міндеттер", "Қадамдар"} <= set(kazakh(short, *shown).out.splitlines())
    assert kazakh(short, *shown, "--json").json["steps"][0].keys() == short(*shown, "--json").json["steps"][0].keys()
    assert [each["state"] for each in kazakh(short, *shown, "--json").json["steps"]] == [
        each["state"] for each in short(*shown, "--json").json["steps"]
    ]


def test_a_name_that_nobody_has_is_refused_in_the_language_with_the_nearest(short: Short) -> None:
    held = ("checkpoint", "hold", short.first, "--outcome", "on_track")
    said = russian(short, *held, "--step", "mentorin", by=short.mentor, code=1).err
    assert said == (
        f"kaskad: Нет такого: наставничество участника {short.first} 'mentorin'; может быть, 'mentoring'?\n"
    )
    assert "; мүмкін, '" in kazakh(short, "checkpoint", "list", f"{short.first}x", code=1).err
    assert russian(short, *held, by="p-00000000", code=1).err.startswith("kaskad: Человек 'p-00000000' не ")


def test_whoever_does_not_say_in_whose_name_is_told_so_in_the_language(short: Short) -> None:
    asked = ("task", "complete", short.first, "wish/greet")
    assert short(*asked, code=2, KASKAD_LANG="kk", KASKAD_AS="").err.startswith("kaskad: Бұл кімнің атынан")


def test_what_can_not_be_read_is_told_in_the_language_with_what_would_be_right(short: Short) -> None:
    first = short.first
    for asked, by, said in (
        (("task", "list", "--due", "soon"), None, "--due мыналардың бірін алады: overdue, today, week"),
        (("task", "list", "--for", "mentr"), None, "'mentr' деген адам да, мектеп те, рөл де жоқ; мүмкін, 'mentor'"),
        (("session", "list", first, "--for", short.second), None, "Бір мектепті атаңыз: "),
        (("session", "cancel", "first-day", "--reason", "flu"), short.trainers[0], "'first-day' — сессия емес; "),
        (("attendance", "first-day"), short.trainers[0], "Кімнің келгенін бір жолмен жазыңыз: --all-present"),
        (
            ("attendance", "first-day", "--absent", "lead"),
            short.trainers[0],
            "--absent: 'lead' SCHOOL:SEAT түрінде емес",
        ),
        (("evidence", "get", first, "portfolio/plan", "--attempt", "9"), None, "9-талпынысы жоқ; талпыныстар саны: 1."),
        (("deadline", "extend", first, "wish/greet", "--to", "soon", "--reason", "flu"), None, "'soon' — күн емес; "),
    ):
        ended = kazakh(short, *asked, by=by, code=None)
        assert ended.code in (1, 2)
        assert said in ended.err
    reviewed = ("evidence", "review", first, "portfolio/plan", "accepted", "--points", "plan")
    assert "'plan' — не CRITERION=N" in russian(short, *reviewed, by=short.reviewer, code=2).err
    assert "С адресом nobody@x.kz никто не" in russian(short, "task", "list", "--for", "nobody@x.kz", code=1).err


def test_a_task_is_shown_in_the_language_and_to_programs_as_ever(short: Short) -> None:
    shown = ("task", "show", short.second, "portfolio/plan/submit-1")
    said = " ".join(kazakh(short, *shown).out.split())
    assert "Күйі ашық" in said
    assert ", әрқайсысы ең көбі 100 байт" in said
    assert "Не істеу керек kaskad evidence submit" in said
    told, ever = russian(short, *shown, "--json").json, short(*shown, "--json").json
    assert {name for name in ever if told[name] != ever[name]} <= {"title", "role_title", "instructions"}
    done = " ".join(russian(short, "task", "show", short.first, "wish/greet").out.split())
    assert "Состояние выполнено" in done


def test_a_file_that_is_gone_and_a_server_that_is_away_are_told_in_the_language(short: Short, tmp_path: Path) -> None:
    gone = ("evidence", "submit", short.second, "portfolio/plan", tmp_path / "plan.pdf")
    assert kazakh(short, *gone, by=short.lead, code=2).err == f"kaskad: {tmp_path / 'plan.pdf'} файлы жоқ.\n"
    assert russian(short, *gone, by=short.lead, code=2).err == f"kaskad: Файла {tmp_path / 'plan.pdf'} нет.\n"
    asked = ("task", "complete", short.second, "wish/greet")
    away = short(*asked, code=3, KASKAD_LANG="ru", TEMPORAL_ADDRESS="127.0.0.1:1", KASKAD_CONNECT_TIMEOUT="1").err
    assert away.startswith("kaskad: Сервер Temporal по адресу 127.0.0.1:1 недоступен (")
    none = short(*asked, "--as", short.lead, code=1, KASKAD_LANG="kk", KASKAD_HOME=str(tmp_path)).err
    assert "деген жерде оқиғалар журналы жоқ; оны 'kaskad up' жасайды" in none


def test_a_bad_sheet_is_told_in_the_language_and_to_programs_as_ever(short: Short, tmp_path: Path) -> None:
    sheet = tmp_path / "team.csv"
    sheet.write_text("school,seat,persn\n", encoding="utf-8")
    asked = ("school", "seats", "--file", sheet)
    said = russian(short, *asked, code=2)
    assert said.out.splitlines()[0].split() == ["СТРОКА", "СТОЛБЕЦ", "ОШИБКА", "ПРАВИЛЬНО"]
    assert "1 persn нет такого столбца может быть, 'person'?" in " ".join(said.out.split())
    assert said.err.endswith("; ни одна строка не принята.\n")
    told = kazakh(short, *asked, "--json", code=2).out
    assert told == short(*asked, "--json", code=2).out


def test_what_came_of_many_rows_is_told_in_the_language(short: Short, tmp_path: Path) -> None:
    sheet = tmp_path / "team.csv"
    sheet.write_text(f"school,seat,person\n{short.first},lead,{short.lead}\n", encoding="utf-8")
    said = kazakh(short, "school", "seats", "--file", sheet, "--rollout", short.id).out.splitlines()
    assert said[0].split() == ["МЕКТЕП", "ОРЫН", "АДАМ", "НӘТИЖЕ", "СЕБЕБІ"]
    assert said[-1] == "бұрын орындалған: 1."


def test_schools_are_listed_in_the_language(short: Short) -> None:
    listed = kazakh(short, "school", "list", "--rollout", short.id).out
    assert listed.split()[:4] == ["МЕКТЕП", "АТЫ", "ДЕҢГЕЙ", "КҮЙІ"]
    assert "жүріп жатыр" in listed
