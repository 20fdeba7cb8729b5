"""A log that somebody forged is told as that, by every command that reads it, and never as a fault of the product."""

from pathlib import Path

import pytest

from eventlog.errors import LogCorrupt, LogUnavailable
from eventlog.log import EventLog, open_log
from terminal.unsound import blamed
from tests.audit.tampering import opened
from tests.terminal.calling import Calls

DATA = "CAST(json_set(CAST(entry AS TEXT), '$.data', json('{}')) AS BLOB)"
FORGED = {
    "entry as text": "UPDATE events SET entry = CAST(entry AS TEXT) WHERE position = 60",
    "entry as a number": "UPDATE events SET entry = 7 WHERE position = 60",
    "no entry": "UPDATE events SET entry = NULL WHERE position = 60",
    "leaf as text": "UPDATE events SET leaf = hex(leaf) WHERE position = 60",
    "version as text": "UPDATE events SET version = 'abc' WHERE position = 60",
    "position below all": "UPDATE events SET position = -5 WHERE position = 60",
    "kind that is not text": "UPDATE events SET kind = CAST(x'ff41' AS TEXT) WHERE position = 60",
    "data without its fields": f"UPDATE events SET entry = {DATA.format('{}')} WHERE kind = 'RolloutStarted'",
    "data that are a list": f"UPDATE events SET entry = {DATA.format('[1]')} WHERE kind = 'TaskAsked'",
    "enrolments missing": "DELETE FROM events WHERE kind = 'Enrolled'",
    "definition missing": "DELETE FROM events WHERE kind = 'ProgrammeAdopted'",
    "stream without a name": "UPDATE streams SET name = NULL WHERE name LIKE '%/nis-semey'",
    "stream of another name": "UPDATE streams SET name = 'rubbish' WHERE name LIKE '%/nis-semey'",
    "size as text": "UPDATE head SET size = 'abc'",
    "root as a number": "UPDATE head SET root = 7",
    "head without its time": "UPDATE head SET recorded_at = 'abc'",
    "view with no time": "UPDATE participants SET certified_at = 'abc'",
    "view beyond all time": "UPDATE dues SET due_at = 9223372036854775807",
    "view that is no JSON": "UPDATE rollouts SET title = 7",
    "view rows missing": "DELETE FROM participants WHERE school = 'nis-semey'",
    "view missing": "DROP TABLE rights",
}
COMMANDS = (
    ("audit", "log", "--school", "nis-semey"),
    ("audit", "log", "--from", "2025-01-01", "--json"),
    ("audit", "replay", "nis-semey", "--at", "2025-10-15"),
    ("audit", "replay", "nis-share-2024", "--json"),
    ("audit", "diff", "nis-semey", "--from", "2025-01-01"),
    ("audit", "explain", "certify", "nis-semey"),
    ("audit", "export", "EXPORT"),
    ("audit", "export", "--format", "csv", "TABLE"),
    ("audit", "copy", "COPY"),
    ("views", "check"),
    ("views", "rebuild"),
    ("rollout", "show"),
    ("rollout", "list"),
    ("task", "list", "--for", "nis-semey"),
)


def forge(path: Path, statement: str) -> None:
    with opened(path) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '') WHERE type = 'table'")
    with opened(path) as connection:
        connection.execute(statement)


@pytest.mark.parametrize("how", FORGED)
def test_every_command_tells_what_is_wrong_in_a_sentence(how: str, copied: Path, tmp_path: Path) -> None:
    forge(copied, FORGED[how])
    calls = Calls(tmp_path / "home", "p-nobody00")
    assert calls("audit", "verify", "--log", copied, code=1).out.count("\n") > 5
    for command in COMMANDS:
        arguments = [tmp_path / each if each.isupper() else each for each in command]
        ended = calls(*arguments, "--log", copied, code=None)
        assert ended.code in (0, 1), (command, ended.err)
        assert ended.code == 0 or ended.out or ended.err.startswith(("kaskad: ", "{"))


@pytest.mark.parametrize("how", ["entry as text", "entry as a number", "leaf as text"])
@pytest.mark.parametrize("command", ["copy", "export"])
def test_what_takes_the_log_away_says_where_it_is_wrong(how: str, command: str, copied: Path, tmp_path: Path) -> None:
    forge(copied, FORGED[how])
    calls = Calls(tmp_path / "home", "p-nobody00")
    told = calls("audit", command, tmp_path / "taken", "--log", copied, code=1).err
    assert told.startswith("kaskad: This log is not as it was written. Event 60: The ")
    assert [each.name for each in tmp_path.iterdir() if "taken" in each.name] == []


def test_what_a_view_holds_in_the_place_of_a_time_is_told_before_it_is_shown(copied: Path, tmp_path: Path) -> None:
    """Open tasks are shown after the log was closed."""
    with opened(copied) as connection:
        connection.execute(
            "INSERT INTO tasks SELECT stream, 'x', rollout, participant, tier, NULL, 'work', 'lead', NULL,"
            " 'abc', 'def', 'open', NULL FROM participants"
        )
    calls = Calls(tmp_path / "home", "p-nobody00")
    for command in (("rollout", "show"), ("task", "list", "--for", "nis-semey")):
        told = calls(*command, "--log", copied, code=1).err
        assert "A row of the view tasks has no time in" in told
        assert "kaskad views rebuild" in told
    calls("views", "rebuild", "--log", copied)
    calls("rollout", "show", "--log", copied)


def test_a_head_that_says_too_few_events_is_what_is_told_of_and_not_what_was_asked(
    copied: Path, tmp_path: Path
) -> None:
    calls = Calls(tmp_path / "home", "p-nobody00")
    for size, says in ((40, "number 40, and there is an event 60."), (0, "number 0, and there is an event 1.")):
        forge(copied, f"UPDATE head SET size = {size}")
        for moments in (("diff", "nis-semey", "--from", 60), ("replay", "nis-semey", "--at", 60)):
            told = calls("audit", *moments, "--log", copied, code=1).err
            assert "This log is not as it was written. Its head says" in told
            assert says in told


@pytest.mark.parametrize(
    "forged",
    [
        "UPDATE head SET size = size - 1",
        "UPDATE head SET size = size + 1",
        "DELETE FROM events WHERE position = (SELECT size FROM head)",
    ],
)
@pytest.mark.parametrize("command", [("log",), ("export", "TAKEN"), ("export",), ("copy", "TAKEN")])
def test_a_head_that_tells_of_more_or_fewer_events_is_not_passed_on(
    forged: str, command: tuple[str, ...], copied: Path, tmp_path: Path
) -> None:
    forge(copied, forged)
    calls = Calls(tmp_path / "home", "p-nobody00")
    asked = [tmp_path / each if each.isupper() else each for each in command]
    told = calls.apart("audit", *asked, "--log", copied, code=1)
    assert told.out == ""
    assert told.err.startswith("kaskad: This log is not as it was written. Its head ")
    assert "'kaskad audit verify' tells all of it." in told.err
    assert not [each.name for each in tmp_path.iterdir() if "TAKEN" in each.name]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_a_head_of_another_root_is_not_passed_on_by_an_export(form: str, copied: Path, tmp_path: Path) -> None:
    forge(copied, f"UPDATE head SET root = x'{'ab' * 32}'")
    calls = Calls(tmp_path / "home", "p-nobody00")
    for file in ([tmp_path / "TAKEN"], []):
        told = calls.apart("audit", "export", "--format", form, *file, "--log", copied, code=1).err
        assert told.startswith("kaskad: This log is not as it was written. Its head has another root than the leaves")
        assert "ab" * 32 not in told
    assert not [each.name for each in tmp_path.iterdir() if "TAKEN" in each.name]


def test_an_event_that_is_gone_from_the_middle_is_not_passed_on(copied: Path, tmp_path: Path) -> None:
    forge(copied, "DELETE FROM events WHERE position = 60")
    calls = Calls(tmp_path / "home", "p-nobody00")
    for command in ("export", "copy"):
        told = calls("audit", command, tmp_path / "TAKEN", "--log", copied, code=1).err
        assert "Event 60 is missing." in told


def test_a_fault_of_ours_stays_one_on_a_log_that_is_sound(log: EventLog) -> None:
    with pytest.raises(KeyError), blamed(log):
        raise KeyError("ours")


def test_a_fault_on_a_forged_log_is_told_by_what_is_wrong_with_the_log(copied: Path) -> None:
    forge(copied, FORGED["entry as text"])
    with open_log(copied, read_only=True) as log:
        with pytest.raises(LogCorrupt, match="Event 60: The entry is not stored as bytes"), blamed(log):
            raise KeyError("theirs")
        with pytest.raises(LogUnavailable, match="away"), blamed(log):
            raise LogUnavailable("away")
