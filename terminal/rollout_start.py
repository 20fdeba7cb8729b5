"""Starting a rollout: what was asked for, as commands, and how they are sent."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from activities.adopted import definitions_of
from activities.answer import Answer
from activities.asking import Asker
from activities.door import Door
from activities.organisation import adoption, ask_organisation
from domain.command import Command
from domain.identity import is_valid_id, organisation_stream, participant_id, rollout_stream
from domain.organisation.stream import ADOPTED_MEANWHILE
from domain.refusal import Refused as DomainRefused
from domain.rollout.commands import ENROLLED_AT_ONCE, MOST_PLACES, EnrolSchools, Place, StartRollout
from domain.rollout.places import teams_of_its_own
from eventlog.command_ids import new_command_id
from programmes.library import find_programme
from programmes.reader import Definition, parts_unlike, read_programme
from terminal.acting import prepare, with_asker
from terminal.outcome import BadInput, NotFound, Refused
from terminal.reading import reading, states_of
from terminal.roster_file import read_places
from terminal.settling import has_settled
from terminal.tables import first_of

if TYPE_CHECKING:
    from eventlog.log import EventLog
    from eventlog.reading import Snapshot

_SETTLES_WITHIN = 60.0
_PATIENCE = 25.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rollout as it was asked for."""

    rollout: str
    file: Path
    definition: Definition
    cohort: str
    places: tuple[Place, ...]

    def commands(self, who: str) -> "Iterator[Command]":
        """The start with the first schools, and the further ones in order."""
        programme = self.definition.programme
        yield prepare(
            StartRollout,
            who,
            rollout=self.rollout,
            programme=programme.programme,
            programme_version=programme.version,
            definition=self.definition.digest,
            cohort=self.cohort,
            places=self.places[:MOST_PLACES],
        )
        for first in range(MOST_PLACES, len(self.places), ENROLLED_AT_ONCE):
            yield prepare(EnrolSchools, who, places=self.places[first : first + ENROLLED_AT_ONCE])


def wanted(
    name: str, cohort: str, rollout: str | None, schools: Path | None, parameters: Mapping[str, str], *, as_json: bool
) -> Wanted:
    """Read all that was named. Raises ProgrammeProblems, UnknownProgramme and BadInput with everything wrong."""
    file = find_programme(name)
    definition = read_programme(file, parameters, cohort=cohort)
    chosen = rollout or f"{definition.programme.programme}-{cohort}"
    if not is_valid_id(chosen):
        raise BadInput(f"'{chosen}' is no id for a rollout: lower-case letters, digits and hyphens, at most 63.")
    with optional_log() as log:
        others = teams_of_its_own(definition.programme)
        places = read_places(schools, definition.programme, log, others=others, as_json=as_json) if schools else ()
    return Wanted(chosen, file, definition, cohort, places)


@contextmanager
def optional_log() -> "Iterator[EventLog | None]":
    """The log of the settings for reading; None where there is none yet."""
    try:
        with reading() as log:
            yield log
    except NotFound:
        yield None


def start(wanted: Wanted, who: str, *, wait: bool) -> tuple[list[Answer], bool]:
    """Adopt the definition, start the rollout, enrol what did not fit into the start. What each recorded, and whether
    every participant has begun; raises Refused before anything is recorded where the rollout runs otherwise."""
    with reading() as log:
        refuse_another(log, wanted)
    commands = list(wanted.commands(who))

    async def work(asker: Asker) -> list[Answer]:
        answers = [await adopt(wanted, commands[0].actor)]
        for command in commands:
            answers.append(await asker.ask(rollout_stream(wanted.rollout), command))
        return answers

    answers = with_asker(work, within=_PATIENCE + len(wanted.places) / 20)
    return answers, (asyncio.run(_settle(wanted)) if wait else False)


async def adopt(wanted: Wanted, actor: str) -> Answer:
    """Raises Refused where the version was adopted with other contents, be it at this very moment."""
    from eventlog.log import open_log
    from runtime.settings import settings

    with open_log(settings().log) as log:
        while True:
            compared_up_to = log.version(organisation_stream())
            refuse_other_contents(log, wanted)
            command_id = new_command_id("AdoptProgramme")
            command = adoption(command_id, actor, wanted.definition, compared_up_to=compared_up_to)
            try:
                return await ask_organisation(Door(log), command)
            except DomainRefused as refusal:
                if refusal.code != ADOPTED_MEANWHILE.code:
                    raise


async def _settle(wanted: Wanted) -> bool:
    """Whether every participant has a stream of its own in time."""
    end = time.monotonic() + _SETTLES_WITHIN + len(wanted.places) / 20
    with reading() as log:
        while time.monotonic() < end:
            if await asyncio.to_thread(has_settled, log, wanted.rollout):
                return True
            await asyncio.sleep(0.1)
    return False


def is_new(wanted: Wanted) -> bool:
    with reading() as log:
        return not log.rows("rollouts", stream=rollout_stream(wanted.rollout))


def refuse_another(log: "EventLog", wanted: Wanted) -> None:
    """Asked again with another list, a start would say that all is done, although its new schools take no part."""
    if not log.rows("rollouts", stream=rollout_stream(wanted.rollout)):
        return
    with states_of(log) as states:
        roster = states.rollout(wanted.rollout).roster
    new = [each.school for each in wanted.places if participant_id(wanted.rollout, each.school) not in roster]
    if set(new) <= {each.school for each in wanted.places[MOST_PLACES:]}:
        return
    raise Refused(
        f"{wanted.rollout} has been started already, without {first_of(new)}. Further schools are enrolled by "
        f"'kaskad school enrol FILE --rollout {wanted.rollout}'; a rollout of its own takes another --id."
    )


def refuse_other_contents(log: "EventLog | Snapshot", wanted: Wanted) -> None:
    """Of one version there would be two, which nothing but a digest told apart."""
    programme = wanted.definition.programme
    for adopted in definitions_of(log, programme.programme, programme.version):
        unlike = parts_unlike(wanted.file, adopted)
        if unlike:
            raise Refused(
                f"{programme.programme} {programme.version} was adopted with other contents before: "
                f"{wanted.file} says something else in {', '.join(unlike)}. Nothing was recorded. "
                f"Raise its version ({programme.version}) and ask again; values of parameters alone are set by --set."
            )
