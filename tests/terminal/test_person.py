"""Persons from the command line: registered, seen, given rights, erased."""

from pathlib import Path

import pytest

from terminal import person_registering
from tests.terminal.calling import Calls
from tests.terminal.lists import person, started


def table(folder: Path, text: str) -> Path:
    path = folder / "people.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_person_is_registered_once_by_an_e_mail_address(kaskad: Calls) -> None:
    asked = ("person", "add", "--name", "Айгүл Ә.", "--email", "once@school.kz", "--lang", "kk")
    first = kaskad(*asked, "--json").json
    again = kaskad(*asked, "--json").json
    assert again == {"person": first["person"], "recorded": False, "first": None}
    other = kaskad("person", "add", "--name", "Somebody else", "--email", "once@school.kz", code=1)
    assert f"already belongs to person {first['person']}" in other.err


def test_what_is_kept_of_a_person_changes_and_the_log_does_not(kaskad: Calls) -> None:
    who = person(kaskad, "Мисспелт", "misspelt@school.kz")
    change = ("person", "change", "misspelt@school.kz")
    before = kaskad("audit", "verify", "--json").json["size"]
    changed = kaskad(*change, "--name", "Әсел", "--email", "right@school.kz", "--phone", "+7 701", "--json").json
    assert changed == {"person": who, "changed": ["name", "e-mail", "phone"]}
    assert "Nobody is registered" in kaskad(*change, "--lang", "ru", code=1).err
    assert f"Changed of {who}: phone, language." in kaskad("person", "change", who, "--phone", "", "--lang", "ru").out
    assert "Already done" in kaskad("person", "change", who, "--lang", "ru").out
    kept = kaskad("person", "show", "right@school.kz", "--json").json
    assert (kept["person"], kept["name"], kept["phone"], kept["language"]) == (who, "Әсел", None, "ru")
    assert kaskad("audit", "verify", "--json").json["size"] == before


def test_a_change_takes_the_right_but_for_ones_own_data(kaskad: Calls) -> None:
    who, other = person(kaskad, "Own", "own@school.kz"), person(kaskad, "Other", "taken@school.kz")
    asked = ("person", "change", who, "--email")
    assert "programme-manager" in kaskad(*asked, "new@school.kz", "--as", other, code=1).err
    assert "Changed of" in kaskad(*asked, "own2@school.kz", "--as", who).out
    assert f"belongs to person {other}" in kaskad(*asked, "taken@school.kz", code=1).err
    assert "name@place.kz" in kaskad(*asked, "nowhere", code=2).err
    assert "at least one letter" in kaskad("person", "change", who, "--name", "", code=2).err
    assert "Say what changes" in kaskad("person", "change", who, code=2).err
    assert kaskad("person", "show", who, "--json").json["email"] == "own2@school.kz"


def test_a_name_comes_back_as_it_went_in_and_stays_out_of_the_log(kaskad: Calls) -> None:
    name = "Қымбат \u200fأمينة\u200e Ұлжан"
    who = person(kaskad, name, "marks@school.kz")
    assert kaskad("person", "show", "marks@school.kz", "--json").json["name"] == name
    assert who in kaskad("person", "list", "--find", "қымбат").out
    written = (kaskad.home / "log" / "events.db").read_bytes()
    assert "Қымбат".encode() not in written
    assert b"marks@school.kz" not in written


def test_what_a_registry_cannot_keep_is_refused(kaskad: Calls) -> None:
    add = ("person", "add", "--name")
    assert "The name contains the character U+0007" in kaskad(*add, "a\x07b", code=2).err
    assert "at least one letter" in kaskad(*add, "123", code=2).err
    assert "at most 200 characters" in kaskad(*add, "a" * 201, code=2).err
    assert "name@place.kz" in kaskad(*add, "A", "--email", "nowhere", code=2).err
    kaskad(*add, "A", "--lang", "de", code=2)
    kaskad("person", "add", code=2)


def test_registering_takes_the_right_before_anything_is_kept(kaskad: Calls) -> None:
    stranger = person(kaskad, "Without rights")
    asked = ("person", "add", "--name", "Never kept", "--as", stranger)
    assert "programme-manager" in kaskad(*asked, code=1).err
    assert "Never kept" not in kaskad("person", "list").out


def test_a_table_of_people_is_reported_row_by_row(kaskad: Calls, tmp_path: Path) -> None:
    file = table(
        tmp_path, "name,email,phone,language\nBulk one,bulk1@school.kz,,kk\nBulk two,bulk2@school.kz,+7 701,ru\n"
    )
    first = kaskad("person", "add", "--file", file, "--json").json
    assert [each["result"] for each in first] == ["done", "done"]
    again = kaskad("person", "add", "--file", file, "--json").json
    assert [(each["person"], each["result"]) for each in again] == [(each["person"], "already done") for each in first]
    file = table(tmp_path, "name,email\nBulk three,bulk3@school.kz\nAnother,bulk1@school.kz\n")
    third = kaskad("person", "add", "--file", file, "--json", code=1).json
    assert [each["result"] for each in third] == ["done", "refused"]


def test_of_many_only_those_are_refused_who_are_known_otherwise(
    kaskad: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(person_registering, "_AT_ONCE", 2)
    person(kaskad, "Known before", "many-3@school.kz")
    rows = "".join(f"Person {number},many-{number}@school.kz\n" for number in range(5))
    told = kaskad("person", "add", "--file", table(tmp_path, f"name,email\n{rows}"), "--json", code=1).json
    assert [each["result"] for each in told] == ["done", "done", "done", "refused", "done"]
    assert [each["person"] is None for each in told] == [False, False, False, True, False]
    again = kaskad("person", "add", "--file", tmp_path / "people.csv", "--json", code=1).json
    assert {each["result"] for each in again} == {"already done", "refused"}


def test_a_table_given_again_registers_nobody_anew_who_has_no_address(kaskad: Calls, tmp_path: Path) -> None:
    rows = "No address,,,kk\nPhone alone,,+7 702,ru\nWith address,later@school.kz,,kk\n"
    asked = ("person", "add", "--file", table(tmp_path, f"name,email,phone,language\n{rows}"), "--json")
    first = kaskad(*asked).json
    kaskad("person", "change", first[1]["person"], "--email", "since-then@school.kz")
    again = kaskad(*asked).json
    assert [(each["person"], each["result"]) for each in again] == [(each["person"], "already done") for each in first]
    more = table(tmp_path, f"name,email,phone,language\nOne more without,,,kk\n{rows}")
    told = kaskad("person", "add", "--file", more, "--json").json
    assert [each["result"] for each in told] == ["done", *["already done"] * 3]


def test_of_two_people_of_one_name_nobody_is_taken_until_something_tells_them_apart(
    kaskad: Calls, tmp_path: Path
) -> None:
    first = person(kaskad, "Same Name", "same-1@school.kz")
    asked = ("person", "add", "--file", table(tmp_path, "name\nSame  name\nSomebody new\n"))
    told = kaskad(*asked, "--json", code=1).json
    assert [each["result"] for each in told] == ["refused", "done"]
    assert f"Of this name there is {first} already" in told[0]["why"]
    second = person(kaskad, "Same Name")
    third = person(kaskad, "Same Name")
    told = kaskad("person", "add", "--file", table(tmp_path, "name\nSame Name\n"), "--json", code=1).json
    assert ", ".join(sorted([first, second, third])) in told[0]["why"]
    kaskad("person", "add", "--file", table(tmp_path, "name,phone\nSame Name,+7 705\n"))


def test_two_rows_of_one_name_without_anything_else_are_refused(kaskad: Calls, tmp_path: Path) -> None:
    file = table(tmp_path, "name,phone\nTwin row,\nTwin row,+7 701 1\nTwin row,\n")
    told = kaskad("person", "add", "--file", file, code=2).out
    assert [line.split()[0] for line in told.splitlines()[1:]] == ["4"]
    assert "'Twin row' stands on row 2 already" in told
    assert "Twin row" not in kaskad("person", "list").out
    twice = table(tmp_path, "name,phone\nTwin row,\nTwin row,+7 701 1\n")
    assert kaskad("person", "add", "--file", twice).out.splitlines()[-1] == "2 done."
    assert kaskad("person", "add", "--file", twice).out.splitlines()[-1] == "2 already done."


def test_a_bad_table_of_people_is_refused_whole(kaskad: Calls, tmp_path: Path) -> None:
    file = table(tmp_path, "name,email\nNot taken,twice@school.kz\n123,x@school.kz\nNor this,twice@school.kz\n")
    ended = kaskad("person", "add", "--file", file, code=2)
    assert [line.split()[0] for line in ended.out.splitlines()[1:]] == ["3", "4"]
    assert "Not taken" not in kaskad("person", "list").out
    assert (
        "did you mean 'email'?" in kaskad("person", "add", "--file", table(tmp_path, "name,emial\na,b\n"), code=2).out
    )


def test_rights_are_granted_and_revoked_once(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    who = person(kaskad, "Coordinator at NIS")
    grant = ("person", "grant", who, "nis-coordinator", "--rollout", rollout_id)
    assert f"has the right nis-coordinator in {rollout_id}" in kaskad(*grant).out
    assert "Already done" in kaskad(*grant).out
    assert kaskad("person", "show", who, "--json").json["rights"] == [f"nis-coordinator in {rollout_id}"]
    everywhere = kaskad("person", "revoke", who, "nis-coordinator").out
    assert "Already done" in everywhere
    assert f"still has it in {rollout_id}" in everywhere
    assert "no longer has" in kaskad("person", "revoke", who, "nis-coordinator", "--rollout", rollout_id).out


def test_rights_that_there_are_not_are_told_with_the_nearest(kaskad: Calls) -> None:
    who = person(kaskad, "To be trusted")
    assert "did you mean 'auditor'?" in kaskad("person", "grant", who, "auditer", code=1).err
    assert "There is no person" in kaskad("person", "grant", "p-00000000", "auditor", code=1).err
    kaskad("person", "grant", who, "auditor", "--rollout", "nowhere", code=1)
    assert "operator" in kaskad("person", "grant", who, "auditor", "--as", who, code=1).err
    assert "only operator" in kaskad("person", "revoke", kaskad.operator, "operator", code=1).err


def test_the_list_and_the_page_call_things_alike_for_programs(kaskad: Calls) -> None:
    listed = {each["person"]: each for each in kaskad("person", "list", "--json").json}
    page = kaskad("person", "show", kaskad.operator, "--json").json
    assert {name: page[name] for name in listed[kaskad.operator]} == listed[kaskad.operator]
    assert "operator" in page["rights"]


def test_a_misspelt_address_is_told_the_nearest(kaskad: Calls) -> None:
    kaskad("person", "add", "--name", "Nearest", "--email", "nearest@school.kz")
    told = kaskad("person", "show", "naerest@school.kz", code=1).err
    assert told.rstrip().endswith("naerest@school.kz; did you mean 'nearest@school.kz'?")
    other = kaskad("person", "show", "q@school.kz", code=1).err
    assert other.rstrip().endswith("with the e-mail address q@school.kz.")


def test_a_page_shows_seats_and_duties(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    who = person(kaskad, "In several places")
    at = ("--rollout", rollout_id)
    kaskad("school", "seat", "school-1", "principal", "--person", who, *at)
    kaskad("school", "assign", "school-2", "--mentor", who, *at)
    page = kaskad("person", "show", who, "--json").json
    assert [(each["school"], each["seat"]) for each in page["seats"]] == [("school-1", "principal")]
    assert [(each["school"], each["duty"]) for each in page["duties"]] == [("school-2", "mentor")]
    assert "school-2" in kaskad("person", "show", who).out


def test_whoever_is_erased_leaves_seats_and_duties_that_are_named(
    kaskad: Calls, rollout_id: str, tmp_path: Path
) -> None:
    started(kaskad, rollout_id, tmp_path)
    who, other = person(kaskad, "Leaves a seat"), person(kaskad, "Comes after")
    at = ("--rollout", rollout_id)
    kaskad("school", "seat", "school-1", "principal", "--person", who, *at)
    kaskad("school", "assign", "school-2", "--mentor", who, *at)
    told = kaskad("person", "erase", who, "--yes").out
    free = f"school seat {rollout_id}/school-1 principal --free"
    give = f"school assign {rollout_id}/school-2 --duty mentor="
    assert f"kaskad {free} " in told
    assert f"kaskad {give}PERSON" in told
    kaskad(*free.split())
    kaskad(*f"{give}{other}".split())
    assert "still has" not in kaskad("person", "erase", who, "--yes").out


def test_whoever_is_erased_goes_from_the_texts_of_others_too(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    who = person(kaskad, "Жібекбаева Сара", "zhibek@school.kz")
    kaskad("school", "withdraw", f"{rollout_id}/school-1", "--reason", "жібекбаева кетті")
    asked = kaskad.apart("person", "erase", who, code=2, typed="").err
    assert "So will 1 text and 0 messages of others" in asked
    assert "and 1 text and 0 messages of others that showed them" in kaskad("person", "erase", who, "--yes").out
    assert kaskad("audit", "verify").out.startswith("Result")


def test_an_erased_person_is_gone_but_for_the_id(kaskad: Calls) -> None:
    who = person(kaskad, "To be forgotten", "forgotten@school.kz")
    assert "--yes" in kaskad.apart("person", "erase", who, code=2, typed="").err
    assert "are erased" in kaskad("person", "erase", who, "--yes").out
    assert "Already done" in kaskad("person", "erase", who, "--yes").out
    assert "has been erased" in kaskad("person", "show", who, code=1).err
    assert "Nobody is registered with" in kaskad("person", "show", "forgotten@school.kz", code=1).err
    assert f"{who}  (erased)" in kaskad("person", "list").out
    assert "To be forgotten" not in kaskad("person", "list").out
    assert "There is no person" in kaskad("person", "erase", "p-00000000", "--yes", code=1).err
    kaskad("person", "erase", person(kaskad, "Not by a stranger"), "--yes", "--as", who, code=1)
