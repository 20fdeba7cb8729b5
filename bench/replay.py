"""Reading streams, decoding their events and folding them to states, beside `eventsourcing`."""

import argparse
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import reduce
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import assert_never
from uuid import UUID

import msgspec
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from bench.measuring.appends import Participant
from eventlog.canonical import canonical
from eventlog.log import EventLog, open_log
from eventlog.record import NewEvent
from tests.postgres_server import fresh_database, plain, postgres_server

TARGET = 5.0

#: What a school is told with a task; both sides carry it in each event.
_NOTE = "x" * 300


class TaskAsked(msgspec.Struct, frozen=True, tag_field="kind", tag="TaskAsked"):
    task: str
    role: str
    note: str


class TaskDone(msgspec.Struct, frozen=True, tag_field="kind", tag="TaskDone"):
    task: str
    by: str
    note: str


class Journey(msgspec.Struct, frozen=True):
    open_tasks: frozenset[str] = frozenset()
    done: int = 0


def evolve(state: Journey, happened: TaskAsked | TaskDone) -> Journey:
    match happened:
        case TaskAsked(task=task):
            return Journey(state.open_tasks | {task}, state.done)
        case TaskDone(task=task):
            return Journey(state.open_tasks - {task}, state.done + 1)
        case _:
            assert_never(happened)


_decode = msgspec.json.Decoder(TaskAsked | TaskDone).decode


class PeersJourney(Aggregate):
    """The same state, as the library's own documentation writes it."""

    def __init__(self) -> None:
        self.open_tasks: set[str] = set()
        self.done = 0

    @event("TaskAsked")
    def ask(self, task: str, role: str, note: str) -> None:
        self.open_tasks.add(task)

    @event("TaskDone")
    def finish(self, task: str, by: str, note: str) -> None:
        self.open_tasks.discard(task)
        self.done += 1


def fill_log(log: EventLog, streams: int, events: int) -> Callable[[], int]:
    names = []
    for _ in range(streams):
        participant = Participant(views=False)
        names.append(participant.stream)
        request = participant.next()
        happened = []
        for number in range(events // 2):
            asked = TaskAsked(f"task-{number}", "coordinator", _NOTE)
            done = TaskDone(f"task-{number}", "p-0f3a9c21", _NOTE)
            happened += [
                NewEvent("TaskAsked", 1, canonical(asked), request.at),
                NewEvent("TaskDone", 1, canonical(done), request.at),
            ]
        log.append(msgspec.structs.replace(request, events=tuple(happened)))

    def replay() -> int:
        done = 0
        for name in names:
            state = reduce(evolve, (_decode(record.data) for record in log.stream(name)), Journey())
            done += state.done
        return done

    return replay


def fill_peer(environment: dict[str, str], streams: int, events: int) -> Callable[[], int]:
    application: Application[UUID] = Application(environment)
    ids = []
    for _ in range(streams):
        journey = PeersJourney()
        for number in range(events // 2):
            journey.ask(f"task-{number}", "coordinator", _NOTE)
            journey.finish(f"task-{number}", "p-0f3a9c21", _NOTE)
        application.save(journey)
        ids.append(journey.id)

    def replay() -> int:
        return sum(application.repository.get(journey).done for journey in ids)

    return replay


def peers_postgres(url: str) -> dict[str, str]:
    from sqlalchemy import make_url

    parts = make_url(url)
    host = parts.query.get("host", parts.host) or "localhost"
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.database or "",
        "POSTGRES_HOST": host if isinstance(host, str) else host[0],
        "POSTGRES_PORT": str(parts.port or 5432),
        "POSTGRES_USER": parts.username or "",
        "POSTGRES_PASSWORD": parts.password or " ",
    }


def compare(place: str, ours: Callable[[], int], peer: Callable[[], int], events: int, rounds: int) -> None:
    if ours() != peer():
        raise SystemExit("The two sides do not come to the same state.")
    times: list[tuple[float, float]] = []
    for _ in range(rounds):
        times.append((_timed(ours), _timed(peer)))
    ratio = median(theirs / mine for mine, theirs in times)
    mine, theirs = (events / median(column) for column in zip(*times, strict=True))
    verdict = "met" if ratio >= TARGET else "MISSED"
    print(f"{place:12}{mine:>14,.0f}{theirs:>18,.0f}{ratio:>8.2f}   {verdict}: {TARGET:g} times")


def _timed(replay: Callable[[], int]) -> float:
    began = perf_counter()
    replay()
    return perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench replay", description=__doc__)
    parser.add_argument("--streams", type=int, default=50)
    parser.add_argument("--events", type=int, default=200, help="in each stream")
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    size = asked.streams, asked.events
    total = asked.streams * asked.events
    print(f"{asked.streams} streams of {asked.events} events, read, decoded and folded; events a second")
    print(f"{'':12}{'log':>14}{'eventsourcing':>18}{'times':>8}")
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="kaskad-bench-")))
        ours = fill_log(opened.enter_context(open_log(folder / "log.db")), *size)
        environment = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(folder / "peer.db")}
        compare("SQLite", ours, fill_peer(environment, *size), total, asked.rounds)
        server = opened.enter_context(postgres_server())
        first, second = (opened.enter_context(fresh_database(server)) for _ in range(2))
        ours = fill_log(opened.enter_context(open_log(plain(first))), *size)
        compare("PostgreSQL", ours, fill_peer(peers_postgres(plain(second)), *size), total, asked.rounds)


if __name__ == "__main__":
    main()
