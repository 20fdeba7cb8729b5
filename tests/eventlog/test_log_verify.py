"""Whatever is done to a log behind its back shows in the audit."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from eventlog.copy import copy_log
from eventlog.errors import LogCorrupt
from eventlog.log import open_log
from eventlog.merkle import EMPTY_ROOT, leaf_hash
from eventlog.record import Record
from eventlog.verify import MOST_FINDINGS, Report, verify
from tests.eventlog.appends import append
from tests.eventlog.places import Place


def fill(place: Place, content: str = "", streams: int = 5) -> tuple[int, str]:
    log = place.open(rehearsal=True)
    for number in range(streams):
        log.append(append(f"rollout:{number}", size=3, command_id=f"a{number}{content}"))
        log.append(append(f"rollout:{number}", 3, command_id=f"b{number}{content}"))
    head = log.head()
    return head.size, head.root


def test_a_log_as_written_is_sound(place: Place) -> None:
    head = fill(place)
    seen: list[Record] = []
    report = verify(place.open(read_only=True), against=head, visit=seen.append)
    assert report == Report(20, head[1], (), 0)
    assert report.is_sound
    assert [record.position for record in seen] == list(range(1, 21))


def test_an_empty_log_is_sound(place: Place) -> None:
    report = verify(place.open(), against=(0, EMPTY_ROOT.hex()))
    assert report.is_sound
    assert report.size == 0


def test_a_log_of_many_pages_is_sound(place: Place) -> None:
    log = place.open()
    log.append(append("rollout:long", size=2500))
    assert verify(log).is_sound


CHANGED = "CAST(replace(CAST(entry AS TEXT), 'plan', 'plaN') AS BLOB)"

TAMPERS: dict[str, tuple[str, set[str]]] = {
    "a changed byte": (f"UPDATE events SET entry = {CHANGED} WHERE position = 7", {"leaf", "head"}),
    "a changed byte with its hash": (
        f"UPDATE events SET entry = {CHANGED}, leaf = leaf_hash({CHANGED}) WHERE position = 7",
        {"head"},
    ),
    "text for bytes": ("UPDATE events SET entry = CAST(entry AS TEXT) WHERE position = 7", {"entry"}),
    "another kind in the column": ("UPDATE events SET kind = 'Other' WHERE position = 7", {"column"}),
    "another instant in the column": ("UPDATE events SET happened_at = 1 WHERE position = 7", {"column"}),
    "a command that is not found": ("UPDATE events SET command = NULL WHERE position = 5", {"command"}),
    "another command": ("UPDATE events SET command = 17 WHERE position = 5", {"command"}),
    "an event too few": ("DELETE FROM events WHERE position = 7", {"gap", "version", "head"}),
    "the last events away": ("DELETE FROM events WHERE position > 16", {"head", "stream"}),
    "two events exchanged": (
        "UPDATE events SET position = CASE position WHEN 107 THEN 8 ELSE 7 END WHERE position IN (107, 108)",
        {"column", "version", "command", "head"},
    ),
    "another stream's name": ("UPDATE streams SET name = 'rollout:x' WHERE number = 2", {"column"}),
    "a stream too many": ("INSERT INTO streams VALUES (77, 'rollout:77')", {"stream"}),
    "another root": ("UPDATE head SET root = zeroblob(32)", {"head"}),
    "another frontier": ("UPDATE head SET frontier = zeroblob(64)", {"head"}),
    "another size": ("UPDATE head SET size = 21", {"head"}),
    "no head": ("DELETE FROM head", {"head"}),
    "a time without a zone": (
        "UPDATE events SET entry = CAST(replace(CAST(entry AS TEXT), 'Z\"', '\"') AS BLOB) WHERE position = 7",
        {"leaf", "entry", "version", "head"},
    ),
    "data without a bottom": (
        "UPDATE events SET entry = CAST(replace(CAST(entry AS TEXT), '\"data\":{', "
        "'\"data\":{\"a\":' || replace(hex(zeroblob(50000)), '0', '[')) AS BLOB) WHERE position = 7",
        {"leaf", "entry", "version", "head"},
    ),
    "not JSON": ("UPDATE events SET entry = x'78' WHERE position = 7", {"leaf", "entry", "version", "head"}),
}


@pytest.mark.parametrize("name", TAMPERS)
def test_a_log_that_was_tampered_with_is_found_out(sqlite: Place, name: str) -> None:
    fill(sqlite)
    sqlite.close()
    statement, codes = TAMPERS[name]
    tamper(
        Path(sqlite.url), "UPDATE events SET position = position + 100 WHERE position IN (7, 8)" * ("10" in statement)
    )
    tamper(Path(sqlite.url), statement)
    report = verify(sqlite.open(read_only=True))
    assert {finding.code for finding in report.findings} == codes
    assert not report.is_sound


@pytest.mark.parametrize("name", ["not JSON", "a time without a zone", "data without a bottom"])
def test_who_reads_an_event_that_is_none_is_sent_to_verify(sqlite: Place, name: str) -> None:
    fill(sqlite)
    sqlite.close()
    tamper(Path(sqlite.url), TAMPERS[name][0])
    with pytest.raises(LogCorrupt, match="kaskad audit verify"):
        sqlite.open(read_only=True).read()


def tamper(path: Path, statement: str) -> None:
    """Change the file as somebody with the file alone can: without the triggers."""
    connection = sqlite3.connect(path)
    connection.create_function("leaf_hash", 1, leaf_hash)
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for trigger, _ in triggers:
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.execute(statement or "SELECT 1")
    for _, sql in triggers:
        connection.execute(sql)
    connection.commit()
    connection.close()


def test_an_event_too_few_is_one_gap_however_much_comes_after_it(sqlite: Place) -> None:
    log = sqlite.open()
    log.append(append(size=MOST_FINDINGS + 500))
    sqlite.close()
    tamper(Path(sqlite.url), "DELETE FROM events WHERE position IN (7, 8, 9, 400)")
    report = verify(sqlite.open(read_only=True))
    assert [(each.code, each.position) for each in report.findings] == [
        ("gap", 10), ("version", 10), ("gap", 401), ("version", 401), ("head", None)
    ]  # fmt: skip
    assert report.findings[0].sentence == "Events 7 to 9 are missing."
    assert report.findings[2].sentence == "Event 400 is missing."


def test_the_first_event_of_a_command_may_be_missing_without_more_being_wrong(sqlite: Place) -> None:
    fill(sqlite)
    sqlite.close()
    tamper(Path(sqlite.url), "DELETE FROM events WHERE position = 5")
    report = verify(sqlite.open(read_only=True))
    assert {finding.code for finding in report.findings} == {"gap", "version", "head"}


def test_what_is_wrong_with_the_whole_is_told_however_many_events_are_wrong(sqlite: Place) -> None:
    log = sqlite.open()
    log.append(append(size=MOST_FINDINGS + 50))
    head = log.head()
    sqlite.close()
    tamper(Path(sqlite.url), "UPDATE events SET kind = 'Other'")
    tamper(Path(sqlite.url), "UPDATE head SET size = 7")
    report = verify(sqlite.open(read_only=True), against=(head.size + 1, head.root))
    assert {finding.code for finding in report.findings} == {"column", "head", "shorter"}


def test_a_log_without_its_head_is_read_all_the_same(sqlite: Place) -> None:
    size, root = fill(sqlite)
    sqlite.close()
    tamper(Path(sqlite.url), "DELETE FROM head")
    report = verify(sqlite.open(read_only=True))
    assert (report.size, report.root) == (size, root)
    assert [finding.sentence for finding in report.findings] == ["The log has lost its head."]


def test_one_flipped_bit_of_the_file_is_found_out(sqlite: Place, tmp_path: Path) -> None:
    fill(sqlite)
    log = sqlite.open()
    log.append(append("rollout:marked", actor="p-marked"))
    copy = tmp_path / "copy.db"
    copy_log(log, copy)
    whole = bytearray(copy.read_bytes())
    assert whole.count(b"p-marked") == 1
    whole[whole.index(b"p-marked") + 3] ^= 1
    copy.write_bytes(whole)
    with open_log(copy, read_only=True) as log:
        codes = {finding.code for finding in verify(log).findings}
    assert {"leaf", "head"} <= codes


def test_a_root_noted_earlier_shows_up_a_log_that_was_rewritten_whole(tmp_path: Path) -> None:
    first, second = Place(str(tmp_path / "first.db")), Place(str(tmp_path / "second.db"))
    noted = fill(first, streams=3)
    fill(second, content="rewritten", streams=3)
    log = second.open()
    log.append(append("rollout:more"))
    assert verify(log).is_sound
    report = verify(log, against=noted)
    assert [finding.code for finding in report.findings] == ["rewritten"]
    honest = first.open()
    honest.append(append("rollout:more"))
    assert verify(honest, against=noted).is_sound
    first.close()
    second.close()


def test_a_log_shorter_than_noted_is_found_out(place: Place) -> None:
    size, root = fill(place)
    report = verify(place.open(), against=(size + 1, root))
    assert [finding.code for finding in report.findings] == ["shorter"]


def test_a_log_that_is_wrong_throughout_is_described_in_bounded_space(sqlite: Place) -> None:
    sqlite.open().append(append(size=MOST_FINDINGS + 50))
    sqlite.close()
    tamper(Path(sqlite.url), "UPDATE events SET kind = 'Other'")
    report = verify(sqlite.open(read_only=True))
    assert len(report.findings) == MOST_FINDINGS
    assert report.faults == MOST_FINDINGS + 50


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"not a database at all" * 500),
        lambda path: path.write_bytes(b""),
        lambda path: sqlite3.connect(path).execute("CREATE TABLE other (x)").connection.close(),
    ],
    ids=["noise", "empty", "another-database"],
)
def test_a_file_that_is_not_a_log_is_said_to_be_none(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    path = tmp_path / "other.db"
    spoil(path)
    with pytest.raises(LogCorrupt):
        open_log(path, read_only=True)
