"""Pausing, resuming and closing a rollout, and what that does to its due dates."""

from typing import TYPE_CHECKING, Any

import msgspec

from activities.dates import span_in_words
from domain.command import Command
from domain.identity import rollout_stream
from domain.rollout.commands import CloseRollout, PauseRollout, ResumeRollout
from terminal.acting import actor, ask, prepare, say
from terminal.free_texts import put_text
from terminal.reading import only_rollout, reading
from terminal.settling import events_since, settle
from terminal.tables import counted, print_json

if TYPE_CHECKING:
    from activities.answer import Answer


def pause_rollout(rollout: str | None, reason: str, acting_as: str | None, *, as_json: bool) -> None:
    name, answer = _steer(rollout, PauseRollout, acting_as, reason)
    say(answer, f"Paused {name}. Nothing falls due until 'kaskad rollout resume {name}'.", as_json=as_json)


def close_rollout(rollout: str | None, reason: str, acting_as: str | None, *, force: bool, as_json: bool) -> None:
    name, answer = _steer(rollout, CloseRollout, acting_as, reason, force=force)
    say(answer, f"Closed {name}.", as_json=as_json)


def resume_rollout(rollout: str | None, acting_as: str | None, *, as_json: bool) -> None:
    name, answer = _steer(rollout, ResumeRollout, acting_as, None)
    if not answer.first:
        say(answer, "", as_json=as_json)
        return
    with reading() as log:
        (record,) = log.read(after=answer.last - 1, limit=1)
        seconds = int(msgspec.json.decode(bytes(record.data))["seconds"])
        settled = settle(log, name)
        moved = list(events_since(log, answer.last, name, "DeadlineMoved"))
    if as_json:
        print_json({"rollout": name, "seconds": seconds, "due_dates_moved": len(moved), "settled": settled})
        return
    print(f"Resumed {name} (event {answer.first}). Its pause lasted {span_in_words(seconds)}:")
    if moved:
        print(
            f"{counted(len(moved), 'due date')} moved by the days that it went on for, and from a day off to the next"
        )
        print("school day; those of tasks asked during the pause moved by what they saw of it.")
    else:
        print("no due date moved, since it was over on the day on which it began.")
    if not settled:
        print("Others still follow; 'kaskad status' shows when they have.")


def _steer(
    rollout: str | None, kind: type[Command], acting_as: str | None, reason: str | None, **more: Any
) -> "tuple[str, Answer]":
    who = actor(acting_as)
    with reading() as log:
        name = str(only_rollout(log, rollout)["rollout"])
    given = {"reason": put_text(reason, who, name="reason"), **more} if reason is not None else more
    return name, ask(rollout_stream(name), prepare(kind, who, **given))
