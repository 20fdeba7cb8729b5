"""A rollout whose every command goes through the real door into a real log, by the people of tests/domain."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from activities.courier import COMMANDS
from activities.door import Door
from activities.folding import happenings
from activities.organisation import adoption
from domain.command import Command, TextGiven, parse
from domain.event import Event
from domain.history import fold
from domain.identity import (
    organisation_stream,
    participant_id,
    participant_stream,
    school_of,
    stream_kind,
    stream_subject,
)
from domain.organisation.stream import ErasePerson, GrantRight, RegisterPerson
from domain.participant import stream as participant
from domain.participant.state import Participant
from domain.programme import Programme
from domain.rollout import stream as rollout
from domain.rollout.commands import Place, StartRollout
from domain.rollout.state import Rollout
from eventlog.erasing import erase_persons
from eventlog.log import EventLog, open_log
from eventlog.record import NewText
from programmes.reader import Definition
from tests.domain.cascade import MANAGER, OFFICES, START, Cascade, nis_share
from tests.domain.given import MORNING, REASON, RIGHTS
from tests.domain.little_world import LittleWorld
from tests.domain.world import World

OPERATOR = "p-00000000"
#: whose texts were erased
GONE = "p-00000099"


class InLog(World):
    """Before a world: there the log decides what was, and the follow-ups are those that it keeps."""

    def open_log(self, path: Path, programme: Programme, rights: Mapping[str, Iterable[str]], start: datetime) -> None:
        self.log: EventLog = open_log(path, rehearsal=True)
        # what the people of tests/domain remark has no words: as if they had been erased
        self.log.texts.put(NewText(REASON["id"], b"", "", GONE))
        erase_persons(self.log, [GONE])
        self.door = Door(self.log)
        self._loop = asyncio.new_event_loop()
        self._asked = 0
        self._adopted = Definition(programme)
        #: after each command: the position of its last event, and the state of its stream as it was then
        self.moments: list[tuple[int, str, Any]] = []
        self._adopt(rights, start - timedelta(hours=1))

    def close(self) -> None:
        self.log.close()
        self._loop.close()

    def _adopt(self, rights: Mapping[str, Iterable[str]], at: datetime) -> None:
        self._give(at, RegisterPerson, OPERATOR, person=OPERATOR)
        self._give(at, GrantRight, OPERATOR, person=OPERATOR, right="operator")
        self._give(at, RegisterPerson, OPERATOR, person=GONE)
        self._give(at, ErasePerson, OPERATOR, person=GONE)
        for person, held in rights.items():
            self._give(at, RegisterPerson, OPERATOR, person=person)
            for right in held:
                self._give(at, GrantRight, OPERATOR, person=person, right=right)
        command = adoption("adopt:1", MANAGER, self._adopted)
        self._through_the_door(organisation_stream(), command.model_copy(update={"at": at}))

    def _give(self, at: datetime, kind: type[Command], actor: str, **arguments: Any) -> None:
        self._asked += 1
        command = kind(id=f"o-{self._asked}", actor=actor, at=at, entered_by="tester", **arguments)
        self._through_the_door(organisation_stream(), command)

    def ask(self, stream: str, kind: type[Command], actor: str, **arguments: Any) -> tuple[Event, ...]:
        self._asked += 1
        if kind is StartRollout:
            arguments["definition"] = self._adopted.digest
        command = kind(id=f"c-{self._asked}", actor=actor, at=self.now, entered_by="tester", **arguments)
        self._introduce(command)
        events = self._record_in_log(stream, command)
        self.deliver()
        return events

    def _introduce(self, command: Command) -> None:
        """Whoever is put somewhere was registered before."""
        known = {row["person"] for row in self.log.rows("persons")}
        for person in dict.fromkeys(command.persons_named()):
            if person not in known:
                self._give(self.now, RegisterPerson, OPERATOR, person=person)

    def deliver(self) -> None:
        while waiting := self.log.followups.pending(500):
            for followup in waiting:
                command = parse(followup.command, COMMANDS).model_copy(update={"at": self.now})
                for stream in self._streams(followup.target):
                    own = command if stream == followup.target else command.model_copy(update=_own(command, stream))
                    self._record_in_log(stream, own)
            self.log.followups.acknowledge([each.id for each in waiting], "done")

    def _record_in_log(self, stream: str, command: Command) -> tuple[Event, ...]:
        first, last = self._through_the_door(stream, command)
        if not first:
            return ()
        records = self.log.read(after=first - 1, limit=last - first + 1)
        self._follow(stream)
        return tuple(each.event for each in happenings(records))

    def _through_the_door(self, stream: str, command: Command) -> tuple[int, int]:
        answer = self._loop.run_until_complete(self.door.ask(stream, command))
        if answer.refusal is not None:
            raise AssertionError(f"{command.kind} to {stream}: {answer.refusal.sentence}")
        return answer.first, answer.last

    def _follow(self, stream: str) -> None:
        """The state by a fold of our own, to compare the product's with."""
        past = self.history.setdefault(stream, [])
        new = happenings(self.log.stream(stream, after=len(past)))
        past.extend(new)
        is_rollout = stream_kind(stream) == "rollout"
        evolve: Any = rollout.evolve if is_rollout else participant.evolve
        before: Any = self.states.get(stream) or (Rollout() if is_rollout else Participant())
        if any(each.event.kind() == "Corrected" for each in new):
            self.states[stream] = fold(Rollout() if is_rollout else Participant(), past, evolve)
        else:
            self.states[stream] = fold(before, new, evolve)
        self.moments.append((past[-1].position, stream, self.states[stream]))

    # --- what the auditor's tests are about

    def write(self, text: str, body: str, person: str) -> TextGiven:
        """A free text, put beside the log before the command that names it."""
        salt = text.encode().ljust(16, b"-")
        self.log.texts.put(NewText(text, salt, body, person))
        return TextGiven(id=text, hash=sha256(salt + body.encode()).hexdigest())

    def version_of(self, school: str, kind: str) -> int:
        """Version of the school's last event of a kind."""
        return [each.version for each in self.history[self.stream(school)] if each.event.kind() == kind][-1]

    def stream(self, school: str) -> str:
        return participant_stream(participant_id(self.id, school))


def _own(command: Command, stream: str) -> dict[str, str]:
    """As the courier does it: what is meant for several streams is a command of its own for each."""
    return {"id": f"{command.id}+{school_of(stream_subject(stream))}"}


class LoggedCascade(InLog, Cascade):
    """The cohort of 2024, with schools of one's choice."""

    def __init__(self, path: Path, intellectual: tuple[str, ...], general: tuple[str, ...] = ()) -> None:
        self.open_log(path, nis_share(), OFFICES, START)
        super().__init__(intellectual, general)


class LoggedLittleWorld(InLog, LittleWorld):
    """A house and its schools, under a programme of one's choice."""

    def __init__(self, path: Path, *places: Place, programme: Programme) -> None:
        self.open_log(path, programme, RIGHTS, MORNING)
        super().__init__(*places, programme=programme)
