"""A writer goes on from the end of the log as it left it; whoever wrote in between is noticed all the same."""

import subprocess
import sys
from pathlib import Path

import pytest

from eventlog.checkpointer import Checkpointer, copy_in_rounds
from eventlog.database import Database
from eventlog.errors import CommandConflict, VersionConflict
from eventlog.log import EventLog
from eventlog.record import Receipt
from eventlog.verify import verify
from tests.eventlog.appends import append
from tests.eventlog.places import Place

ROOT = Path(__file__).parents[2]
_ELSEWHERE = (
    "import sys; from eventlog.log import open_log; from tests.eventlog.appends import append\n"
    "url, stream, expected, name = sys.argv[1:]\n"
    "with open_log(url) as log: log.append(append(stream, int(expected), command_id=name))"
)


def append_elsewhere(place: Place, stream: str, expected: int, command_id: str) -> None:
    """By another process, with a writer of its own."""
    command = [sys.executable, "-c", _ELSEWHERE, place.url, stream, str(expected), command_id]
    subprocess.run(command, cwd=ROOT, check=True)


def test_what_another_process_appended_is_noticed(place: Place) -> None:
    log = place.open()
    log.append(append("rollout:a"))
    append_elsewhere(place, "rollout:b", 0, "elsewhere-1")
    append_elsewhere(place, "rollout:a", 1, "elsewhere-2")
    assert log.append(append("rollout:c")).first == 4
    with pytest.raises(VersionConflict, match="is at version 2"):
        log.append(append("rollout:a", 1))
    assert log.append(append("rollout:a", 2)) == Receipt(5, 5, 3, log.read(after=4)[0].command_id)
    assert verify(log).is_sound


def test_a_conflict_is_never_told_from_memory_alone(place: Place) -> None:
    log = place.open()
    log.append(append("rollout:a"))
    append_elsewhere(place, "rollout:a", 1, "elsewhere")
    assert log.append(append("rollout:a", 2)).version == 3


def test_what_another_process_recorded_is_known_by_its_command(place: Place) -> None:
    log = place.open()
    log.append(append("rollout:a"))
    append_elsewhere(place, "rollout:a", 1, "once")
    again = log.append(append("rollout:a", 1, command_id="once"))
    assert (again.first, again.repeated) == (2, True)


def test_a_command_that_was_recorded_is_known_also_at_the_newest_version(log: EventLog) -> None:
    first = log.append(append("rollout:a", command_id="once"))
    again = log.append(append("rollout:a", 1, command_id="once"))
    assert (again.first, again.repeated) == (first.first, True)
    assert log.head().size == 1


def test_a_command_of_another_stream_is_a_conflict_and_fails_nobody_else(log: EventLog) -> None:
    log.append(append("rollout:a", command_id="once"))
    log.append(append("rollout:b"))
    together = [
        append("rollout:b", 1),
        append("rollout:b", 2, command_id="once", content="other"),
        append("rollout:c"),
    ]
    good, bad, other = [log.submit(each) for each in together]
    assert good.result(10).version == 2
    with pytest.raises(CommandConflict):
        bad.result(10)
    assert other.result(10).version == 1
    assert verify(log).is_sound


def test_a_log_that_is_written_without_a_pause_keeps_its_write_ahead_log_short(
    sqlite: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventlog.checkpointer._ROWS", 50)
    monkeypatch.setattr("eventlog.checkpointer._LONG", 200)
    log = sqlite.open()
    lengths: list[int] = []
    while len(lengths) < 2000 and len(set(lengths[-40:])) != 1:
        log.append(append("rollout:a", len(lengths) * 40, size=40))
        lengths.append(Path(f"{sqlite.url}-wal").stat().st_size if len(lengths) > 40 else len(lengths))
    assert len(lengths) < 2000  # it began anew, and does not grow any more
    assert verify(log).is_sound


class Rounds:
    """A connection on which each round finds so many pages, and copies them all."""

    def __init__(self, *pages: int) -> None:
        self.pages = iter(pages)

    def execute(self, _: str) -> "Rounds":
        return self

    def fetchone(self) -> tuple[int, int, int]:
        found = next(self.pages)
        return 0, found, found


def test_the_writer_is_left_what_comes_in_a_short_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventlog.checkpointer._LONG", 200)
    monkeypatch.setattr("eventlog.checkpointer._LITTLE", 10)
    monkeypatch.setattr("eventlog.checkpointer._MOST_ROUNDS", 4)
    assert not copy_in_rounds(Rounds(199))
    assert copy_in_rounds(Rounds(300, 320, 330))
    assert not copy_in_rounds(Rounds(300, 320, 340, 360))


def test_what_a_checkpointer_meets_is_left_to_the_writer(sqlite: Place) -> None:
    sqlite.open().append(append())
    database = Database(sqlite.url)
    checkpointer = Checkpointer(database)
    sqlite.close()
    Path(sqlite.url).unlink()
    checkpointer.note(1_000_000)
    checkpointer.close()
    database.close()
