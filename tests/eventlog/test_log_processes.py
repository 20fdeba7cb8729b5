"""Several processes on one log: none is lost to a reader, none is recorded twice, whoever is killed."""

import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from eventlog.database import sqlite_module
from eventlog.errors import LogUnavailable
from eventlog.log import open_log
from eventlog.verify import verify
from tests.eventlog.appends import append
from tests.eventlog.places import Place

ROOT = Path(__file__).parents[2]


def start(place: Place, name: str, appends: int, size: int, threads: int = 1) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.eventlog.writer", place.url, name, str(appends), str(size), str(threads)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize(("size", "appends", "threads"), [(1, 150, 4), (10, 60, 4), (100, 20, 2)])
def test_a_reader_that_follows_four_writers_misses_nothing(place: Place, size: int, appends: int, threads: int) -> None:
    log = place.open()
    writers = [start(place, f"w{number}", appends, size, threads) for number in range(4)]
    expected = 4 * appends * size * threads
    seen: list[int] = []
    deadline = time.monotonic() + 60
    while len(seen) < expected and time.monotonic() < deadline:
        page = log.read(after=seen[-1] if seen else 0, limit=500)
        seen.extend(record.position for record in page)
        if not page and all(writer.poll() is not None for writer in writers):
            break
    for writer in writers:
        writer.communicate(timeout=30)
        assert writer.returncode == 0
    assert len(seen) == expected
    assert seen == list(range(1, expected + 1))
    assert verify(log).is_sound


def test_a_killed_writer_loses_nothing_that_was_acknowledged(place: Place) -> None:
    log = place.open()
    chance = random.Random(7)
    acknowledged: list[str] = []
    for round_ in range(5):
        with start(place, f"k{round_}", 100_000, 2, 8) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            time.sleep(0.1 + chance.random() / 5)
            writer.kill()
            said = writer.stdout.read().split("\n")
        acknowledged.extend(said[:-1])  # what stands after the last end of line was cut off
    assert len(acknowledged) > 50
    for command_id in acknowledged:
        assert log.command(command_id) is not None
    counts: dict[str, int] = {}
    after = 0
    while page := log.read(after=after):
        after = page[-1].position
        for record in page:
            counts[record.command_id] = counts.get(record.command_id, 0) + 1
    assert set(counts.values()) == {2}  # each command whole, and once
    assert verify(log).is_sound


def test_processes_that_open_a_new_log_at_once_make_one(tmp_path: Path, empty_postgres: str) -> None:
    for url in (str(tmp_path / "new.db"), empty_postgres):
        place = Place(url)
        writers = [start(place, f"o{number}", 3, 1) for number in range(4)]
        for writer in writers:
            writer.communicate(timeout=30)
            assert writer.returncode == 0
        with open_log(url) as log:
            assert log.head().size == 12
            assert verify(log).is_sound


def test_threads_that_open_a_new_log_at_once_make_one(tmp_path: Path) -> None:
    def opened(_: int) -> int:
        with open_log(tmp_path / "log.db") as log:
            return log.head().size

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(opened, range(8))) == {0}


def test_a_log_that_another_is_about_to_make_is_waited_for_by_a_reader(tmp_path: Path) -> None:
    (tmp_path / "log.db").touch()
    maker = threading.Timer(0.3, lambda: open_log(tmp_path / "log.db").close())
    maker.start()
    with open_log(tmp_path / "log.db", read_only=True) as log:
        assert log.head().size == 0
    maker.join()


def test_whoever_reads_a_log_while_it_is_made_finds_it(tmp_path: Path) -> None:
    def opened(number: int) -> int:
        path = tmp_path / f"{number // 8}.db"
        path.touch()
        with open_log(path, read_only=bool(number % 8)) as log:
            return log.head().size

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(opened, range(80))) == {0}


def test_a_new_log_that_another_writes_to_is_waited_for(tmp_path: Path) -> None:
    # SQLite refuses to turn the file to a WAL at once then, however long the connection would wait.
    other = sqlite_module().connect(tmp_path / "log.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.3, other.execute, ["COMMIT"])
    timer.start()
    with open_log(tmp_path / "log.db") as log:
        assert log.head().size == 0
    timer.join()
    other.close()


def _writers() -> int:
    """In this process; a fixture of a whole run may have a log of its own open."""
    return [thread.name for thread in threading.enumerate()].count("eventlog-writer")


def test_a_file_opened_twice_in_one_process_has_one_writer(sqlite: Place) -> None:
    before = _writers()
    one, other = sqlite.open(), sqlite.open()
    assert one.append(append("rollout:a")).first == 1
    assert other.append(append("rollout:b")).first == 2
    assert _writers() == before + 1
    one.close()
    with pytest.raises(LogUnavailable, match="closed"):
        one.append(append("rollout:c"))
    assert other.append(append("rollout:c")).first == 3
    other.close()
    assert _writers() == before
    assert sqlite.open().append(append("rollout:d")).first == 4
