"""The calendar stands still while anything is in flight, and says so when it can't go on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import Client

from domain.identity import participant_stream, rollout_stream
from eventlog.canonical import canonical
from eventlog.record import Append, NewEvent, NewFollowup
from rehearsal.calendar import Calendar, RehearsalStuck
from rehearsal.play import Play
from rehearsal.stage import open_stage
from tests.rehearsal.plans import plan

pytestmark = pytest.mark.server


class Watched(Calendar):
    """Looks, before every jump, whether anything is under way."""

    jumps = 0

    def jump(self, to: datetime) -> None:
        assert self._office.courier.idle()
        assert self._office.log.followups.count() == 0
        assert to >= self.now, "the calendar never goes back"
        super().jump(to)
        self.jumps += 1


async def test_the_calendar_never_jumps_while_a_consequence_is_in_flight(client: Client, tmp_path: Path) -> None:
    some = plan()
    async with open_stage(tmp_path, client, some.rollout) as stage:
        play = Play(some, stage)
        play.calendar = watched = Watched(stage.office, stage.asker, some.begins, some.rollout)
        await play.open()
        for _ in range(40):
            date = await play.next_date()
            assert date is not None
            play.calendar.jump(date)
            await play.calendar.pass_time()
            assert (await play.calendar.next_due() or date) >= date, "what was due is done"
            await play.look()
            await play.people_act()
        assert watched.jumps == 40
        assert play.calendar.now - some.begins > timedelta(days=14)


async def test_the_date_travels_with_every_consequence(client: Client, tmp_path: Path) -> None:
    """Nothing in a rehearsal's log happened or was recorded at the time of the machine."""
    some = plan()
    async with open_stage(tmp_path, client, some.rollout) as stage:
        await Play(some, stage).open()
        records = stage.office.log.read()
    assert {record.happened_at for record in records} == {some.begins}
    assert {record.recorded_at for record in records} == {some.begins}


async def test_a_consequence_that_can_not_be_delivered_stops_the_calendar(client: Client, tmp_path: Path) -> None:
    some = plan()
    async with open_stage(tmp_path, client, some.rollout) as stage:
        at = datetime(2024, 9, 2, tzinfo=UTC)
        nonsense = NewFollowup("nowhere", participant_stream(f"{some.rollout}/nis-semey"), b'{"kind": "Nonsense"}')
        event = NewEvent("RolloutPaused", 1, canonical({}), at)
        await stage.office.log.append_async(
            Append(
                stream=rollout_stream(some.rollout),
                expected=0,
                command_id="pause",
                command_digest="0" * 64,
                events=(event,),
                at=at,
                actor="sim-programme-manager",
                followups=(nonsense,),
            )
        )
        with pytest.raises(RehearsalStuck, match="can't be delivered"):
            await Calendar(stage.office, stage.asker, some.begins, some.rollout).settle()
