"""The folder into which messages are delivered where there is no other channel: one folder for each person."""

import hashlib
import os
import shutil
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTPUTF8
from email.utils import format_datetime
from pathlib import Path

import msgspec

from domain.identity import is_person_id

#: a domain that no mail ever goes to (RFC 2606)
_NOWHERE = "kaskad.invalid"
_QUOTES = "X-Kaskad-Quotes"

#: the id of the person whom a text shows, if it shows one
Shows = Callable[[str], str | None]


class Addressee(msgspec.Struct, frozen=True):
    """Who a message is for; a person whom the registry does not know has neither names nor an e-mail address."""

    person: str
    names: str = ""
    email: str | None = None
    language: str = "en"


class Letter(msgspec.Struct, frozen=True):
    """One message. `key` is stable: a letter that is delivered again takes the place of the first."""

    key: str
    subject: str
    body: str
    #: since when it waited
    since: datetime
    #: whose free texts it quotes: when they are erased, the letter goes
    quotes: tuple[str, ...] = ()


class Mailbox:
    """Writes whole letters or none. The folders are the owner's alone: letters name people."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, to: Addressee, letter: Letter) -> Path:
        """Deliver a letter, durably."""
        path = self.place_of(to.person, letter)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(_mail(to, letter).as_bytes())
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(path)
        return path

    def remove(self, person: str, letter: Letter) -> None:
        """Take a letter away, if it is there."""
        self.place_of(person, letter).unlink(missing_ok=True)

    def discard(self, person: str) -> bool:
        """Take away everything that was ever delivered to a person; whether there was anything."""
        folder = self._place(person)
        if not folder.exists():
            return False
        shutil.rmtree(folder)
        return True

    def discard_quoting(self, persons: Collection[str]) -> int:
        """Take away the letters to anybody in which the texts of these persons are quoted; how many there were."""
        gone = 0
        for path in self._folder.glob("*/*.eml"):
            quoted = BytesHeaderParser(policy=SMTPUTF8).parsebytes(path.read_bytes()).get_all(_QUOTES, [])
            if not {str(each) for each in quoted}.isdisjoint(persons):
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def count_showing(self, shows: Shows, *, but: str | None = None) -> int:
        """How many letters show somebody of whom `shows` says so, to anybody `but` one person."""
        return len([path for path in self._showing(shows) if path.parent.name != but])

    def discard_showing(self, shows: Shows) -> int:
        """Take these letters away, to whomever they were; how many there were."""
        found = self._showing(shows)
        for path in found:
            path.unlink(missing_ok=True)
        return len(found)

    def _showing(self, shows: Shows) -> list[Path]:
        # Not parsed, which takes three times as long: headers and text are written in UTF-8 as they are.
        return [path for path in self._folder.glob("*/*.eml") if shows(path.read_text("utf-8", "replace")) is not None]

    def letters(self, person: str) -> list[Path]:
        """In the order in which they became due."""
        return sorted(self._place(person).glob("*.eml"))

    def place_of(self, person: str, letter: Letter) -> Path:
        return self._place(person) / f"{letter.since.astimezone(UTC):%Y%m%dT%H%M%SZ}-{_digest(letter.key)[:16]}.eml"

    def _place(self, person: str) -> Path:
        if not is_person_id(person):
            raise ValueError(f"{person!r} is no person's id")
        return self._folder / person


def _mail(to: Addressee, letter: Letter) -> EmailMessage:
    mail = EmailMessage(policy=SMTPUTF8)
    mail["From"] = Address("Kaskad", "kaskad", _NOWHERE)
    mail["To"] = _address(to)
    mail["Subject"] = " ".join(letter.subject.split())
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<{_digest(f'{letter.key} {to.person}')[:32]}@{_NOWHERE}>"
    mail["Content-Language"] = to.language
    mail["Auto-Submitted"] = "auto-generated"
    for person in letter.quotes:
        mail[_QUOTES] = person
    mail.set_content(letter.body, charset="utf-8", cte="8bit")
    return mail


def _address(to: Addressee) -> Address:
    """An address that mail can't say, or none, still leaves the name."""
    if to.email is not None:
        try:
            return Address(to.names, addr_spec=to.email)
        except (ValueError, HeaderParseError, IndexError):
            pass
    return Address(to.names, to.person, _NOWHERE)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
