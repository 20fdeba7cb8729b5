"""What a simulated person is about to do, and what it takes: commands, the texts and the files that go with them."""

import hashlib
from datetime import datetime

import msgspec

from domain.command import Command, TextGiven
from domain.identity import school_of, stream_subject
from eventlog.record import NewText
from rehearsal.drawing import digest


class Turn(msgspec.Struct, frozen=True):
    """Somebody acts, at an instant, for a reason of one name."""

    at: datetime
    person: str
    #: whom it concerns: what is done to one stream is done one after the other
    stream: str
    #: a task, a duty or a happening
    what: str

    @property
    def school(self) -> str:
        """The school whom it concerns: chance must not depend on the rehearsal's own id."""
        return school_of(stream_subject(self.stream))


class Deed(msgspec.Struct, frozen=True):
    """All that a turn leads to, as decided before anything of it is sent."""

    commands: tuple[tuple[str, Command], ...] = ()
    texts: tuple[NewText, ...] = ()
    files: tuple[bytes, ...] = ()
    #: people that nobody knew before
    newcomers: tuple[str, ...] = ()


def given_text(seed: int, person: str, what: str, body: str) -> tuple[TextGiven, NewText]:
    """A text beside the log, salted by the seed, so that the same seed gives the same hash."""
    name = digest(seed, "text", person, what)
    salt = bytes.fromhex(digest(seed, "salt", person, what))[:16]
    given = TextGiven(id=name[:32], hash=_salted(salt, body))
    return given, NewText(given.id, salt, body, person)


def _salted(salt: bytes, body: str) -> str:
    return hashlib.sha256(salt + body.encode()).hexdigest()
