"""One-event appends as a command of a participant makes them, without and with the rows of the views."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import cycle
from random import getrandbits
from uuid import uuid4

from eventlog.canonical import canonical
from eventlog.command_ids import new_command_id
from eventlog.log import EventLog
from eventlog.record import Append, NewEvent, RowChange

#: 446 bytes, as a task with its texts' hashes has.
PAYLOAD = canonical({"kind": "TaskAsked", **{f"field-{number}": "x" * 27 for number in range(10)}, "n": "12345678"})

PARTICIPANTS = 200

_NOW = datetime(2024, 9, 2, 4, 0, tzinfo=UTC)
_DIGEST = sha256(b"").hexdigest()


class Participant:
    """A stream with the requests that come to it one after the other."""

    def __init__(self, *, views: bool) -> None:
        self.name = f"r/{uuid4().hex[:12]}"
        self.stream = f"participant:{self.name}"
        self._views = views
        self._version = 0

    def next(self) -> Append:
        version = self._version
        self._version += 1
        return Append(
            stream=self.stream,
            expected=version,
            # Secrets would come from the system, which each time gives the interpreter to another thread.
            command_id=new_command_id("CompleteTask", getrandbits),
            command_digest=_DIGEST,
            events=(NewEvent("TaskAsked", 1, PAYLOAD, _NOW),),
            at=_NOW,
            actor="p-0f3a9c21",
            entered_by="account",
            rollout="nis-share-2024",
            programme="nis-share",
            programme_version="1",
            trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
            rows=self._rows(version) if self._views else (),
        )

    def _rows(self, version: int) -> tuple[RowChange, ...]:
        """Three on average, as rehearsing the cohort 2024 writes 3.1 with an append: five where a task gives way to the
        next one, one where something is noted.
        """
        stream = self.stream
        if version % 2:
            return (RowChange("facts", (stream, "hours-attended"), {"value": str(version), "version": version + 1}),)
        task = {"rollout": "r", "participant": self.name, "tier": "nis", "step": "training", "kind": "form"}
        task |= {"role": "coordinator", "status": "open"}
        school = {"rollout": "r", "participant": self.name, "school": "nis-semey", "tier": "nis", "status": "running"}
        school |= {"phase": "training", "region": "abai", "language": "kk"}
        due = _NOW + timedelta(days=version)
        return (
            RowChange("tasks", (stream, f"task-{version}"), {**task, "asked_at": _NOW, "due_at": due}),
            RowChange("tasks", (stream, f"task-{version - 2}")),
            RowChange("facts", (stream, "tasks-done"), {"value": str(version), "version": version + 1}),
            RowChange("participants", (stream,), {**school, "seats_filled": 5, "seats_total": 5}),
            RowChange("dues", (stream,), {"rollout": "r", "due_at": due, "ended": False}),
        )


def population(*, views: bool) -> Iterator[Participant]:
    """The participants of one rollout, each caller's next one: as many as a large rollout has."""
    return cycle([Participant(views=views) for _ in range(PARTICIPANTS)])


def coroutine_caller(log: EventLog, *, views: bool) -> Callable[[], Callable[[], Awaitable[object]]]:
    participants = population(views=views)

    def caller() -> Callable[[], Awaitable[object]]:
        participant = next(participants)
        return lambda: log.append_async(participant.next())

    return caller


def thread_caller(log: EventLog, *, views: bool) -> Callable[[], Callable[[], object]]:
    participants = population(views=views)

    def caller() -> Callable[[], object]:
        participant = next(participants)
        return lambda: log.append(participant.next())

    return caller
