"""How a backup comes back under a running stack: the worker lets go, Temporal forgets, everybody goes on."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from terminal.outcome import NotFound, Refused

if TYPE_CHECKING:
    from activities.backup import Manifest
    from activities.restoring import Restored
    from runtime.folder import DataFolder

#: until the worker is there again: it is started anew by what keeps it
_WORKER_WITHIN = 60.0
_LOOK_EVERY = 0.3


def bring_back(folder: Path, manifest: "Manifest", erasures: Iterable[str]) -> "tuple[Restored, str]":
    """What was restored, and what became of the workflows."""
    from activities.restoring import bring_back as bring_stores_back
    from runtime.connection import names_a_server
    from runtime.folder import DataFolder
    from runtime.settings import settings

    data = DataFolder(settings().home)
    erased = _erased_in(erasures)
    runs = data.is_held()
    has_temporal = runs or names_a_server()
    if has_temporal:
        asyncio.run(_require_temporal())
    with _alone(data, runs):
        restored = bring_stores_back(settings(), folder, manifest, erased)
        ended = asyncio.run(_end_workflows()) if has_temporal else _forget_temporal(data)
    if not runs:
        return restored, f"{ended}; a worker makes them anew at its start"
    return restored, f"{ended}; {asyncio.run(_wait_until_it_agrees())}"


@contextmanager
def _alone(data: "DataFolder", runs: bool) -> Iterator[None]:
    """Every worker of this folder stands still; where no stack runs, none can be started either."""
    from runtime.standstill import CalledAlready, Standstill, StillWorking

    try:
        if runs:
            with Standstill(data).held():
                yield
        else:
            with data.held(), Standstill(data).held():
                yield
    except (CalledAlready, StillWorking) as error:
        raise Refused(f"{error} Nothing was changed.") from error


def _erased_in(places: Iterable[str]) -> set[str]:
    from activities.erasure import erased_in
    from eventlog.log import open_log

    found: set[str] = set()
    for place in places:
        if "://" not in place and not Path(place).exists():
            raise NotFound(f"There is no event log at {place}.")
        with open_log(place, read_only=True) as log:
            found |= erased_in(log)
    return found


async def _require_temporal() -> None:
    """Before anything is touched: workflows that go on with another log would act on what never was."""
    from runtime.connection import connect
    from runtime.settings import settings

    await connect(settings())


async def _end_workflows() -> str:
    from activities.asking import Asker
    from activities.ending import end_all
    from runtime.connection import connect
    from runtime.settings import settings

    client = await connect(settings())
    ended = await end_all(Asker(client, settings().task_queue), "the log was restored from a backup")
    await asyncio.sleep(0.05)
    return f"{ended} ended"


def _forget_temporal(data: "DataFolder") -> str:
    """The embedded server's own data are of the log that was here before."""
    there = data.temporal_database.exists()
    for end in ("", "-wal", "-shm", "-journal"):
        Path(f"{data.temporal_database}{end}").unlink(missing_ok=True)
    return "Temporal's data removed" if there else "none"


async def _wait_until_it_agrees() -> str:
    from activities.asking import Asker
    from activities.office import Office
    from eventlog.log import open_log
    from runtime.connection import connect
    from runtime.folder import DataFolder
    from runtime.settings import settings
    from runtime.standstill import Standstill
    from terminal.recover import agree

    client = await connect(settings())
    try:
        async with asyncio.timeout(_WORKER_WITHIN):
            while not Standstill(DataFolder(settings().home)).is_worked():  # noqa: ASYNC110 - another process's lock
                await asyncio.sleep(_LOOK_EVERY)
        with open_log(settings().log) as log:
            agreement = await agree(Office(log), Asker(client, settings().task_queue))
    except TimeoutError:
        return "the worker is not back yet; once it is, call 'kaskad recover'"
    finally:
        await asyncio.sleep(0.05)
    return f"{agreement.streams} under way"
