"""A rollout of 200 participants beside bare Temporal workflows that record nothing, and beside DBOS."""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.cascading.bare_contender import Bare
from bench.cascading.dbos_contender import Dbos
from bench.cascading.ours import ACTS, Ours
from bench.cascading.stage import Stage
from runtime.embedded import start_somewhere
from runtime.folder import DataFolder
from tests.postgres_server import fresh_database, plain, postgres_server

OURS, DEFAULTS, SAME, DBOS = "kaskad", "bare, SDK defaults", "bare, same settings", "DBOS, PostgreSQL"
#: Our wall time by theirs, at most; our commands a second by those of DBOS, at least; MiB of the worker, at most.
TARGETS = {DEFAULTS: 1.0, SAME: 1.25}
TARGET_DBOS = 2.0
TARGET_MIB = 300

_WARM_UP = 10


@dataclass
class Spent:
    """Seconds by contender, stage by stage."""

    stages: list[tuple[Stage, dict[str, float]]] = field(default_factory=list)

    def total(self, name: str, *, acts_only: bool = False) -> float:
        return sum(took.get(name, 0.0) for stage, took in self.stages if not (acts_only and stage.starts))


async def measure(ours: Ours, bare: dict[str, Bare], dbos: Dbos, schools: int) -> Spent:
    """Everybody takes their turn in every stage, so that what else goes on at the machine meets them all."""
    spent = Spent()
    before = (0, 0, 0)
    for number, name in enumerate(("start", *(name for name, _ in ACTS))):
        took = {OURS: await (ours.act("measured", schools, number - 1) if number else ours.start("measured", schools))}
        now = await ours.counted("measured", schools)
        starts, updates, timers = (new - old for new, old in zip(now, before, strict=True))
        stage, before = Stage(name, now[0], starts, updates, timers), now
        for contender, each in bare.items():
            took[contender] = await each.play(stage)
        if number:
            took[DBOS] = await dbos.play(stage)
        spent.stages.append((stage, took))
        _show(stage, took)
    return spent


async def warm_up(ours: Ours, bare: dict[str, Bare], dbos: Dbos) -> None:
    await ours.adopt()
    await ours.serve()
    await ours.start("warm", _WARM_UP)
    for each in bare.values():
        await each.prepare()
        await each.play(Stage("warm", _WARM_UP, _WARM_UP, _WARM_UP * 3, 0))
    await dbos.play(Stage("warm", 0, 0, 0, 0))


async def run(home: Path, schools: int) -> Spent:
    with ExitStack() as opened:
        server = start_somewhere(DataFolder(home))
        opened.callback(server.stop)
        postgres = opened.enter_context(fresh_database(opened.enter_context(postgres_server())))
        ours = opened.enter_context(Ours(server.address, home))
        bare = {DEFAULTS: Bare("defaults", server.address, home), SAME: Bare("ours", server.address, home)}
        for each in bare.values():
            opened.callback(each.worker.stop)
        dbos = Dbos(plain(postgres), schools, home)
        opened.callback(dbos.stop)
        await warm_up(ours, bare, dbos)
        _head()
        spent = await measure(ours, bare, dbos, schools)
    assert ours.worker is not None
    report(spent, schools, ours.worker.peak_mib)
    return spent


def _head() -> None:
    print(
        f"{'seconds':20}{'starts':>8}{'updates':>9}{'timers':>8}" + "".join(f"{n:>21}" for n in (OURS, *TARGETS, DBOS))
    )


def _show(stage: Stage, took: dict[str, float]) -> None:
    seconds = "".join(f"{took[n]:>21.2f}" if n in took else f"{'':>21}" for n in (OURS, *TARGETS, DBOS))
    print(f"{stage.name:20}{stage.starts:>8}{stage.updates:>9}{stage.timers:>8}{seconds}", flush=True)


def report(spent: Spent, schools: int, peak_mib: float) -> None:
    print()
    for name, target in TARGETS.items():
        ratio = spent.total(OURS) / spent.total(name)
        print(f"{ratio:6.2f} times the wall time of {name}: {_verdict(ratio <= target)}, {target:g} at most")
    commands = schools * len(ACTS)
    rate, theirs = (commands / spent.total(name, acts_only=True) for name in (OURS, DBOS))
    times = rate / theirs
    print(
        f"{times:6.2f} times the commands a second of {DBOS} ({rate:.0f} and {theirs:.0f}): "
        f"{_verdict(times >= TARGET_DBOS)}, {TARGET_DBOS:g} at least"
    )
    print(f"{peak_mib:6.0f} MiB at the peak of the worker: {_verdict(peak_mib < TARGET_MIB)}, under {TARGET_MIB}")


def _verdict(is_met: bool) -> str:
    return "met" if is_met else "MISSED"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench cascade", description=__doc__)
    parser.add_argument("--schools", type=int, default=200)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="kaskad-bench-") as folder:
        asyncio.run(run(Path(folder), given.schools))


if __name__ == "__main__":
    main()
