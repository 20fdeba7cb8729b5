"""Nothing that was acknowledged is lost or done twice, whatever is killed when."""

import asyncio
import re
import uuid
from collections import Counter
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path

import pytest
from temporalio.client import Client

from activities.artefacts import open_artefacts
from activities.asking import Asker
from activities.office import Office
from activities.reconcile import recover
from eventlog.log import EventLog, open_log
from eventlog.verify import verify
from programmes.library import EXAMPLES, find_programme
from programmes.reader import read_programme
from programmes.roster import read_roster
from rehearsal.plan import Plan
from rehearsal.play import Play
from rehearsal.stage import Stage, log_of, open_stage
from runtime.plugin import KaskadPlugin
from tests.kills.harness import Machines, PatientAsker, kill_at_random

pytestmark = [pytest.mark.server, pytest.mark.slow]

KILLS = 20
SEED = 7
PLACES = re.compile(rb'"(position|version)":[0-9]+')

Told = dict[str, list[tuple[str, str, bytes]]]


def plan(schools: int) -> Plan:
    """The first schools of the real cohort."""
    definition = read_programme(find_programme("nis-share"), cohort="2024")
    places = read_roster(EXAMPLES / "nis-share-2024-schools.csv", definition.programme)
    return Plan(f"rehearsal-{uuid.uuid4().hex[:6]}", definition, "2024", places[:schools], SEED)


def told(log: EventLog, rollout: str) -> Told:
    """What each stream says on each date, under names that do not depend on the rehearsal's id.

    Two others that tell a stream something on the same date may come in either order, under kills.
    """
    found: Told = {}
    for stream in log.streams():
        if not stream.startswith("organisation"):
            found[stream.replace(rollout, "rollout")] = sorted(
                (str(each.happened_at), each.kind, _unplaced(bytes(each.data).replace(rollout.encode(), b"rollout")))
                for each in log.stream(stream)
            )
    return found


def _unplaced(data: bytes) -> bytes:
    """Without the places in the log and in streams at which a gate read its facts: they depend on that order."""
    return PLACES.sub(b'"\\1":0', data)


def first_difference(one: Told, other: Told) -> str:
    """For people: the first event that is not the same."""
    for stream in sorted(one.keys() | other.keys()):
        for number, (left, right) in enumerate(zip_longest(one.get(stream, ()), other.get(stream, ())), 1):
            if left != right:
                return f"{stream}, event {number}: {left} instead of {right}"
    return ""


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under kills a delivery fails again and again before it arrives; the calendar waits for it all the same."""
    monkeypatch.setattr("rehearsal.calendar._MOST_TRIES", 2_000)


async def undisturbed(client: Client, folder: Path, played: Plan) -> Told:
    async with open_stage(folder, client, played.rollout) as stage:
        await Play(played, stage).run()
        return told(stage.office.log, played.rollout)


async def test_a_run_under_twenty_kills_tells_the_same_as_one_that_nobody_disturbed(
    client: Client, tmp_path: Path
) -> None:
    calm = plan(20)
    expected = await undisturbed(client, tmp_path / "calm", calm)
    played = plan(20)
    folder = tmp_path / "rough"
    folder.mkdir()
    with open_log(log_of(folder), rehearsal=True) as log:
        machines = Machines(tmp_path / "machines", log_of(folder), played.rollout)
        try:
            asker = PatientAsker(await Client.connect(machines.address, plugins=[KaskadPlugin()]), played.rollout)
            office = Office(log)
            office.courier.serve(asker)
            stage = Stage(folder, office, asker, open_artefacts(folder / "evidence"))
            killing = asyncio.create_task(kill_at_random(machines, SEED, KILLS))
            await Play(played, stage).run()
            still_killing = not killing.done()
            killing.cancel()
            with suppress(asyncio.CancelledError):
                await killing
            assert machines.kills >= KILLS or still_killing is False
            _everything_acknowledged_is_there_once(log, asker)
            assert verify(log).is_sound
            assert first_difference(told(log, played.rollout), expected) == ""
            again = await recover(office, Asker(asker.client, played.rollout, "rehearsal"), thorough=True)
            assert not again.changed
        finally:
            machines.stop()


def _everything_acknowledged_is_there_once(log: EventLog, asker: PatientAsker) -> None:
    recorded = Counter(record.command_id for stream in log.streams() for record in log.stream(stream))
    for command_id, answer in asker.acknowledged.items():
        if answer.first:
            assert recorded[command_id] == answer.last - answer.first + 1, command_id
            found = log.command(command_id)
            assert found is not None
            assert (found.first, found.last) == (answer.first, answer.last)


async def test_a_rollout_goes_on_after_everything_temporal_knew_is_gone(tmp_path: Path) -> None:
    played = plan(4)
    folder = tmp_path / "lost"
    folder.mkdir()
    with open_log(log_of(folder), rehearsal=True) as log:
        machines = Machines(tmp_path / "machines", log_of(folder), played.rollout)
        try:
            asker = PatientAsker(await Client.connect(machines.address, plugins=[KaskadPlugin()]), played.rollout)
            office = Office(log)
            office.courier.serve(asker)
            stage = Stage(folder, office, asker, open_artefacts(folder / "evidence"))
            playing = asyncio.create_task(Play(played, stage).run())
            while log.head().size < 400:
                await asyncio.sleep(0.05)
            machines.lose_the_cluster()
            await playing
            assert verify(log).is_sound
            assert all(row["status"] in ("completed", "withdrawn") for row in log.rows("participants"))
        finally:
            machines.stop()
