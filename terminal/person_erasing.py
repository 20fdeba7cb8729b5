"""Erasing a person: what will be gone is said first, and somebody has to say yes to it."""

import asyncio
import sys
from pathlib import Path

import click

from activities.erasure import Traces, erase_person, traces_of
from activities.office import Office
from domain.organisation.stream import ErasePerson
from eventlog.log import open_log
from people.registry import open_registry
from terminal.acting import actor, prepare, say
from terminal.outcome import BadInput, Refused
from terminal.person_page import places_of
from terminal.reading import person_meant, reading
from terminal.tables import counted

_WARNING = "The data of {person} will be gone for good: names, addresses, remarks they wrote, messages to them."


def erase(word: str, acting_as: str | None, *, yes: bool, as_json: bool) -> None:
    """Asked again, it says that it is done, and finishes what a crash left over."""
    from runtime.settings import settings

    who = actor(acting_as)
    person = _meant(word)
    here = settings()
    mailbox = Path(here.mailbox)
    with open_log(here.log) as log, open_registry(here.registry, here.keys) as registry:
        traces = traces_of(log, registry, mailbox, person)
    if not yes:
        _ask_first(person, traces)
    command = prepare(ErasePerson, who, person=person)
    assert isinstance(command, ErasePerson)
    with open_log(here.log) as log, open_registry(here.registry, here.keys) as registry:
        answer = asyncio.run(erase_person(Office(log), registry, mailbox, command))
    say(answer, f"The data of {person} are erased{_besides(traces)}.", as_json=as_json)
    if not as_json:
        _say_what_is_held(person)


def _say_what_is_held(person: str) -> None:
    """Seats and duties outlive the data: tasks go on waiting there for nobody until somebody else has them."""
    with reading() as log:
        seats, duties = places_of(log, person)
    if not seats and not duties:
        return
    print(f"{person} still has what follows; what is asked there waits for nobody. To give it to somebody else:")
    for each in seats:
        place = f"{each['rollout']}/{each['school']}"
        print(f"  kaskad school seat {place} {each['seat']} --free (or --person PERSON)")
    for each in duties:
        print(f"  kaskad school assign {each['rollout']}/{each['school']} --duty {each['duty']}=PERSON")


def _meant(word: str) -> str:
    """The person, also one who was erased already."""
    with reading() as log:
        if "@" not in word and any(row["person"] == word for row in log.rows("persons")):
            return word
        return person_meant(log, word)


def _besides(traces: Traces) -> str:
    """What others wrote: it goes as well, and nobody should learn that only afterwards."""
    if not traces.texts and not traces.messages:
        return ""
    return f", and {counted(traces.texts, 'text')} and {counted(traces.messages, 'message')} of others that showed them"


def _ask_first(person: str, traces: Traces) -> None:
    warning = _WARNING.format(person=person)
    if traces.texts or traces.messages:
        warning += (
            f" So will {counted(traces.texts, 'text')} and {counted(traces.messages, 'message')} of others "
            "that show their name, e-mail or phone."
        )
    if not sys.stdin.isatty():
        raise BadInput(f"{warning} Where nobody can be asked, --yes says that this is meant.")
    click.echo(warning)
    if not click.confirm("Erase them?"):
        raise Refused("Nothing was erased.")
