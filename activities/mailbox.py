"""The folder into which messages are delivered where there is no other channel: one folder for each person."""

import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import UTC
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Final

from activities.letter import QUOTES, Addressee, Letter, digest, mail_of, words_of
from domain.identity import is_person_id

#: the id of the person whom a text shows, if it shows one
Shows = Callable[[str], str | None]


#: how often a folder is emptied into which letters still come
_TRIES: Final = 20


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
            stream.write(mail_of(to, letter))
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(path)
        return path

    def remove(self, person: str, letter: Letter) -> None:
        """Take a letter away, if it is there."""
        self.place_of(person, letter).unlink(missing_ok=True)

    def discard(self, person: str) -> bool:
        """Take away everything that was ever delivered to a person; whether there was anything."""
        folder, was_there = self._place(person), False
        # another letter may come meanwhile, and another erasure take one away
        for tries_left in reversed(range(_TRIES)):
            if not folder.exists():
                break
            was_there = True
            try:
                shutil.rmtree(folder)
            except OSError:
                if not tries_left:
                    raise
        return was_there

    def discard_quoting(self, persons: Collection[str]) -> int:
        """Take away the letters to anybody in which the texts of these persons are quoted; how many there were."""
        gone = 0
        for path, mail in self._all():
            quoted = BytesHeaderParser().parsebytes(mail).get_all(QUOTES, [])
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
        return [path for path, mail in self._all() if shows(words_of(mail)) is not None]

    def _all(self) -> Iterator[tuple[Path, bytes]]:
        """Every letter to anybody, without those that somebody else takes away meanwhile."""
        for folder in self._folder.iterdir() if self._folder.exists() else ():
            try:
                paths = sorted(folder.glob("*.eml"))
            except FileNotFoundError:
                continue
            for path in paths:
                with suppress(FileNotFoundError):
                    yield path, path.read_bytes()

    def letters(self, person: str) -> list[Path]:
        """In the order in which they became due."""
        return sorted(self._place(person).glob("*.eml"))

    def place_of(self, person: str, letter: Letter) -> Path:
        return self._place(person) / f"{letter.since.astimezone(UTC):%Y%m%dT%H%M%SZ}-{digest(letter.key)[:16]}.eml"

    def _place(self, person: str) -> Path:
        if not is_person_id(person):
            raise ValueError(f"{person!r} is no person's id")
        return self._folder / person
