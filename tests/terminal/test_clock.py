"""One clock for people, the programme's; programs get UTC."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.terminal.calling import Calls
from tests.terminal.lists import person, schools, started

ALMATY = ZoneInfo("Asia/Almaty")


def local(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(ALMATY):%Y-%m-%d %H:%M}"


def test_the_list_of_rollouts_has_the_clock_of_each(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    (told,) = (each for each in kaskad("rollout", "list", "--json").json if each["rollout"] == rollout_id)
    assert told["started"].endswith("Z")
    (line,) = (line for line in kaskad("rollout", "list").out.splitlines() if line.startswith(rollout_id + " "))
    assert local(told["started"]) in line


def test_the_screen_names_its_clock(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    log = kaskad("status", "--json").json["log"]
    assert {each["time_zone"] for each in log["rollouts"]} <= {"Asia/Almaty", "Asia/Qyzylorda"}
    zones = {each["time_zone"] for each in log["rollouts"]}
    shown = f"({zones.pop()})" if len(zones) == 1 else "(UTC)"
    assert shown in kaskad("status").out


def test_what_is_tried_out_falls_due_by_the_programme_s_clock(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    asked = ("rollout", "start", "nis-share", "--cohort", "2024", "--id", rollout_id, "--dry-run", "--schools")
    told = kaskad(*asked, schools(tmp_path), "--json").json["asked"]
    page = kaskad(*asked, schools(tmp_path)).out
    assert told
    assert all(each["first_due"].endswith("Z") and local(each["first_due"]) in page for each in told)


def test_due_dates_move_by_the_programme_s_clock(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    file = tmp_path / "calendar.json"
    calendar = kaskad("rollout", "calendar", "show", rollout_id, "--json").json
    due = kaskad("school", "show", "school-1", "--rollout", rollout_id, "--json").json["open_tasks"][0]["due"]
    flood = {"id": "flood", "title": {"kk": "Су", "ru": "Вода", "en": "Flood"}, "first": due[:10], "last": due[:10]}
    file.write_text(json.dumps({**calendar, "blackouts": [*calendar["blackouts"], flood]}), encoding="utf-8")
    change = ("rollout", "calendar", "set", file, "--rollout", rollout_id, "--reason", "Flood", "--dry-run")
    told = kaskad(*change, "--json").json["moved"]
    page = kaskad(*change).out
    assert told
    assert all(local(each["is_due"]) in page and each["is_due"].endswith("Z") for each in told)


def test_a_person_s_seats_are_taken_by_the_programme_s_clock(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    who = person(kaskad, "On time")
    kaskad("school", "seat", "school-1", "principal", "--person", who, "--rollout", rollout_id)
    (seat,) = kaskad("person", "show", who, "--json").json["seats"]
    assert local(seat["since"]) in kaskad("person", "show", who).out
