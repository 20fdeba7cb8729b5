"""The office of one log: its door, its courier, and the activities that workflows call."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
from temporalio import activity

from activities.answer import Answers
from activities.courier import COMMANDS, Courier
from activities.door import Door
from activities.keeping import LOOK, RECORD
from activities.pace import Pace
from domain.command import Command, parse
from domain.standing import Standing
from eventlog.log import EventLog


class Recording(msgspec.Struct, frozen=True):
    """Commands on their way from a workflow to the door, one after the other."""

    stream: str
    ids: tuple[str, ...]
    commands: tuple[msgspec.Raw, ...]

    @classmethod
    def of(cls, stream: str, commands: Sequence[Command]) -> "Recording":
        raw = (each.model_dump_json(exclude_none=True).encode() for each in commands)
        return cls(stream, tuple(each.id for each in commands), tuple(map(msgspec.Raw, raw)))


class Office:
    """Everything that a worker does at one log."""

    def __init__(self, log: EventLog, *, most_streams: int = 600) -> None:
        self.log = log
        self._pace = Pace(lambda commands: self.door.expect(commands))
        self.courier = Courier(log, self._pace)
        self.door = Door(log, most_streams=most_streams, onward=self.courier.hand_over)

    @activity.defn(name=RECORD)
    async def record(self, recording: Recording) -> Answers:
        """Nothing more is tried once the log is away."""
        await self._pace.turn(recording.ids)
        commands = [parse(bytes(each), COMMANDS) for each in recording.commands]
        return Answers(tuple(await self.door.ask_all(recording.stream, commands)))

    @activity.defn(name=LOOK)
    async def look(self, stream: str) -> Standing:
        return await asyncio.to_thread(self.door.look, stream)

    @property
    def activities(self) -> list[Any]:
        return [self.record, self.look]
