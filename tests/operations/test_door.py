"""What the door says of what it can't decide on."""

from datetime import UTC, datetime
from pathlib import Path

from activities.door import Door
from domain.identity import rollout_stream
from domain.rollout.commands import ResumeRollout
from eventlog.log import open_log

WHO = "p-00000000"


async def test_a_rollout_that_is_not_there_is_named(tmp_path: Path) -> None:
    command = ResumeRollout(id="resume", actor=WHO, at=datetime(2026, 9, 1, tzinfo=UTC))
    with open_log(tmp_path / "events.db") as log:
        answer = await Door(log).ask(rollout_stream("nowhere"), command)
    assert answer.refusal is not None
    assert answer.refusal.sentence == "There is no rollout 'nowhere'."
