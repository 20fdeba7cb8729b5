"""What a command is: something that a person, the clock or another stream asks for."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, ClassVar, Literal

import msgspec
from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from domain.text import Model

CLOCK = "clock"
CASCADE = "cascade"

CommandId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@>+#-]*$", max_length=250)]
PersonId = Annotated[str, StringConstraints(pattern=r"^(p-[0-9a-z]{8}|sim-[a-z0-9-]{1,58}|clock|cascade)$")]


def _utc(instant: datetime) -> datetime:
    if not 1900 <= instant.year < 2200:
        raise ValueError(f"{instant.isoformat()} is no time at which anything here can happen")
    return instant.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_utc)]

#: what may differ between two tries of the same command
_CIRCUMSTANCES = frozenset({"id", "at", "trace_id", "entered_by"})


class TextGiven(Model):
    """A free text that was put into the erasable table before the command was sent."""

    id: str = Field(pattern=r"^[0-9a-z-]{1,64}$")
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")


class Command(Model):
    """Who asks for what. The id is unique in the log: asked again, it answers with what it recorded the first time."""

    kind: str
    id: CommandId
    actor: PersonId
    #: the account at the machine that entered the command for the actor
    entered_by: str | None = Field(None, max_length=200)
    on_behalf_of: PersonId | None = None
    #: the rollout's clock; the door fills it in
    at: Instant | None = None
    #: when it took place, as the person states it
    happened_at: Instant | None = None
    trace_id: str | None = Field(None, pattern=r"^[0-9a-f]{32}$")

    #: asked by the clock or by another stream, never by a person
    of_the_system: ClassVar[bool] = False

    @property
    def now(self) -> datetime:
        """The rollout's clock. A command without it has not come through the door."""
        if self.at is None:
            raise ValueError(f"{self.kind} {self.id} has no instant")
        return self.at

    def persons_named(self) -> Iterable[str]:
        """Those whom it puts somewhere: into a seat, a duty, a list. They have to be known."""
        return ()

    def fingerprint(self) -> str:
        """SHA-256 over kind, arguments and actor: what makes two commands the same."""
        arguments = self.model_dump(mode="json", exclude=set(_CIRCUMSTANCES), exclude_none=True)
        return hashlib.sha256(msgspec.json.encode(arguments, order="deterministic")).hexdigest()


class PassTime(Command):
    """The clock's command: do what has fallen due by `at`, if nobody acted."""

    kind: Literal["PassTime"] = "PassTime"
    of_the_system: ClassVar[bool] = True


def kinds(*commands: type[Command]) -> dict[str, type[Command]]:
    return {str(command.model_fields["kind"].default): command for command in commands}


class _OfSomeKind(msgspec.Struct):
    kind: str


def parse(raw: bytes, known: dict[str, type[Command]]) -> Command:
    """Read a command from its JSON. Raises KeyError for an unknown kind."""
    return known[msgspec.json.decode(raw, type=_OfSomeKind).kind].model_validate_json(raw)
