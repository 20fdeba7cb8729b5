"""The office of a worker: one for each log, and closed at the worker's end."""

import asyncio
import threading
from pathlib import Path

from activities.offices import close_offices, office_for
from activities.organisation import ask_organisation
from domain.organisation.stream import RegisterPerson
from runtime.settings import Settings


def writers() -> int:
    return [thread.name for thread in threading.enumerate()].count("eventlog-writer")


def test_a_log_has_one_office_until_the_worker_ends(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "var")
    before = writers()
    office = office_for(settings)
    assert office_for(settings) is office
    registered = RegisterPerson(id="register", actor="p-00000001", person="p-00000001")
    asyncio.run(ask_organisation(office.door, registered))
    assert writers() == before + 1
    close_offices()
    assert writers() == before
    assert office_for(settings) is not office
    close_offices()
