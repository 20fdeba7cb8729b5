"""What a worker does before it serves."""

import os
import time
from pathlib import Path

import pytest

from activities.artefacts import open_artefacts
from activities.offices import close_offices
from runtime.tidying import tidy
from tests.operations.conftest import Kept


@pytest.fixture(autouse=True)
def _closed() -> object:
    yield
    close_offices()


def unfinished(kept: Kept, name: str, *, days: int) -> Path:
    """A file as a submission leaves it that was killed so many days ago."""
    path = Path(kept.settings.evidence, ".unfinished", name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"half a les")
    then = time.time() - days * 86_400
    os.utime(path, (then, then))
    return path


def test_what_a_killed_submission_left_is_gone_and_what_is_under_way_stays(kept: Kept) -> None:
    old, new = unfinished(kept, "a" * 32, days=2), unfinished(kept, "b" * 32, days=0)
    whole = list(open_artefacts(kept.settings.evidence).hashes())
    tidy(kept.settings)
    assert not old.exists()
    assert new.exists()
    assert list(open_artefacts(kept.settings.evidence).hashes()) == whole


def test_a_store_that_is_away_keeps_no_worker_from_serving(kept: Kept) -> None:
    Path(kept.settings.home, "taken").write_text("no folder")
    away = {"evidence": str(kept.settings.home / "taken" / "evidence")}
    tidy(kept.settings.model_copy(update=away))
