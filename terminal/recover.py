"""`kaskad recover`: Temporal made to agree with the log, and what had to be done for it."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.options import json_option
from terminal.outcome import NotFound, ServiceUnavailable
from terminal.tables import print_fields
from terminal.workers import NO_WORKER, require_worker

if TYPE_CHECKING:
    from activities.asking import Asker
    from activities.office import Office
    from activities.reconcile import Agreement

#: for the first answer; and then for each stream, of which several are asked at once
_PATIENCE = 30.0
_A_STREAM = 0.2
_LOOK_EVERY = 0.1


@click.command()
@click.option("--anew", is_flag=True, help="End every running workflow first, and make all of them anew.")
@json_option
def recover(anew: bool, as_json: bool) -> None:
    """Make Temporal agree with the event log, whether it is empty, behind or ahead.

    A worker does the same for what is missing at its start, and every minute. Done twice, it changes nothing.
    """
    from runtime.settings import settings

    if "://" not in settings().log and not Path(settings().log).exists():
        raise NotFound(f"There is no event log at {settings().log}: there is nothing to recover.")
    ended, agreement = asyncio.run(_recover(anew))
    ended += agreement.ended
    fields: dict[str, object] = {
        "Streams under way": agreement.streams,
        "Started": agreement.started,
        "Brought up to date": agreement.updated,
        "Ended": ended,
    }
    if as_json:
        fields["Changed"] = agreement.changed or bool(ended)
    print_fields(fields, as_json=as_json)
    if not as_json:
        changed = agreement.changed or ended
        print("Temporal agrees with the log." if changed else "Temporal agreed with the log already.")


async def _recover(anew: bool) -> "tuple[int, Agreement]":
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
        with open_log(settings().log) as log:
            return ended, await agree(Office(log), asker)
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
        raise ServiceUnavailable(NO_WORKER.format(queue=asker.task_queue)) from error
