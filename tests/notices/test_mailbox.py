"""A mailbox that several change at once: a postman who delivers, and erasures that take away."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from activities.letter import Addressee, Letter
from activities.mailbox import Mailbox

DAY = datetime(2026, 12, 4, 13, tzinfo=UTC)
READERS = ("p-00000001", "p-00000002")


def _put(box: Mailbox, person: str, key: str) -> Path:
    return box.put(Addressee(person), Letter(key, "-", "Of Aigul\n", DAY, quotes=("p-00000009",)))


def test_a_letter_that_somebody_else_takes_away_is_passed_over_by_an_erasure(tmp_path: Path) -> None:
    box = Mailbox(tmp_path)
    for person in READERS:
        for key in "ab":
            _put(box, person, key)

    def shows(words: str) -> str | None:
        # as a second erasure would, at the worst moment
        for person in READERS:
            Mailbox(tmp_path).discard(person)
        return "p-00000009" if "Aigul" in words else None

    assert box.discard_showing(shows) == 1
    assert box.count_showing(lambda words: None) == 0


def test_erasures_of_one_person_at_once_all_end_well(tmp_path: Path) -> None:
    folder = tmp_path / READERS[0]
    for _ in range(10):
        folder.mkdir()
        for number in range(100):
            (folder / f"{number}.eml").touch()
        start = threading.Barrier(4)

        def erase(start: threading.Barrier = start) -> bool:
            start.wait()
            return Mailbox(tmp_path).discard(READERS[0])

        with ThreadPoolExecutor(4) as pool:
            each = [pool.submit(erase) for _ in range(4)]
        assert any(one.result() for one in each)
        assert not folder.exists()
