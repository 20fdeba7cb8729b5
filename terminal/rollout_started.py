"""What is said after a rollout was started."""

from typing import TYPE_CHECKING

from domain.identity import rollout_stream
from terminal.acting import actor
from terminal.outcome import Refused
from terminal.reading import reading
from terminal.rollout_plan import refused_of
from terminal.rollout_start import Wanted, is_new, start
from terminal.roster_file import print_refusals, so_many
from terminal.tables import print_json

if TYPE_CHECKING:
    from activities.answer import Answer


def start_and_say(wanted: Wanted, acting_as: str | None, *, wait: bool, as_json: bool) -> int:
    who = actor(acting_as)
    refused = refused_of(wanted, who) if is_new(wanted) else []
    if refused:
        print_refusals(refused, as_json=as_json)
        raise Refused(f"{so_many(refused, wanted.places)} refused; the rollout was not started.")
    answers, settled = start(wanted, who, wait=wait)
    recorded = [each for each in answers if each.first]
    started = [each for each in recorded if each.stream == rollout_stream(wanted.rollout)]
    with reading() as log:
        begun = len(log.rows("participants", rollout=wanted.rollout))
        listed = len(log.rows("roster", stream=rollout_stream(wanted.rollout)))
    if as_json:
        print_json(
            {
                "rollout": wanted.rollout,
                "recorded": bool(started),
                "first": min((each.first for each in recorded), default=None),
                "last": max((each.last for each in recorded), default=None),
                "participants": listed,
                "begun": begun,
                "settled": settled,
            }
        )
        return 0
    if not started:
        print(f"Already done: {wanted.rollout} has been started with these schools; nothing was recorded.")
        return 0
    _say(wanted, started, begun, listed, wait=wait)
    return 0


def _say(wanted: Wanted, started: "list[Answer]", begun: int, listed: int, *, wait: bool) -> None:
    programme = wanted.definition.programme
    print(
        f"Started {wanted.rollout}: {programme.programme} {programme.version}, cohort {wanted.cohort}, "
        f"{listed} participant{'' if listed == 1 else 's'} (events {started[0].first} to {started[-1].last})."
    )
    if begun < listed:
        hint = "the others follow" if wait else "the others follow; 'kaskad status' shows when they have"
        print(f"{begun} of {listed} have begun; {hint}.")
    print(f"See it: kaskad rollout show {wanted.rollout}")
