"""How commands act: in whose name, by which update, and what is said of the answer."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from terminal.free_texts import put_again, take_back
from terminal.outcome import BadInput, ServiceUnavailable
from terminal.phrases import phrase

if TYPE_CHECKING:
    from activities.answer import Answer
    from activities.asking import Asker
    from activities.door import Door
    from domain.command import Command

T = TypeVar("T")

#: fields of commands -> the options that they come from, where those are called otherwise
_OPTIONS = {
    "id": "--command-id", "answer": "--answer", "happened_at": "--happened-at", "outcome": "--outcome",
    "points": "--points", "until": "--until", "right": "RIGHT", "seat": "SEAT", "duty": "--duty",
    "due_at": "--to", "starts_at": "--at", "took_place": "--took-place", "number": "--number",
}  # fmt: skip

#: how long an answer may take: the door itself gives up after ten seconds
_PATIENCE = 25.0


def actor(acting_as: str | None) -> str:
    """The person in whose name the command is given, by id or by e-mail address. Raises BadInput or NotFound."""
    from terminal.reading import person_meant, reading

    if not acting_as:
        raise BadInput(phrase("whose_name"))
    if acting_as in ("clock", "cascade"):
        raise BadInput(phrase("nobody_acts_as", name=acting_as))
    with reading() as log:
        return person_meant(log, acting_as)


def prepare(kind: "type[Command]", who: str, *, command_id: str | None = None, **arguments: Any) -> "Command":
    """A command of a person's with its id and its circumstances. Raises BadInput with every fault of its arguments."""
    from pydantic import ValidationError

    from activities.observing import current_trace_id
    from activities.organisation import entered_by
    from eventlog.command_ids import new_command_id

    given = {name: value for name, value in arguments.items() if value is not None}
    name = str(kind.model_fields["kind"].default)
    try:
        return kind(
            id=command_id or new_command_id(name),
            actor=who,
            entered_by=entered_by(),
            trace_id=current_trace_id(),
            **given,
        )
    except ValidationError as error:
        take_back(command_id, arguments.values())
        raise BadInput("; ".join(_fault(each) for each in error.errors()) + ".") from error


def ask(stream: str, command: "Command") -> "Answer":
    """Ask the stream's workflow. Raises Refused (of the domain), LogUnavailable, TemporalUnavailable.

    Texts that were put for a command of which nothing was recorded are taken back. Those of a command that waited while
    a backup was brought back stand in the log that was replaced: they are put into the one in which it was recorded.
    """
    from domain.refusal import Refused

    try:
        answer = with_asker(lambda asker: asker.ask(stream, command))
    except Refused:
        take_back(command.id, [command])
        raise
    if answer.first:
        put_again(command)
    else:
        take_back(command.id, [command])
    return answer


def ask_organisation(command: "Command") -> "Answer":
    """Ask the organisation's stream, which needs no workflow and no server."""
    from activities.door import Door
    from activities.organisation import ask_organisation as through
    from eventlog.log import open_log
    from runtime.settings import settings

    async def asking(door: "Door") -> "Answer":
        return await through(door, command)

    with open_log(settings().log) as log:
        return asyncio.run(asking(Door(log)))


def with_asker(work: "Callable[[Asker], Awaitable[T]]", *, within: float = _PATIENCE) -> T:
    """Do something with an asker on the configured server. Raises ServiceUnavailable when no worker answers."""
    return asyncio.run(_with_asker(work, within))


async def _with_asker(work: "Callable[[Asker], Awaitable[T]]", within: float) -> T:
    from activities.asking import Asker
    from runtime import telemetry
    from runtime.connection import connect
    from runtime.settings import settings
    from terminal.workers import refuse_when_nobody_serves, why_no_answer

    telemetry.set_up("command")
    client = await connect(settings())
    asker = Asker(client, settings().task_queue)
    working = asyncio.ensure_future(work(asker))
    watching = asyncio.create_task(refuse_when_nobody_serves(client, asker.task_queue))
    try:
        async with asyncio.timeout(within):
            await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            watching.result()
        return working.result()
    except TimeoutError as error:
        why = await why_no_answer(client, asker.task_queue)
        raise ServiceUnavailable(why or phrase("no_worker_answered", seconds=f"{within:.0f}")) from error
    finally:
        working.cancel()
        watching.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)
        # an answer still on its way to a finished interpreter crashes it (temporalio issue 300)
        await asyncio.sleep(0.05)


def say(answer: "Answer", done: str, *, translated: bool = False, as_json: bool = False) -> None:
    """What came of it: done, with the positions in the log, or that it was so already.

    An English sentence ends in English, one that is `translated` in the language of the settings.
    """
    from terminal.tables import print_json

    if as_json:
        print_json(
            {
                "recorded": answer.first > 0 and not answer.repeated,
                "first": answer.first or None,
                "last": answer.last or None,
                "events": list(answer.kinds),
                "stream": answer.stream,
            }
        )
        return
    if not answer.first:
        print(phrase("already_done"))
        return
    if answer.first == answer.last:
        print(phrase("event", in_english=not translated, done=done, first=answer.first))
    else:
        print(phrase("events", in_english=not translated, done=done, first=answer.first, last=answer.last))


def _fault(error: Any) -> str:
    from programmes.wording import sentence_of

    first, *rest = error["loc"] or ("",)
    where = ".".join((_OPTIONS.get(str(first), str(first)), *(str(part) for part in rest)))
    if where == "--command-id" and error["type"] == "string_pattern_mismatch":
        return f"{where} is {error['input']!r}, but must be letters, digits and . _ : / @ > + # -, such as form-17"
    given = error["input"]
    return f"{where} {sentence_of(error | {'input': given.isoformat() if isinstance(given, datetime) else given})}"
