"""A rollout seen, followed, paused, resumed, closed, and its calendar changed."""

import json
import signal
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from tests.terminal.calling import COMMAND, Calls
from tests.terminal.lists import person, started


def test_the_tree_shows_everybody_and_in_a_pipe_whole(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    drawn = kaskad("rollout", "show", rollout_id).out.splitlines()
    assert drawn[0].startswith(f"{rollout_id}  NIS/SHARE, cohort 2024, running since")
    assert [line.split()[1] for line in drawn[-3:]] == ["school-1", "school-2", "school-3"]
    assert not any(line.endswith("…") for line in drawn)
    assert len(kaskad("rollout", "show", rollout_id, "--depth", 1).out.splitlines()) == len(drawn) - 3
    whole = kaskad("rollout", "show", rollout_id, "--json").json
    assert [each["parent"] for each in whole["participants"]].count(f"{rollout_id}/trainers") == 3


def test_the_tree_speaks_kazakh_where_that_is_the_language(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    assert "Мектеп, school-1" in kaskad("rollout", "show", rollout_id, KASKAD_LANG="kk").out


def test_a_log_alone_is_enough_to_see_a_rollout(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    log = kaskad.home / "log" / "events.db"
    here: dict[str, Any] = {"KASKAD_HOME": str(tmp_path / "elsewhere"), "KASKAD_AS": ""}
    seen = kaskad("rollout", "show", rollout_id, "--log", log, **here).out
    assert seen == kaskad("rollout", "show", rollout_id).out
    assert rollout_id in kaskad("rollout", "list", "--log", log, **here).out
    assert "forming team" in kaskad("school", "show", "school-1", "--rollout", rollout_id, "--log", log, **here).out
    assert "There is no event log" in kaskad("rollout", "list", "--log", tmp_path / "no.db", code=1, **here).err


def test_an_unknown_rollout_is_told_with_the_nearest(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, f"{rollout_id}-semey", tmp_path)
    assert f"did you mean '{rollout_id}-semey'?" in kaskad("rollout", "show", f"{rollout_id}-semy", code=1).err


def test_a_pause_stops_the_work_and_a_resume_says_what_it_moved(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    assert "Paused" in kaskad("rollout", "pause", rollout_id, "--reason", "Су тасқыны").out
    assert "Already done" in kaskad("rollout", "pause", rollout_id, "--reason", "Су тасқыны").out
    told = kaskad("rollout", "resume", rollout_id, "--json").json
    paused, resumed = (happened_at(kaskad, rollout_id, kind) for kind in ("RolloutPaused", "RolloutResumed"))
    assert told["seconds"] == int((resumed - paused).total_seconds())
    assert told["due_dates_moved"] == 0, "it was over on the day on which it began"
    assert "Already done" in kaskad("rollout", "resume", rollout_id).out


def happened_at(kaskad: Calls, rollout: str, kind: str) -> datetime:
    (event,) = kaskad("audit", "log", "--rollout", rollout, "--kind", kind, "--json").json
    return datetime.fromisoformat(event["happened_at"])


def test_a_rollout_under_way_is_closed_by_force_alone(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    asked = ("rollout", "close", rollout_id, "--reason", "The end")
    assert "4 participants are still under way" in kaskad(*asked, code=1).err
    assert "Әлі жүріп жатқан қатысушылар саны: 4" in kaskad(*asked, code=1, KASKAD_LANG="kk").err
    assert "Участников, которые ещё не закончили: 4" in kaskad(*asked, code=1, KASKAD_LANG="ru").err
    kaskad(*asked, "--force")
    assert "Already done" in kaskad(*asked, "--force").out
    assert "is closed" in kaskad("rollout", "pause", rollout_id, "--reason", "x", code=1).err


def test_steering_is_for_the_programme_manager(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    stranger = person(kaskad, "A stranger to steering")
    refused = kaskad("rollout", "pause", rollout_id, "--reason", "x", "--as", stranger, code=1)
    assert "programme-manager" in refused.err
    empty = kaskad("rollout", "pause", rollout_id, "--reason", " ", code=2).err
    assert "The reason is empty; write at least a word." in empty
    assert "control character" in kaskad("rollout", "pause", rollout_id, "--reason", "a\x07", code=2).err
    assert "at most 4,000" in kaskad("rollout", "pause", rollout_id, "--reason", "a" * 4001, code=2).err


def test_a_changed_calendar_moves_due_dates_and_says_which(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    file = tmp_path / "calendar.yaml"
    file.write_text(kaskad("rollout", "calendar", "show", rollout_id, "--yaml").out, encoding="utf-8")
    asked = ("rollout", "calendar", "set", file, "--rollout", rollout_id, "--reason", "Flood")
    assert "in force already" in kaskad(*asked).out
    calendar = yaml.safe_load(file.read_text(encoding="utf-8"))
    due = kaskad("school", "show", "school-1", "--rollout", rollout_id, "--json").json["open_tasks"][0]["due"]
    flood = {"id": "flood", "title": {"kk": "Су", "ru": "Вода", "en": "Flood"}, "first": due[:10], "last": due[:10]}
    file.write_text(json.dumps({**calendar, "blackouts": [*calendar["blackouts"], flood]}), encoding="utf-8")
    would = kaskad(*asked, "--dry-run", "--json").json["moved"]
    assert {each["school"] for each in would} == {"school-1", "school-2", "school-3"}
    assert kaskad(*asked, "--json").json["moved"] == would
    assert all(each["is_due"] > each["was_due"] for each in would)
    assert "flood" in kaskad("rollout", "calendar", "show", rollout_id).out
    assert kaskad("rollout", "calendar", "show", rollout_id, "--json").json["blackouts"][-1] == flood


def test_a_bad_calendar_is_refused_with_its_lines(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    file = tmp_path / "calendar.yaml"
    file.write_text(
        "terms:\n"
        "  - {id: one, title: {kk: a, ru: b, en: c}, first: 2026-09-01, last: 2026-10-25}\n"
        "  - {id: two, title: {kk: a, ru: b, en: c}, first: 2026-10-20, last: 2026-12-25}\n",
        encoding="utf-8",
    )
    asked = ("rollout", "calendar", "set", file, "--rollout", rollout_id, "--reason", "x")
    assert f"{file}:3:" in kaskad(*asked, code=2).err
    file.write_text("terms: []\nworkdays: [mon]\nholidays:\n  - {id: one, first: 2026-09-99}\n", encoding="utf-8")
    told = kaskad(*asked, code=2).err
    assert ":2:1: workdays: is no known key; did you mean 'working_days'?" in told
    assert ":4:" in told
    assert "cannot be read" in kaskad("rollout", "calendar", "set", tmp_path / "no.yaml", *asked[4:], code=2).err


def test_watching_prints_events_in_a_pipe(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    seen = kaskad("rollout", "watch", rollout_id, "--for", 0.1).out
    assert seen.startswith(rollout_id)


def test_watching_ends_cleanly_at_ctrl_c(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    watching = subprocess.Popen(
        [COMMAND, "rollout", "watch", rollout_id], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**kaskad.environment, "PATH": ""},
    )  # fmt: skip
    assert watching.stdout is not None
    assert watching.stdout.readline().startswith(rollout_id)
    kaskad("rollout", "pause", rollout_id, "--reason", "To be seen")
    lines: list[str] = []
    while not any("RolloutPaused" in line for line in lines):
        lines.append(watching.stdout.readline())
        assert lines[-1], "the watch ended"
    watching.send_signal(signal.SIGINT)
    out, err = watching.communicate(timeout=20)
    assert watching.returncode == 0
    assert "Stopped watching" in out
    assert err == ""


def test_whoever_acts_is_named_by_an_address_too(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    address = f"manager@{rollout_id}.example"
    manager = str(kaskad("person", "add", "--name", "Manager", "--email", address, "--json").json["person"])
    kaskad("person", "grant", manager, "programme-manager", "--rollout", rollout_id)
    kaskad("rollout", "pause", rollout_id, "--reason", "Flood", "--as", address)
    kaskad("school", "seat", f"{rollout_id}/school-1", "principal", "--person", manager, "--as", address)
    (event,) = kaskad("audit", "log", "--kind", "RolloutPaused", "--rollout", rollout_id, "--json").json
    assert event["actor"] == manager


def test_whoever_acts_and_is_not_known_is_told_with_the_nearest(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    misspelt = kaskad.operator[:-1] + ("0" if kaskad.operator[-1] != "0" else "1")
    pause = ("rollout", "pause", rollout_id, "--reason", "Flood", "--as")
    assert f"There is no person '{misspelt}'; did you mean" in kaskad(*pause, misspelt, code=1).err
    assert "There is no person 'nobody'" in kaskad(*pause, "nobody", code=1).err
    assert "Nobody is registered with the e-mail address a@b.kz" in kaskad(*pause, "a@b.kz", code=1).err
