"""Durable one-event appends with evidence, beside bare inserts and `eventsourcing`, on SQLite and PostgreSQL."""

import argparse
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from sqlalchemy import URL

from bench.measuring.aged import age
from bench.measuring.appends import coroutine_caller, thread_caller
from bench.measuring.callers import Result, Side, by_coroutines, by_threads, interleaved
from bench.measuring.peers import eventsourcing_postgres, eventsourcing_sqlite, raw_postgres, raw_sqlite
from eventlog.log import EventLog, open_log
from runtime.collector import spare_what_stays
from tests.postgres_server import fresh_database, plain, postgres_server

PEER = "eventsourcing"
ALONE = "log"
VIEWS = "log with views"

#: At 64 callers: how many times the peer, and the milliseconds that all but one in a hundred take at most.
TARGETS = {"SQLite": {ALONE: 7.0, VIEWS: 4.0}, "PostgreSQL": {ALONE: 15.0, VIEWS: 8.0}}
TARGET_P99 = 10.0
TARGET_CALLERS = 64


def of_log(fresh: Callable[[], EventLog]) -> list[Side]:
    """Each on a log of its own, as the peers have theirs."""
    return [
        Side(ALONE, by_coroutines(coroutine_caller(fresh(), views=False))),
        Side(VIEWS, by_coroutines(coroutine_caller(fresh(), views=True))),
        Side(f"{ALONE}, threads", by_threads(thread_caller(fresh(), views=False))),
        Side(f"{VIEWS}, threads", by_threads(thread_caller(fresh(), views=True))),
    ]


def on_sqlite(opened: ExitStack) -> list[Side]:
    folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="kaskad-bench-")))
    numbers = count(1)
    return [
        Side("raw inserts", by_threads(opened.enter_context(raw_sqlite(folder / "raw.db")))),
        Side(PEER, by_threads(opened.enter_context(eventsourcing_sqlite(folder / "peer.db")))),
        *of_log(lambda: opened.enter_context(open_log(folder / f"log-{next(numbers)}.db"))),
    ]


def on_postgres(opened: ExitStack) -> list[Side]:
    server = opened.enter_context(postgres_server())
    age(server)

    def fresh() -> URL:
        return opened.enter_context(fresh_database(server))

    return [
        Side("raw inserts", by_threads(opened.enter_context(raw_postgres(fresh())))),
        Side(PEER, by_threads(opened.enter_context(eventsourcing_postgres(fresh())))),
        *of_log(lambda: opened.enter_context(open_log(plain(fresh())))),
    ]


def report(place: str, callers: int, results: list[Result]) -> None:
    print(f"\n{place}, {callers} concurrent {'caller' if callers == 1 else 'callers'}")
    print(f"  {'':24}{'events/s':>10}{'p99 ms':>9}{'times ' + PEER:>21}")
    for result in results:
        line = f"  {result.side:24}{result.rate:>10,.0f}{result.p99:>9.1f}{result.ratio:>21.2f}"
        print(line + _verdict(place, callers, result))


def _verdict(place: str, callers: int, result: Result) -> str:
    target = TARGETS[place].get(result.side)
    if target is None or callers != TARGET_CALLERS:
        return ""
    met = result.ratio >= target and result.p99 < TARGET_P99
    return f"   {'met' if met else 'MISSED'}: {target:g} times, p99 under {TARGET_P99:g} ms"


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench log", description=__doc__)
    parser.add_argument("--callers", default="1,16,64", help="how many at once, separated by commas")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each side in each round")
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    asked = parser.parse_args()
    for place, sides_of in (("SQLite", on_sqlite), ("PostgreSQL", on_postgres)):
        if asked.only in (None, place.lower().replace("postgresql", "postgres")):
            with ExitStack() as opened:
                sides = sides_of(opened)
                spare_what_stays()  # as the worker does
                for callers in map(int, asked.callers.split(",")):
                    report(place, callers, interleaved(sides, PEER, callers, asked.seconds, asked.rounds))
    print(
        "\nThe sides take turns; medians over the rounds, ratios within a round. The callers of the log are coroutines"
    )
    print("on one event loop, as in the worker; those of the others, and of the log's second pair, are threads.")


if __name__ == "__main__":
    main()
