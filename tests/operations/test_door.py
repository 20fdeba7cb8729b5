"""What the door says of what it can't decide on, and of what it has in memory."""

import asyncio
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from activities.answer import Answer
from activities.door import Door
from activities.office import Office, Recording
from activities.organisation import ask_organisation
from activities.streams import Streams
from domain.command import Command
from domain.identity import rollout_stream
from domain.organisation.stream import GrantRight
from domain.participant.team import FreeSeat, TakeSeat
from domain.rollout.commands import ResumeRollout
from eventlog.log import EventLog, open_log
from eventlog.reading import Snapshot
from eventlog.record import Append, Glance
from tests.audit.logged import OPERATOR, LoggedLittleWorld
from tests.domain.given import HEAD, MANAGER, MEMBER, SPARE
from tests.domain.little_world import place
from tests.domain.tiny import tiny

WHO = "p-00000000"


async def test_a_rollout_that_is_not_there_is_named(tmp_path: Path) -> None:
    command = ResumeRollout(id="resume", actor=WHO, at=datetime(2026, 9, 1, tzinfo=UTC))
    with open_log(tmp_path / "events.db") as log:
        answer = await Door(log).ask(rollout_stream("nowhere"), command)
    assert answer.refusal is not None
    assert answer.refusal.sentence == "There is no rollout 'nowhere'."


def school(log: Path) -> LoggedLittleWorld:
    """A school with a head; two others have sat there and are known."""
    persons = {"head": HEAD, "member-1": MEMBER, "member-2": SPARE}
    world = LoggedLittleWorld(log, place("one", persons=persons), programme=tiny())
    for seat in ("member-1", "member-2"):
        world.ask_school("one", FreeSeat, MANAGER, seat=seat)
    return world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[LoggedLittleWorld]:
    world = school(tmp_path / "log.db")
    yield world
    world.close()


@pytest.fixture
def same_elsewhere(tmp_path: Path) -> Iterator[LoggedLittleWorld]:
    world = school(tmp_path / "elsewhere.db")
    yield world
    world.close()


class Doors:
    """As many processes have them, each with a log object of its own on the same file."""

    def __init__(self, world: LoggedLittleWorld, count: int) -> None:
        self._world = world
        self._logs = [open_log(world.log.url, rehearsal=True) for _ in range(count)]
        self.doors = [Door(log) for log in self._logs]
        self._asked = 0

    def command(self, kind: type[Command], actor: str = MANAGER, **arguments: Any) -> Command:
        self._asked += 1
        return kind(id=f"d-{self._asked}", actor=actor, at=self._world.now, **arguments)

    async def ask(self, door: int, kind: type[Command], actor: str = MANAGER, **arguments: Any) -> Answer:
        return await self.doors[door].ask(self._world.stream("one"), self.command(kind, actor, **arguments))

    def close(self) -> None:
        for log in self._logs:
            log.close()


@pytest.fixture
def doors(world: LoggedLittleWorld) -> Iterator[Doors]:
    doors = Doors(world, 3)
    yield doors
    doors.close()


async def test_a_command_is_decided_on_what_another_process_has_just_recorded(doors: Doors) -> None:
    assert (await doors.ask(0, TakeSeat, seat="member-1", person=MEMBER)).first
    assert (await doors.ask(1, TakeSeat, seat="member-1", person=MEMBER)).first == 0, "it is so already"
    assert (await doors.ask(1, FreeSeat, seat="member-1")).first
    assert (await doors.ask(0, TakeSeat, seat="member-1", person=SPARE)).first, "it is free again"


async def test_a_right_holds_wherever_it_was_granted(doors: Doors) -> None:
    refused = await doors.ask(0, TakeSeat, SPARE, seat="member-1", person=MEMBER)
    assert refused.refusal is not None
    grant = doors.command(GrantRight, OPERATOR, person=SPARE, right="programme-manager")
    await ask_organisation(doors.doors[1], grant)
    assert (await doors.ask(0, TakeSeat, SPARE, seat="member-1", person=MEMBER)).first


@pytest.mark.parametrize("seed", range(5))
async def test_several_doors_decide_as_one_that_reads_everything_anew(
    world: LoggedLittleWorld, doors: Doors, seed: int
) -> None:
    chance = random.Random(seed)
    for _ in range(40):
        seat = chance.choice(["head", "member-1", "member-2"])
        door = chance.randrange(3)
        before = Door(world.log).look(world.stream("one"))
        if chance.random() < 0.6:
            answer = await doors.ask(door, TakeSeat, seat=seat, person=chance.choice([HEAD, MEMBER, SPARE]))
        else:
            answer = await doors.ask(door, FreeSeat, seat=seat)
        after = Door(world.log).look(world.stream("one"))
        assert (after.version > before.version) == bool(answer.first)
        assert all(each.look(world.stream("one")) == after for each in doors.doors)


async def test_the_same_command_is_answered_as_the_first_time_by_any_door(
    doors: Doors, world: LoggedLittleWorld
) -> None:
    command = doors.command(TakeSeat, seat="member-1", person=MEMBER)
    first = await doors.doors[0].ask(world.stream("one"), command)
    for door in doors.doors:
        again = await door.ask(world.stream("one"), command)
        assert (again.first, again.last, again.kinds, again.repeated) == (first.first, first.last, first.kinds, True)


@pytest.mark.parametrize("seed", range(5))
async def test_several_commands_are_answered_as_one_after_the_other(
    world: LoggedLittleWorld, same_elsewhere: LoggedLittleWorld, doors: Doors, seed: int
) -> None:
    """Also where some are refused, were recorded before, or are so already."""
    chance, commands = random.Random(seed), []
    for _ in range(30):
        seat = chance.choice(["member-1", "member-2", "nowhere"])
        actor = chance.choice([MANAGER, MANAGER, SPARE])
        if chance.random() < 0.5:
            commands.append(doors.command(TakeSeat, actor, seat=seat, person=chance.choice([MEMBER, SPARE])))
        else:
            commands.append(doors.command(FreeSeat, actor, seat=seat))
    commands += chance.sample(commands, 5)
    chance.shuffle(commands)
    one_by_one = [await Door(same_elsewhere.log).ask(same_elsewhere.stream("one"), each) for each in commands]
    stream = world.stream("one")
    assert await doors.doors[0].ask_all(stream, commands) == one_by_one
    again = await doors.doors[1].ask_all(stream, commands)
    recorded = [pair for pair in zip(again, one_by_one, strict=True) if pair[1].first]
    assert len(recorded) > 3
    assert all(each.repeated and each.first == first.first for each, first in recorded)


async def test_several_commands_are_decided_again_where_somebody_was_faster(
    world: LoggedLittleWorld, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was decided upon is not so any more: the seat was taken by another process, between look and append."""
    append_all, stream = EventLog.append_all_async, world.stream("one")
    await doors.ask(0, TakeSeat, seat="member-2", person=SPARE)

    async def too_late(log: EventLog, requests: Sequence[Append]) -> object:
        monkeypatch.setattr(EventLog, "append_all_async", append_all)
        assert (await doors.ask(1, TakeSeat, seat="member-1", person=MEMBER)).first
        return await append_all(log, requests)

    monkeypatch.setattr(EventLog, "append_all_async", too_late)
    commands = [
        doors.command(TakeSeat, seat="member-1", person=MEMBER),
        doors.command(FreeSeat, seat="member-1"),
        doors.command(FreeSeat, seat="member-2"),
    ]
    nothing, *freed = await doors.doors[0].ask_all(stream, commands)
    assert (nothing.first, nothing.refusal) == (0, None), "it is so already"
    assert all("SeatFreed" in each.kinds for each in freed)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The commands of each look at the log."""
    seen, glance = [], Snapshot.glance

    def look(snapshot: Snapshot, since: int, command_ids: Iterable[str]) -> Glance:
        seen.append(tuple(command_ids))
        return glance(snapshot, since, command_ids)

    monkeypatch.setattr(Snapshot, "glance", look)
    return seen


async def test_one_look_at_the_log_is_enough_for_those_who_come_together(
    world: LoggedLittleWorld, doors: Doors, looks: list[tuple[str, ...]]
) -> None:
    office, stream = Office(world.log), world.stream("one")
    commands = [
        doors.command(kind, seat=seat, person=person)
        for seat, person in (("member-1", MEMBER), ("member-2", SPARE))
        for kind in (TakeSeat, TakeSeat)
    ]
    await office.record(Recording.of(stream, commands[:1]))
    looks.clear()
    answers = await asyncio.gather(*(office.record(Recording.of(stream, [each])) for each in commands))
    assert [each.answers[0].repeated for each in answers] == [True, False, False, False]
    assert looks[0] == (commands[0].id,), "who comes first waits for nobody"
    assert looks[1] == tuple(each.id for each in commands[1:])


async def test_what_others_record_after_that_look_is_seen_by_whoever_comes_later(
    world: LoggedLittleWorld, doors: Doors, looks: list[tuple[str, ...]]
) -> None:
    stream, freed = world.stream("one"), doors.command(FreeSeat, seat="member-2")
    await doors.ask(1, TakeSeat, seat="member-2", person=SPARE)
    await doors.doors[0].ask(stream, doors.command(TakeSeat, seat="member-1", person=MEMBER))
    doors.doors[0].expect([freed.id])
    await asyncio.sleep(0)
    assert (await doors.ask(1, FreeSeat, seat="member-2")).first
    looks.clear()
    assert (await doors.doors[0].ask(stream, freed)).first == 0, "it is so already"
    assert looks[0] == (freed.id,)


def test_what_is_kept_is_behind_until_it_has_come_to_where_its_stream_moved(world: LoggedLittleWorld) -> None:
    stream, streams = world.stream("one"), Streams()
    with world.log.snapshot() as snapshot:
        streams.catch_up(Glance(snapshot.position, {}, set()))
        found = streams.load(snapshot, stream)
        assert streams.remembered(snapshot, stream) is found
        streams.catch_up(Glance(snapshot.position, {stream: found.state.version + 1}, set()))
        streams.keep(stream, found)
        assert streams.remembered(snapshot, stream) is None, "another process was faster than what is kept now"
        streams.catch_up(Glance(snapshot.position, {stream: found.state.version}, set()))
        assert streams.remembered(snapshot, stream) is found
        for nothing_as_it_was in (Glance(snapshot.position, None, set()), Glance(snapshot.position - 1, {}, set())):
            streams.keep(stream, found)
            streams.catch_up(Glance(snapshot.position, {}, set()))
            assert streams.remembered(snapshot, stream) is found
            streams.catch_up(nothing_as_it_was)
            streams.catch_up(Glance(snapshot.position, {}, set()))
            assert streams.remembered(snapshot, stream) is None
