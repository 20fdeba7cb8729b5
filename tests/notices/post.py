"""A rollout whose clock is moved by hand, its people, and the postman: everything as live, but for Temporal."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from activities.courier import COMMANDS
from activities.door import Door
from activities.mailbox import Mailbox
from activities.notices import Postman
from activities.organisation import adoption
from domain.command import CLOCK, Command, PassTime, parse
from domain.identity import organisation_stream, participant_stream, rollout_stream
from domain.organisation.stream import ErasePerson, GrantRight, RegisterPerson
from domain.participant.team import AssignDuty
from domain.rollout.commands import Place, StartRollout
from domain.text import Text
from eventlog.log import EventLog, open_log
from people.person import PersonDraft
from people.registry import open_registry
from programmes.reader import read_programme
from runtime.settings import Settings

SHORT = Path(__file__).parents[1] / "terminal" / "short.yaml"
#: 14:00 in Almaty, a Wednesday
START = datetime(2026, 4, 1, 9, tzinfo=UTC)
ROLLOUT = "notices-2026"


class Post:
    """`now` is the clock of everybody: of the rollout, and of the postman."""

    def __init__(self, home: Path, *, rehearsal: bool = False) -> None:
        self.settings = Settings(home=home)
        self.log: EventLog = open_log(self.settings.log, rehearsal=rehearsal)
        self.registry = open_registry(self.settings.registry, self.settings.keys)
        self.door = Door(self.log)
        self.now = START
        self.mailbox = Mailbox(self.settings.mailbox)
        self.postman = Postman(self.log, self.settings, clock=lambda: self.now)
        self._commands = 0

    def close(self) -> None:
        self.log.close()
        self.registry.close()

    # --- who there is

    async def begin(self) -> None:
        """The manager, who is the first operator."""
        self.manager = self._registered("The Manager", "en")
        await self.organise(RegisterPerson, person=self.manager)
        for right in ("operator", "programme-manager"):
            await self.grant(self.manager, right)

    async def person(self, names: str, language: str = "en", email: str | None = None) -> str:
        person = self._registered(names, language, email)
        await self.organise(RegisterPerson, person=person)
        return person

    async def grant(self, person: str, right: str) -> None:
        await self.organise(GrantRight, person=person, right=right)

    async def erase(self, person: str) -> None:
        await self.organise(ErasePerson, person=person)
        self.registry.apply_erasures([person])

    def _registered(self, names: str, language: Any, email: str | None = None) -> str:
        return self.registry.add(PersonDraft(names=names, language=language, email=email)).person

    # --- what happens

    async def start(self, **leads: str) -> None:
        """A rollout with a school for each lead; the teachers are the lead's twins."""
        definition = read_programme(SHORT, cohort="a")
        adopt = adoption("adopt", self.manager, definition)
        await self._ask(organisation_stream(), adopt)
        places = []
        for school, lead in leads.items():
            teachers = {f"teacher-{number}": await self.person(f"Teacher {number}") for number in (1, 2)}
            persons = {"lead": lead, **teachers}
            names = Text(kk=f"{school} мектебі", ru=f"школа {school}", en=f"School {school}")
            places.append(
                Place(school=school, tier="school", names=names, region="north", language="kk", persons=persons)
            )
        await self.ask(
            rollout_stream(ROLLOUT),
            StartRollout,
            rollout=ROLLOUT,
            programme="short",
            programme_version="1.0",
            definition=definition.digest,
            cohort="a",
            places=tuple(places),
        )

    async def assign(self, school: str, duty: str, person: str) -> None:
        await self.at_school(school, AssignDuty, duty=duty, person=person)

    async def at_school(self, school: str, kind: type[Command], actor: str | None = None, **given: Any) -> None:
        await self.ask(participant_stream(f"{ROLLOUT}/{school}"), kind, actor, **given)

    async def pass_time(self, school: str, **span: float) -> None:
        """The clock moves on, and does at a school what has fallen due meanwhile."""
        until = self.now + timedelta(**span)
        while True:
            (row,) = self.log.rows("dues", stream=participant_stream(f"{ROLLOUT}/{school}"))
            if row["due_at"] is None or row["due_at"] > until:
                break
            self.now = row["due_at"]
            await self.at_school(school, PassTime, CLOCK)
        self.now = until

    async def ask(self, stream: str, kind: type[Command], actor: str | None = None, **given: Any) -> None:
        await self._ask(stream, kind(id=self._name(), actor=actor or self.manager, **given))
        while waiting := self.log.followups.pending():
            for each in waiting:
                await self._ask(each.target, parse(each.command, COMMANDS))
                self.log.followups.acknowledge([each.id], "recorded")

    async def organise(self, kind: type[Command], **given: Any) -> None:
        await self._ask(organisation_stream(), kind(id=self._name(), actor=self.manager, **given))

    async def _ask(self, stream: str, command: Command) -> None:
        answer = await self.door.ask(stream, command.model_copy(update={"at": self.now}))
        assert answer.refusal is None, answer.refusal
        assert answer.unavailable is None, answer.unavailable

    def _name(self) -> str:
        self._commands += 1
        return f"command-{self._commands}"

    # --- what is told

    def deliver(self, **later: float) -> int:
        """What the postman delivers, a while later: a burst is let pass before."""
        self.now += timedelta(**(later or {"seconds": 10}))
        return self.postman.deliver()

    def letters(self, person: str) -> list[EmailMessage]:
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in self.mailbox.letters(person)]

    def subjects(self, person: str) -> list[str]:
        return [str(letter["Subject"]) for letter in self.letters(person)]
