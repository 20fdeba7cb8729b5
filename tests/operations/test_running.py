"""Backup, restore and recover against a running stack, as an operator calls them."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from eventlog.log import open_log
from runtime.embedded import EmbeddedServer
from tests.terminal.calling import Calls, stack_on

pytestmark = [pytest.mark.server, pytest.mark.slow]

SCHOOLS = "school,tier,name_kk,name_ru,name_en,region,language\n" + "".join(
    f"school-{number},intellectual-school,м,ш,School {number},Astana,both\n" for number in range(3)
)


@pytest.fixture(scope="module")
def kaskad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calls]:
    """A stack of its own: its log is replaced under it."""
    folder = tmp_path_factory.mktemp("running")
    schools = folder / "schools.csv"
    schools.write_text(SCHOOLS)
    with stack_on(folder / "var") as calls:
        calls.apart("rollout", "start", "nis-share", "--cohort", "2024", "--schools", schools)
        yield calls


def mark_of(calls: Calls) -> str:
    return str(calls.apart("audit", "verify", "--json").json["mark"])


def settled(calls: Calls) -> None:
    with open_log(calls.home / "log" / "events.db", read_only=True) as log:
        assert log.followups.count() == 0


def test_recover_done_twice_changes_nothing(kaskad: Calls) -> None:
    kaskad.apart("recover")
    before = mark_of(kaskad)
    said = kaskad.apart("recover", "--json").json
    assert said.pop("streams_under_way") == 5
    assert said == {"started": 0, "brought_up_to_date": 0, "ended": 0, "moved": 0, "changed": False}
    assert mark_of(kaskad) == before


def test_recover_makes_everything_anew_and_the_rollout_goes_on(kaskad: Calls) -> None:
    said = kaskad.apart("recover", "--anew", "--json").json
    assert (said["started"], said["ended"]) == (5, 5)
    assert kaskad.apart("recover", "--json").json["changed"] is False


def test_a_backup_comes_back_under_the_running_stack_and_everything_goes_on(kaskad: Calls, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    kaskad.apart("person", "add", "--name", "Qqzxwv Jjkqxz")
    persons = {each["name"]: each["person"] for each in kaskad.apart("person", "list", "--json").json}
    person = persons["Qqzxwv Jjkqxz"]
    mark = kaskad.apart("backup", folder, "--json").json["mark"]
    assert "replaces nothing" in kaskad.apart("backup", folder, code=1).err
    size = int(mark.partition(":")[0])
    kaskad.apart("school", "withdraw", "school-1", "--reason", "moved away")
    kaskad.apart("person", "erase", person, "--yes")

    said = kaskad.apart("restore", folder, "--json").json
    assert said["restored"]["size"] == size + 1, "the erasure, recorded once more"
    assert said["restored"]["erased_again"] == 1
    assert said["restored"]["events_aside"] >= 2
    kaskad.apart("audit", "verify", "--against", mark)
    assert kaskad.apart("views", "check", "--json").json == []
    assert kaskad.apart("recover", "--json").json["changed"] is False

    assert "Qqzxwv" not in kaskad.apart("person", "list").out
    said = kaskad.apart("school", "withdraw", "school-1", "--reason", "moved away", "--json").json
    assert said["recorded"] is True
    kaskad.apart("audit", "verify")
    withdrawn = kaskad.apart("audit", "log", "--kind", "ChildEnded", "--json").json
    assert [each["data"]["child"] for each in withdrawn] == ["nis-share-2024/school-1"]
    settled(kaskad)


def test_commands_that_are_given_meanwhile_wait_and_are_decided_afterwards(kaskad: Calls, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    kaskad.apart("backup", folder)
    ended = threading.Event()

    def give() -> list[int]:
        codes: list[int] = []
        while not ended.is_set():
            text = f"moved {len(codes)}"
            codes.append(kaskad.apart("school", "withdraw", "school-2", "--reason", text, code=None).code)
        return codes

    with ThreadPoolExecutor(1) as people:
        given = people.submit(give)
        for _ in range(2):
            kaskad.apart("restore", folder)
        ended.set()
    assert given.result()
    assert set(given.result()) <= {0, 1}, "recorded, or refused as withdrawn for another reason"
    assert kaskad.apart("recover", "--json").json["ended"] == 0
    kaskad.apart("audit", "verify")


def test_a_damaged_backup_changes_nothing(kaskad: Calls, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    kaskad.apart("backup", folder)
    (folder / "people" / "keys.sqlite").unlink()
    before = mark_of(kaskad)
    assert "is not whole" in kaskad.apart("restore", folder, code=2).err
    assert "is not a backup" in kaskad.apart("restore", tmp_path, code=2).err
    assert mark_of(kaskad) == before


def test_without_a_worker_recover_says_what_to_do(tmp_path: Path, temporal_server: EmbeddedServer) -> None:
    calls = Calls(tmp_path / "var", "p-nobody00")
    assert "nothing to recover" in calls.apart("recover", code=1).err
    open_log(calls.home / "log" / "events.db").close()
    ended = calls.apart("recover", code=3, TEMPORAL_ADDRESS=temporal_server.address, KASKAD_TASK_QUEUE="nobody-serves")
    assert "kaskad up" in ended.err
    assert calls.apart("recover", code=3, TEMPORAL_ADDRESS="127.0.0.1:1").err


def test_where_nothing_runs_a_backup_comes_back_and_the_embedded_temporal_forgets(tmp_path: Path) -> None:
    calls = Calls(tmp_path / "var", "p-nobody00")
    with stack_on(calls.home) as running:
        running.apart("person", "add", "--name", "Somebody")
        mark = running.apart("backup", tmp_path / "backup", "--json").json["mark"]
    database = calls.home / "temporal" / "temporal.db"
    assert database.exists()
    said = calls.apart("restore", tmp_path / "backup", "--json").json
    assert said["mark"] == mark
    assert not database.exists()
    elsewhere = Calls(tmp_path / "elsewhere", "p-nobody00")
    assert elsewhere.apart("restore", tmp_path / "backup", "--json").json["mark"] == mark
    assert "Somebody" in elsewhere.apart("person", "list").out
