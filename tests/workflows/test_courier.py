"""The courier of one of several workers: what is meant for one stream reaches it in the order of the log."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from activities.answer import Answer
from activities.asking import Asker
from activities.courier import Courier
from activities.pace import Pace
from domain.command import CASCADE, Command
from domain.participant.journey import Reconsider
from domain.standing import Standing
from eventlog.canonical import canonical
from eventlog.log import EventLog, open_log
from eventlog.record import Append, NewEvent, NewFollowup, Receipt

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TARGET = "participant:small/child"


class Listening(Asker):
    """Hears what is asked of the streams, and answers that nothing came of it."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.answers = True

    async def follow(self, stream: str, commands: Sequence[Command]) -> Sequence[Answer]:
        assert stream == TARGET
        while not self.answers:
            await asyncio.sleep(1)
        self.heard += [each.id for each in commands]
        await asyncio.sleep(0.01)
        return [Answer(stream=stream, standing=Standing()) for _ in commands]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    with open_log(tmp_path / "log.db") as opened:
        yield opened


def happens(log: EventLog, host: str, *follows: str) -> tuple[Sequence[NewFollowup], Receipt]:
    """One event of a host, and what follows from it for the child."""
    letters = tuple(
        NewFollowup(name, TARGET, Reconsider(id=name, actor=CASCADE, at=NOW).model_dump_json().encode())
        for name in follows
    )
    event = NewEvent("Happened", 1, canonical({}), NOW)
    stream = f"participant:small/{host}"
    expected = len(log.stream(stream))
    append = Append(
        stream=stream, expected=expected, command_id=f"{host}:{expected}", command_digest="0" * 64,
        events=(event,), at=NOW, actor=CASCADE, followups=letters,
    )  # fmt: skip
    return letters, log.append(append)


def worker(log: EventLog) -> tuple[Courier, Listening]:
    courier, asker = Courier(log, Pace()), Listening()
    courier.serve(asker)
    return courier, asker


async def test_what_another_worker_has_not_yet_delivered_goes_first(log: EventLog) -> None:
    courier, asker = worker(log)
    happens(log, "elsewhere", "book")
    courier.hand_over(*happens(log, "here", "unbook"))
    await courier.come_to_rest()
    assert asker.heard == ["book", "unbook"]
    assert log.followups.count() == 0


async def test_what_comes_while_it_looks_waits_behind(log: EventLog) -> None:
    courier, asker = worker(log)
    happens(log, "elsewhere", "book")
    courier.hand_over(*happens(log, "here", "unbook"))
    courier.hand_over(*happens(log, "here", "book-again"))
    await courier.come_to_rest()
    assert asker.heard == ["book", "unbook", "book-again"]


async def test_a_worker_that_is_alone_does_not_look(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    courier, asker = worker(log)
    courier.hand_over(*happens(log, "here"))
    monkeypatch.setattr(log.followups, "pending", lambda *_, **__: pytest.fail("it looked"))
    for name in ("one", "two"):
        courier.hand_over(*happens(log, "here", name))
        await courier.come_to_rest()
    assert asker.heard == ["one", "two"]


async def test_while_a_courier_is_held_what_follows_waits_in_the_log(log: EventLog) -> None:
    courier, asker = worker(log)
    with courier.held():
        courier.hand_over(*happens(log, "host", "first"))
        courier.hand_over(*happens(log, "host", "second"))
        await courier.come_to_rest()
        assert asker.heard == []
    await courier.deliver()
    await courier.come_to_rest()
    assert asker.heard == ["first", "second"]
    assert log.followups.count() == 0


async def test_a_target_that_nobody_answers_for_gives_its_place_to_others(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.courier._UNANSWERED", 0.1)
    courier, asker = worker(log)
    asker.answers = False
    courier.hand_over(*happens(log, "host", "first"))
    await asyncio.wait_for(courier.come_to_rest(), 5)
    assert log.followups.count() == 1
    asker.answers = True
    await courier.deliver()
    await courier.come_to_rest()
    assert asker.heard == ["first"]
    assert log.followups.count() == 0


async def test_what_could_not_be_delivered_is_not_overtaken(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.courier._UNANSWERED", 0.1)
    courier, asker = worker(log)
    asker.answers = False
    courier.hand_over(*happens(log, "host", "book"))
    await asyncio.wait_for(courier.come_to_rest(), 5)
    asker.answers = True
    for name in ("credit", "book-again"):
        courier.hand_over(*happens(log, "host", name))
    await courier.come_to_rest()
    assert asker.heard == ["book", "credit", "book-again"]
    assert log.followups.count() == 0


async def test_behind_more_than_one_look_shows_nothing_is_taken(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.courier._PAGE", 2)
    courier, asker = worker(log)
    happens(log, "elsewhere", "a", "b", "c")
    courier.hand_over(*happens(log, "here", "d"))
    await courier.come_to_rest()
    assert asker.heard == ["a", "b"]
    while log.followups.count():
        await courier.deliver(most=2)
        await courier.come_to_rest()
    assert asker.heard == ["a", "b", "c", "d"]
