"""Requests of an invented kind, for tests that do not care what an event means."""

from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from typing import Any

from eventlog.canonical import canonical
from eventlog.record import Append, NewEvent

MORNING = datetime(2024, 9, 2, 4, 0, tzinfo=UTC)

_numbers = count(1)


def event(number: int = 0, *, happened_at: datetime = MORNING, **data: object) -> NewEvent:
    return NewEvent("TaskAsked", 1, canonical({"task": "plan", "number": number, **data}), happened_at)


def append(
    stream: str = "rollout:r",
    expected: int = 0,
    *,
    command_id: str | None = None,
    content: str = "",
    size: int = 1,
    **rest: Any,
) -> Append:
    """An append of `size` events under a command id of its own; `content` stands for what the command says."""
    rest.setdefault("events", tuple(event(number) for number in range(size)))
    rest.setdefault("at", MORNING)
    rest.setdefault("actor", "p-1")
    return Append(
        stream=stream,
        expected=expected,
        command_id=command_id or f"command-{next(_numbers)}",
        command_digest=sha256(content.encode()).hexdigest(),
        **rest,
    )
