"""A data folder with everything that is kept: a log, persons, texts, notices, evidence and letters."""

import asyncio
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from activities.artefacts import open_artefacts
from activities.erasure import erase_person
from activities.letter import Addressee, Letter, words_of
from activities.mailbox import Mailbox
from activities.office import Office
from activities.organisation import ask_organisation, first_operator
from domain.identity import organisation_stream
from domain.organisation.stream import ErasePerson, RegisterPerson, RightRevoked
from eventlog.canonical import canonical
from eventlog.log import EventLog, open_log
from eventlog.record import Append, NewEvent, NewNotice, NewText
from people.person import PersonDraft
from people.registry import Registry, open_registry
from runtime.settings import Settings

#: no name of anybody: what is looked for in every byte of the folder
NAMES = "Qqzxwv Jjkqxz"
EMAIL = "qqzxwv@jjkqxz.example"
WROTE = "vvxqzzj wrote this remark"
FILE = b"%PDF-1.7 evidence of a lesson"


class Kept(msgspec.Struct, frozen=True):
    """A data folder, its operator, and somebody of whom everything is known."""

    settings: Settings
    operator: str
    person: str

    def log(self) -> EventLog:
        return open_log(self.settings.log)

    def registry(self) -> Registry:
        return open_registry(self.settings.registry, self.settings.keys)

    def erase(self, person: str | None = None) -> None:
        command = ErasePerson(id=f"erase:{person or self.person}", actor=self.operator, person=person or self.person)
        with self.log() as log, self.registry() as registry:
            asyncio.run(erase_person(Office(log), registry, self.settings.mailbox, command))

    def register(self, names: str, email: str | None = None) -> str:
        with self.log() as log, self.registry() as registry:
            person = registry.add(PersonDraft(names=names, email=email, language="kk")).person
            command = RegisterPerson(id=f"register:{person}", actor=self.operator, person=person)
            asyncio.run(ask_organisation(Office(log).door, command))
        return person

    def says(self, text: str) -> list[Path]:
        """The files of the data folder that have a text in their bytes, in their names, or in what a mail shows."""
        files = [path for path in self.settings.home.rglob("*") if path.is_file()]
        return [path for path in files if text in str(path) or _says(path, text)]


def _says(path: Path, text: str) -> bool:
    raw = path.read_bytes()
    return text.encode() in raw or (path.suffix == ".eml" and text in words_of(raw))


def fill(settings: Settings) -> Kept:
    operator = first_operator(settings)
    assert operator is not None
    kept = Kept(settings, operator, "")
    person = kept.register(NAMES, EMAIL)
    _write(settings, operator, person)
    open_artefacts(settings.evidence).put(io.BytesIO(FILE), "application/pdf", largest=1000)
    letter = Letter("k", "A task", f"Dear {NAMES}", datetime(2025, 1, 1, tzinfo=UTC))
    Mailbox(settings.mailbox).put(Addressee(person, NAMES, EMAIL), letter)
    return Kept(settings, operator, person)


def _write(settings: Settings, operator: str, person: str) -> None:
    """A text of the person, and a notice that waits for the person, with an event that changes nothing."""
    now = datetime.now(UTC)
    event = RightRevoked(operator, "none", "*")
    with open_log(settings.log) as log:
        stream = organisation_stream()
        request = Append(
            stream=stream,
            expected=len(log.stream(stream)),
            command_id="revoke:1",
            command_digest="0" * 64,
            events=(NewEvent(event.kind(), event.schema, canonical(event), now),),
            at=now,
            actor=operator,
            notices=(NewNotice("n-1", "TaskAsked", json.dumps({"names": NAMES}), now, to_person=person),),
            texts=(NewText("t-1", b"0123456789abcdef", WROTE, person),),
        )
        log.append(request)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return fill(Settings(home=tmp_path / "var"))


@pytest.fixture
def elsewhere(tmp_path: Path) -> Settings:
    """Another machine, on which nothing is yet."""
    return Settings(home=tmp_path / "elsewhere")
