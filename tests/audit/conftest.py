"""One rollout of two schools for all tests of the audit, with a certificate that a correction puts in doubt."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from audit.archive import Archive, open_archive
from domain.participant.corrections import Correct
from eventlog.backup import backup_log
from eventlog.log import EventLog
from tests.audit.logged import LoggedCascade
from tests.domain.cascade import MANAGER

#: after the second tier has opened, and before the correction
NOVEMBER = datetime(2025, 11, 20, tzinfo=UTC)
REASON = "the visit was noted in the wrong school's book"


class Story(msgspec.Struct, frozen=True):
    path: Path
    played: LoggedCascade
    #: position and version of the checkpoint that was corrected, and position of the correction
    checkpoint: int
    version: int
    correction: int


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    path = tmp_path_factory.mktemp("audit") / "log.db"
    played = LoggedCascade(path, ("nis-semey",), ("astana-37",))
    played.go_on(until=NOVEMBER)
    played.now = max(played.now, NOVEMBER)
    version = played.version_of("nis-semey", "CheckpointHeld")
    reason = played.write("correction-1", REASON, MANAGER)
    given = {"version": version, "changes": {"outcome": "at_risk"}, "reason": reason}
    played.ask_school("nis-semey", Correct, MANAGER, **given)
    past = {each.version: each for each in played.history[played.stream("nis-semey")]}
    correction = past[played.version_of("nis-semey", "Corrected")]
    played.go_on()
    yield Story(path, played, past[version].position, version, correction.position)
    played.close()


@pytest.fixture
def log(story: Story) -> EventLog:
    return story.played.log


@pytest.fixture
def archive(log: EventLog) -> Iterator[Archive]:
    with open_archive(log) as opened:
        yield opened


@pytest.fixture
def copied(story: Story, tmp_path: Path) -> Path:
    """The whole log in a file of the test's own, to be tampered with."""
    path = tmp_path / "copied.db"
    backup_log(story.played.log, path)
    return path
