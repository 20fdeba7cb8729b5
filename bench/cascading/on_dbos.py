"""The same shape on DBOS: a workflow for each participant; send, step, reply.

`python -m bench.cascading.on_dbos URL WORKFLOWS`: for each line that comes in, every workflow is sent a command, and
the seconds that it took go out. Callers and workflows share the process, so that a reply wakes its caller: a caller
elsewhere would look for it once a second.
"""

import asyncio
import sys
import time

from dbos import DBOS, DBOSConfig, SetWorkflowID

from bench.cascading.crowd import crowd

_TOPIC = "commands"
_LAST = "last"


@DBOS.step()
async def do_nothing(command: str) -> int:
    return len(command)


@DBOS.workflow()
async def participant(name: str) -> None:
    while (command := await DBOS.recv_async(_TOPIC, timeout_seconds=3600)) != _LAST:
        await DBOS.set_event_async(command, await do_nothing(command))


async def play(names: list[str]) -> None:
    handles = []
    for name in names:
        with SetWorkflowID(name):
            handles.append(await DBOS.start_workflow_async(participant, name))
    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        began = time.perf_counter()
        await _command(names, line)
        print(time.perf_counter() - began, flush=True)
    for name, handle in zip(names, handles, strict=True):
        await DBOS.send_async(name, _LAST, _TOPIC)
        await handle.get_result()


async def _command(names: list[str], command: str) -> None:
    async def ask(name: str) -> None:
        await DBOS.send_async(name, command, _TOPIC)
        await DBOS.get_event_async(name, command, timeout_seconds=60)

    await crowd(names, ask)


def main(url: str, workflows: str) -> None:
    config: DBOSConfig = {"name": "bench", "system_database_url": url, "log_level": "ERROR"}
    DBOS(config=config)
    DBOS.launch()
    asyncio.run(play([f"participant-{number}" for number in range(int(workflows))]))
    DBOS.destroy()


if __name__ == "__main__":
    main(*sys.argv[1:])
