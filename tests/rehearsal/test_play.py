"""A small cohort of the real programme, played to its end on a real server."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from activities.artefacts import open_artefacts
from activities.folding import happenings
from domain.history import fold
from domain.identity import stream_kind
from domain.participant import stream as participant
from domain.participant.evidence import EvidenceSubmitted
from domain.participant.state import Participant
from domain.refusal import Refused
from eventlog.log import EventLog, open_log
from eventlog.verify import verify
from rehearsal.play import Play
from rehearsal.stage import log_of, open_stage
from rehearsal.tally import Tally
from runtime.plugin import KaskadPlugin
from tests.rehearsal.plans import nis_share, plan, played
from tests.rehearsal.sameness import differences, said_by

pytestmark = [pytest.mark.server, pytest.mark.slow]


@dataclass(frozen=True)
class Played:
    """A rehearsal that is over, and where it lies."""

    play: Play
    tally: Tally
    folder: Path

    @contextmanager
    def log(self) -> Iterator[EventLog]:
        with open_log(log_of(self.folder), read_only=True) as log:
            yield log

    @property
    def kinds(self) -> Counter[str]:
        return self.tally.kinds


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def over(temporal_server, tmp_path_factory: pytest.TempPathFactory) -> Played:  # type: ignore[no-untyped-def]
    """One for all tests of this module: nobody changes it."""
    client = await Client.connect(temporal_server.address, plugins=[KaskadPlugin()])
    folder = tmp_path_factory.mktemp("rehearsal")
    some = plan()
    tally = Tally(some.programme)
    play = await played(client, some, folder, lambda play, seen: tally.note(play.scene, seen, play.calendar.now))
    return Played(play, tally, folder)


def test_everybody_comes_to_an_end_and_the_rollout_is_closed(over: Played) -> None:
    ends = Counter((state.tier, state.phase) for state in over.play.scene.participants.values())
    assert ends["intellectual-school", "completed"] + ends["astana-school", "completed"] == 2
    assert ends["rural-hub-school", "completed"] + ends["city-school", "completed"] == 4
    assert ends["trainers", "completed"] == 1
    assert over.play.scene.rollout.status == "closed"


def test_what_is_to_happen_once_in_every_rehearsal_has_happened(over: Played) -> None:
    assert over.kinds["SeatFreed"] == 1
    assert over.kinds["SubstituteNamed"] == 1
    assert over.kinds["Withdrawn"] == 1
    assert len(over.play.scene.rollout.replaced) == 1
    assert over.kinds["CheckpointMissed"] >= 1
    assert over.kinds["TaskEscalated"] >= 1
    assert over.kinds["DeadlineMoved"] == 1
    assert over.kinds["TaskOverdue"] > over.kinds["TaskEscalated"]


def test_a_school_that_came_late_catches_up_on_what_it_missed(over: Played) -> None:
    (replaced,) = over.play.scene.rollout.replaced
    tier = over.play.scene.participant(replaced).tier
    late = next(s for s in over.play.scene.in_order() if s.tier == tier and s.phase == "completed" and s.certified_at)
    assert "successor" in late.school
    assert {booking.definition for booking in late.bookings.values() if booking.step == "training"} >= {"foundations"}


def test_nothing_that_simulated_people_asked_for_was_refused(over: Played) -> None:
    assert over.play.refusals == []


def test_only_simulated_people_act(over: Played) -> None:
    with over.log() as log:
        records = log.read(limit=100_000)
    people = {name for record in records for name in (record.actor, record.on_behalf_of) if name}
    assert all(re.fullmatch(r"sim-[a-z0-9-]+|clock|cascade", person) for person in people)


def test_the_log_is_sound_and_both_its_clocks_are_the_calendar(over: Played) -> None:
    with over.log() as log:
        assert verify(log).is_sound
        records = log.read(limit=100_000)
    assert all(record.recorded_at == record.happened_at for record in records)
    begins = over.play.plan.begins
    assert all(begins <= record.recorded_at <= over.play.calendar.now for record in records)


def test_every_piece_of_evidence_lies_in_the_store_under_its_hash(over: Played) -> None:
    store = open_artefacts(over.folder / "evidence")
    with over.log() as log:
        events = happenings(log.read(limit=100_000, kinds=["EvidenceSubmitted"]))
    artefacts = [
        each for record in events if isinstance(record.event, EvidenceSubmitted) for each in record.event.artefacts
    ]
    assert artefacts
    for each in artefacts:
        assert b"".join(store.read(each.sha256)).startswith(b"%PDF")
        assert store.size(each.sha256) == each.size


def test_replaying_the_log_gives_the_state_that_was_lived(over: Played) -> None:
    with over.log() as log:
        for stream, state in over.play.scene.participants.items():
            assert fold(Participant(), happenings(log.stream(stream)), participant.evolve) == state
        assert log.followups.count() == 0
        assert log.rows("tasks") == []


def test_the_tally_agrees_with_the_log(over: Played) -> None:
    with over.log() as log:
        records = log.read(limit=100_000)
    assert over.kinds == Counter(record.kind for record in records)
    assert sum(over.tally.commands.values()) == len({record.command_id for record in records})
    assert over.tally.on_days_off == {}
    assert len(over.tally.tiers["rural-hub-school"].opened) == 2
    assert max(peak.tasks for peak in over.tally.peaks.values()) > 3


async def test_the_same_seed_gives_each_stream_the_same_events_on_the_same_dates(
    over: Played, client: Client, tmp_path: Path
) -> None:
    again = plan()
    await played(client, again, tmp_path)
    first = said_by(over.folder, over.play.plan.rollout)
    assert list(differences(first, said_by(tmp_path, again.rollout))) == []
    assert sum(stream_kind(stream) == "participant" for stream in first) > 6


async def test_another_seed_gives_another_story(over: Played, client: Client, tmp_path: Path) -> None:
    other = plan(seed=6)
    await played(client, other, tmp_path)
    assert list(differences(said_by(over.folder, over.play.plan.rollout), said_by(tmp_path, other.rollout)))


async def test_what_would_be_refused_live_is_refused_in_a_rehearsal(client: Client, tmp_path: Path) -> None:
    some = plan()
    orphan = some.places[0].model_copy(update={"school": "hub-1", "tier": "rural-hub-school", "parent": "nowhere"})
    wrong = type(some)(some.rollout, nis_share(), "2024", (*some.places, orphan), 1)
    async with open_stage(tmp_path, client, wrong.rollout) as stage:
        with pytest.raises(Refused, match="nowhere"):
            await Play(wrong, stage).run()
        assert not stage.office.log.rows("rollouts")
