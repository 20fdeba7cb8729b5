"""Several processes, or one that is killed, leave the registry whole."""

import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from people.person import PersonDraft
from people.registry import Registry, open_registry
from tests.people.asking import is_erased

ADDS = """
import sys
from people.person import PersonDraft
from people.registry import open_registry
folder, label, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
with open_registry(folder + "/people.sqlite", folder + "/keys.sqlite", environment={}) as registry:
    for number in range(count):
        person = registry.add(PersonDraft(f"{label} {number}", f"{label}{number}@place.example"))
        print(person.person, flush=True)
        if number % 5 == 4:
            registry.apply_erasures([person.person])
"""


def start(folder: Path, label: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", ADDS, str(folder), label, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_processes_use_a_new_registry_at_once(folder: Path) -> None:
    processes = [start(folder, label, 30) for label in ("first", "second")]
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert (process.returncode, errors) == (0, "")
    with open_registry(folder / "people.sqlite", folder / "keys.sqlite", environment={}) as registry:
        assert len(registry.persons()) == 48
        assert registry.find_by_email("first3@place.example") is not None


def test_threads_that_open_a_new_registry_at_once_make_one(folder: Path) -> None:
    def opened(place: Path) -> int:
        with open_registry(place / "people.sqlite", place / "keys.sqlite", environment={}) as registry:
            return len(registry.persons())

    with ThreadPoolExecutor(8) as pool:
        for number in range(5):
            assert set(pool.map(opened, [folder / str(number)] * 8)) == {0}


def test_several_that_begin_a_registry_at_once_agree_on_the_first_person(folder: Path) -> None:
    def begun(number: int) -> str:
        with open_registry(folder / "people.sqlite", folder / "keys.sqlite", environment={}) as registry:
            return registry.begin_with(PersonDraft(f"Person {number}")).person

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(begun, range(8)))) == 1


def test_whoever_was_acknowledged_is_there_after_a_kill(folder: Path) -> None:
    acknowledged: list[str] = []
    chance = random.Random(5)
    for attempt in range(6):
        process = start(folder, f"run{attempt}x", 10_000)
        assert process.stdout is not None
        acknowledged.append(process.stdout.readline().strip())
        time.sleep(chance.uniform(0.02, 0.25))
        process.send_signal(signal.SIGKILL)
        output, _ = process.communicate(timeout=60)
        acknowledged += [line for line in output.splitlines() if len(line) == len("p-00000000")]
    with open_registry(folder / "people.sqlite", folder / "keys.sqlite", environment={}) as registry:
        names = registry.names_of(acknowledged)
        missing = [person for person in acknowledged if person not in names]
        # Who is not there was erased, at most broken off; doing all of it again settles it.
        registry.apply_erasures(missing)
        assert all(is_erased(registry, person) for person in missing)
        assert len(names) > len(missing)
        assert sorted(path.name for path in folder.iterdir()) == ["keys.sqlite", "people.sqlite"]


def test_threads_share_a_registry(registry: Registry) -> None:
    def add(label: str) -> None:
        for number in range(20):
            registry.add(PersonDraft(f"{label} {number}"))

    threads = [threading.Thread(target=add, args=(label,)) for label in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(registry.persons()) == 80


def test_a_backup_taken_while_persons_come_and_go_is_whole(registry: Registry, folder: Path) -> None:
    process = start(folder, "busy", 40)
    backups: list[Path] = []
    while process.poll() is None:
        backups.append(folder.parent / f"backup-{len(backups)}")
        backups[-1].mkdir()
        registry.backup(backups[-1])
        time.sleep(0.03)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    for number, backup in enumerate(backups):
        elsewhere = folder.parent / f"restored-{number}"
        with open_registry(elsewhere / "people.sqlite", elsewhere / "keys.sqlite", environment={}) as restored:
            assert restored.restore(backup, erased=[]) - len(restored.persons()) in {0, 1}
