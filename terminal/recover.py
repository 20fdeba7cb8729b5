"""`kaskad recover`: Temporal made to agree with the log, and what had to be done for it."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.options import json_option
from terminal.outcome import NotFound, ServiceUnavailable
from terminal.tables import print_fields
from terminal.workers import no_worker, require_worker, told_as_lost, why_no_answer

if TYPE_CHECKING:
    from activities.asking import Asker
    from activities.office import Office
    from activities.reconcile import Agreement
    from runtime.versions import Version

#: for the first answer; and then for each stream, of which several are asked at once
_PATIENCE = 30.0
_A_STREAM = 0.2
_LOOK_EVERY = 0.1
#: a version that was made current a moment ago is not known everywhere at once
_TRIES_TO_MOVE = 5
_TRY_EVERY = 1.0


@click.command()
@click.option("--anew", is_flag=True, help="End every running workflow first, and make all of them anew.")
@json_option
def recover(anew: bool, as_json: bool) -> None:
    """Make Temporal agree with the event log, whether it is empty, behind or ahead.

    A worker does the same for what is missing at its start, and every minute. Done twice, it changes nothing.

    With worker versioning it also moves what runs to the current version.
    """
    from runtime.settings import settings

    if "://" not in settings().log and not Path(settings().log).exists():
        raise NotFound(f"There is no event log at {settings().log}: there is nothing to recover.")
    ended, agreement, moved = asyncio.run(_recover(anew))
    ended += agreement.ended
    changes = agreement.changed or bool(ended or moved)
    fields: dict[str, object] = {
        "Streams under way": agreement.streams,
        "Started": agreement.started,
        "Brought up to date": agreement.updated,
        "Ended": ended,
    }
    if moved or as_json:
        fields["Moved"] = moved
    if as_json:
        fields["Changed"] = changes
    print_fields(fields, as_json=as_json)
    if not as_json:
        print("Temporal agrees with the log." if changes else "Temporal agreed with the log already.")


async def _recover(anew: bool) -> "tuple[int, Agreement, int]":
    from activities.asking import Asker
    from activities.ending import end_all
    from activities.office import Office
    from eventlog.log import open_log
    from runtime import telemetry
    from runtime.connection import connect
    from runtime.settings import settings

    telemetry.set_up("command")
    client = await connect(settings())
    asker = Asker(client, settings().task_queue)
    await require_worker(client, asker.task_queue)
    try:
        ended = await end_all(asker, "kaskad recover --anew") if anew else 0
        behind = await _left_behind(asker)
        with open_log(settings().log) as log:
            agreement = await agree(Office(log), asker)
        return ended, agreement, len(behind) - len(await _move(asker) if behind else ())
    finally:
        # an answer still on its way to a finished interpreter crashes it (temporalio issue 300)
        await asyncio.sleep(0.05)


async def agree(office: "Office", asker: "Asker") -> "Agreement":
    """Everything that runs looks at the log again, and what waits for other streams is delivered."""
    from activities.reconcile import recover as recover_all

    office.courier.serve(asker)
    streams = len(await asyncio.to_thread(office.log.rows, "dues", ended=False))
    patience = _PATIENCE + _A_STREAM * streams
    try:
        async with asyncio.timeout(patience):
            agreement = await recover_all(office, asker, thorough=True)
            while not office.courier.idle():  # noqa: ASYNC110 - its tasks come and go
                await asyncio.sleep(_LOOK_EVERY)
            return agreement
    except TimeoutError as error:
        why = await why_no_answer(asker.client, asker.task_queue)
        raise ServiceUnavailable(why or no_worker(asker.task_queue)) from error


async def _left_behind(asker: "Asker") -> "dict[str, Version]":
    """What runs under another version than the current one. Raises ServiceUnavailable where no worker has theirs."""
    from runtime.versions import left_behind, look_at_queue

    queue = (await look_at_queue(asker.client, asker.task_queue)).alive()
    behind = await left_behind(asker.client, queue)
    if lost := [version for version in behind.values() if version not in queue.versions]:
        raise ServiceUnavailable(" ".join(told_as_lost(lost)))
    return behind


async def _move(asker: "Asker") -> "dict[str, Version]":
    """Those that had looked before Temporal told them of the current version look again; what stays all the same."""
    from domain.identity import stream_of_workflow

    for _ in range(_TRIES_TO_MOVE):
        behind = await _left_behind(asker)
        for stream in filter(None, map(stream_of_workflow, behind)):
            await asker.agree(stream)
        if not behind:
            break
        await asyncio.sleep(_TRY_EVERY)
    return await _left_behind(asker)
