"""Whoever changes a log is found out: by its hashes, by what it means, or by the root that was noted earlier."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from activities.door import Door
from activities.organisation import ask_organisation
from audit.verifying import Verdict, read_mark, verify_log
from audit.views import rebuild
from domain.organisation.stream import ErasePerson
from eventlog.copy import copy_log
from eventlog.erasing import erase_persons
from eventlog.log import EventLog, open_log
from eventlog.views import VIEWS
from tests.audit.conftest import Story
from tests.audit.logged import OPERATOR
from tests.audit.tampering import Entry, at, change_byte, drop_last, opened, rewrite
from tests.domain.cascade import MANAGER


def verified(path: Path, against: str | None = None) -> Verdict:
    with open_log(path, read_only=True) as log:
        return verify_log(log, None if against is None else read_mark(against))


def codes(verdict: Verdict) -> set[str]:
    return {each.code for each in verdict.findings}


def position_of(log: EventLog, kind: str, nth: int = 0) -> int:
    return log.read(limit=10_000, kinds=(kind,))[nth].position


def test_a_log_as_it_was_written_is_sound_and_every_gate_was_evaluated_again(story: Story, log: EventLog) -> None:
    verdict = verify_log(log)
    assert verdict.findings == ()
    assert verdict.size == log.head().size
    assert verdict.root == log.head().root
    assert verdict.gates == len(log.read(limit=10_000, kinds=("GateOpened",)))
    assert verdict.gates > 20


def test_a_copy_on_a_medium_that_can_not_be_written_verifies_as_well(log: EventLog, tmp_path: Path) -> None:
    folder = tmp_path / "medium"
    folder.mkdir()
    path = folder / "copy.db"
    copy_log(log, path)
    path.chmod(0o400)
    folder.chmod(0o500)
    try:
        verdict = verified(path, f"{log.head().size}:{log.head().root}")
        assert sorted(each.name for each in folder.iterdir()) == ["copy.db"]
    finally:
        folder.chmod(0o700)
    assert verdict.is_sound


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            "UPDATE participants SET status = 'x', region = 'y' WHERE school = 'nis-semey'",
            "nis-semey .*: status, region",
        ),
        ("DELETE FROM facts WHERE name = 'certified' AND stream LIKE '%/astana-37'", "lacks .*astana-37 certified"),
        ("INSERT INTO persons VALUES ('organisation:other', 'p-1', 'known')", "persons has .* which no event gives"),
        ("DROP TABLE rights", "no such table: rights"),
    ],
)
def test_views_that_say_other_than_the_events_are_found(copied: Path, statement: str, sentence: str) -> None:
    with opened(copied) as connection:
        connection.execute(statement)
    verdict = verified(copied)
    assert codes(verdict) == {"view"}
    assert verdict.has_sound_events
    assert not verdict.is_sound
    assert re.search(sentence, verdict.findings[0].sentence), verdict.findings


def test_a_log_that_lost_all_of_its_views_is_told_from_a_copy_that_has_none(copied: Path) -> None:
    with opened(copied) as connection:
        for view in VIEWS:
            connection.execute(f"DELETE FROM {view}")
    verdict = verified(copied)
    assert [each.sentence for each in verdict.findings] == [
        "The log has lost all of its views; it is no auditor's copy."
    ]
    assert verdict.has_sound_events


def test_a_copy_whose_views_were_made_is_held_against_them(log: EventLog, tmp_path: Path) -> None:
    copy_log(log, tmp_path / "copy.db")
    with open_log(tmp_path / "copy.db") as copy:
        rebuild(copy)
    verdict = verified(tmp_path / "copy.db")
    assert verdict.is_sound
    assert verdict.views


def test_a_copy_has_no_views_to_look_at(log: EventLog, tmp_path: Path) -> None:
    copy_log(log, tmp_path / "copy.db")
    verdict = verified(tmp_path / "copy.db")
    assert verdict.is_sound
    assert not verdict.views


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("DELETE FROM texts WHERE id = 'correction-1'", "is gone, and nothing says that it was erased"),
        ("UPDATE texts SET body = NULL WHERE id = 'correction-1'", "is empty, and nothing says that it was erased"),
        (
            "UPDATE texts SET body = NULL, salt = NULL, erased_at = 1 WHERE id = 'correction-1'",
            "is empty as if p-manager0 had been erased, which no event says",
        ),
        (
            "UPDATE texts SET salt = NULL, person = NULL, erased_at = 1 WHERE id = 'correction-1'",
            "is empty as if nobody had been erased",
        ),
        (
            "UPDATE texts SET person = 'p-00000099' WHERE id = 'correction-1'",
            "is said to be of p-00000099, and p-manager0 gave it",
        ),
        ("DELETE FROM texts", "is gone, and nothing says that it was erased"),
    ],
)
def test_a_text_that_was_taken_away_is_told_from_one_that_was_erased(
    copied: Path, story: Story, statement: str, sentence: str
) -> None:
    with opened(copied) as connection:
        connection.execute(statement)
    found = verified(copied).findings
    assert {each.code for each in found} == {"text"}
    assert [sentence in each.sentence for each in found if each.position == story.correction] == [True]


def test_a_head_whose_root_is_no_bytes_is_found(copied: Path) -> None:
    with opened(copied) as connection:
        connection.execute("UPDATE head SET root = 'abc'")
    assert codes(verified(copied)) == {"head"}


@pytest.mark.parametrize(
    ("which", "also"),
    [
        ("position IN (60, 200)", {"version"}),
        ("position = 1", {"version"}),
        ("kind = 'RolloutStarted'", {"version"}),
        ("kind = 'ProgrammeAdopted'", {"version", "definition"}),
    ],
)
def test_what_hangs_on_a_missing_event_is_not_told_as_well(copied: Path, which: str, also: set[str]) -> None:
    with opened(copied) as connection:
        connection.execute(f"DELETE FROM events WHERE {which}")
    verdict = verified(copied)
    assert codes(verdict) == {"gap", "head"} | also
    assert verdict.faults <= 5


def test_a_changed_byte_is_found_where_it_stands(copied: Path, story: Story) -> None:
    change_byte(copied, story.checkpoint)
    verdict = verified(copied)
    assert "leaf" in codes(verdict)
    assert story.checkpoint in {each.position for each in verdict.findings}


def test_events_that_were_dropped_from_the_end_are_missed(copied: Path) -> None:
    drop_last(copied, 3)
    assert "head" in codes(verified(copied))


def test_a_log_that_was_rewritten_whole_is_found_out_by_the_root_noted_earlier_alone(
    copied: Path, story: Story, log: EventLog
) -> None:
    def another_account(entry: Entry) -> None:
        if entry["entered_by"] == "tester":
            entry["entered_by"] = "nobody"

    mark = verified(copied).mark
    rewrite(copied, another_account)
    assert verified(copied).is_sound
    assert codes(verified(copied, mark)) == {"rewritten"}


def test_a_log_that_is_shorter_than_the_one_noted_is_found_out(copied: Path) -> None:
    assert codes(verified(copied, f"100000:{'0' * 64}")) == {"shorter"}


def _first_reading(**change: object) -> Callable[[Entry], None]:
    def falsify(entry: Entry) -> None:
        entry["data"]["readings"][0].update(change)

    return falsify


def _data(**change: object) -> Callable[[Entry], None]:
    def falsify(entry: Entry) -> None:
        entry["data"].update(change)

    return falsify


@pytest.mark.parametrize(
    ("kind", "falsify", "sentence"),
    [
        ("GateOpened", _first_reading(value=99), "other facts than there were"),
        ("GateOpened", _first_reading(version=1), "other facts than there were"),
        ("GateOpened", _data(position=20), "without what its own stream said"),
        ("GateOpened", _data(position=100_000), "which is not before"),
        ("GateOpened", _data(rule={"fact": "seats.filled", "at_least": 1}), "not the one of the definition"),
        ("GateOpened", _data(gate="enter:nothing"), "has no gate"),
        ("ProgrammeAdopted", _data(digest="0" * 64), "digest is not that of the definition"),
        ("RolloutStarted", _data(definition="0" * 64), "had not been adopted"),
        ("TaskAsked", _data(colour="blue"), "more or other"),
        ("EvidenceSubmitted", _data(attempt="first"), "can't be read"),
    ],
)
def test_what_can_not_have_come_about_is_found_in_a_log_that_is_whole(
    copied: Path, log: EventLog, kind: str, falsify: Callable[[Entry], None], sentence: str
) -> None:
    position = position_of(log, kind)
    rewrite(copied, at(position, falsify))
    found = [each for each in verified(copied).findings if each.position == position]
    assert any(re.search(sentence, each.sentence) for each in found), found


def test_a_gate_that_would_be_shut_on_the_facts_is_found_when_a_fact_is_falsified(copied: Path, log: EventLog) -> None:
    """Somebody makes good, after the fact, what a certificate was given for: the gate tells."""

    def fewer_points(entry: Entry) -> None:
        if entry["kind"] == "EvidenceReviewed" and entry["data"]["points"]:
            entry["data"]["score"] = 0

    rewrite(copied, fewer_points)
    found = [each for each in verified(copied).findings if each.code == "gate"]
    certified = {each.position - 1 for each in log.read(limit=10_000, kinds=("Certified",))}
    assert any("is shut on the facts" in each.sentence for each in found)
    assert certified & {each.position for each in found}


def test_a_certificate_without_its_gate_is_found(copied: Path, log: EventLog) -> None:
    gate = position_of(log, "Certified") - 1

    def another_gate(entry: Entry) -> None:
        entry["kind"] = "DateCame"
        entry["data"] = {"at": entry["happened_at"], "kind": "DateCame"}

    rewrite(copied, at(gate, another_gate))
    assert any("its gate is shut" in each.sentence for each in verified(copied).findings)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"command_digest": "0" * 64}, "not the command that follows"),
        ({"actor": "clock"}, "not a command that the clock gives"),
        ({"happened_at": "2040-01-01T00:00:00Z"}, "after it was recorded"),
        ({"recorded_at": "9999-12-31T23:59:59Z"}, "before the event that stands before it"),
    ],
)
def test_a_consequence_that_does_not_follow_is_found(
    copied: Path, log: EventLog, change: dict[str, Any], sentence: str
) -> None:
    command = log.read(limit=10_000, kinds=("SessionBooked",))[0].command_id

    def falsify(entry: Entry) -> None:
        if entry["command_id"] == command:
            entry.update(change)

    rewrite(copied, falsify)
    assert any(sentence in each.sentence for each in verified(copied).findings)


def test_the_events_of_one_command_have_one_actor(copied: Path, log: EventLog) -> None:
    gate = position_of(log, "Certified")
    rewrite(copied, at(gate, lambda entry: entry.update(on_behalf_of="p-00000001")))
    assert any("on_behalf_of is not that of the other events" in each.sentence for each in verified(copied).findings)


def test_a_text_that_is_not_the_one_that_was_given_is_found(copied: Path, story: Story) -> None:
    with opened(copied) as connection:
        connection.execute("UPDATE texts SET body = 'the visit went well' WHERE id = 'correction-1'")
    found = verified(copied).findings
    assert [(each.code, each.position) for each in found] == [("text", story.correction)]


def test_an_erased_text_leaves_the_log_sound(copied: Path) -> None:
    command = ErasePerson(id="erase:1", actor=OPERATOR, person=MANAGER)
    with open_log(copied) as log:
        asyncio.run(ask_organisation(Door(log), command))
        assert erase_persons(log, [MANAGER]) == 1
    assert verified(copied).findings == ()


@pytest.mark.parametrize("text", ["", "12", "12:abc", "x:" + "0" * 64, "12:" + "g" * 64])
def test_a_mark_is_a_size_and_a_root(text: str) -> None:
    with pytest.raises(ValueError, match="SIZE:ROOT"):
        read_mark(text)
