"""The office of a worker: one for each log, and closed at the worker's end."""

import threading
from pathlib import Path

from activities.registry import close_offices, office_for
from runtime.settings import Settings


def writers() -> int:
    return [thread.name for thread in threading.enumerate()].count("eventlog-writer")


def test_a_log_has_one_office_until_the_worker_ends(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "var")
    before = writers()
    office = office_for(settings)
    assert office_for(settings) is office
    assert writers() == before + 1
    close_offices()
    assert writers() == before
    assert office_for(settings) is not office
    close_offices()
