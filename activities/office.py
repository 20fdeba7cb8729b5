"""The office of one log: its door, its courier, and the activities that workflows call."""

import asyncio
from typing import Any

from temporalio import activity

from activities.answer import Answer
from activities.courier import COMMANDS, Courier
from activities.door import Door
from activities.keeping import LOOK, RECORD, RECORD_ALL
from domain.command import Command
from domain.standing import Standing
from domain.text import Model
from eventlog.log import EventLog


class Recording(Model):
    """A command on its way from a workflow to the door."""

    stream: str
    command: dict[str, Any]

    @classmethod
    def of(cls, stream: str, command: Command) -> "Recording":
        return cls(stream=stream, command=command.model_dump(mode="json", exclude_none=True))

    def parsed(self) -> Command:
        return COMMANDS[self.command["kind"]].model_validate(self.command)


class Office:
    """Everything that a worker does at one log."""

    def __init__(self, log: EventLog, *, most_streams: int = 600) -> None:
        self.log = log
        self.courier = Courier(log)
        self.door = Door(log, most_streams=most_streams, onward=self.courier.take)

    @activity.defn(name=RECORD)
    async def record(self, recording: Recording) -> Answer:
        return await self.door.ask(recording.stream, recording.parsed())

    @activity.defn(name=RECORD_ALL)
    async def record_all(self, recordings: list[Recording]) -> list[Answer]:
        """One after the other; nothing more is tried once the log is away."""
        answers: list[Answer] = []
        for each in recordings:
            answers.append(await self.record(each))
            if answers[-1].unavailable is not None:
                break
        return answers

    @activity.defn(name=LOOK)
    async def look(self, stream: str) -> Standing:
        return await asyncio.to_thread(self.door.look, stream)

    @property
    def activities(self) -> list[Any]:
        return [self.record, self.record_all, self.look]
