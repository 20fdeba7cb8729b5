"""What the door answers to a command, as it travels back through Temporal."""

import msgspec

from domain.refusal import Refused
from domain.standing import Standing
from eventlog.errors import LogUnavailable


class Refusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """A refusal on its way: a value until somebody has to be told."""

    code: str
    sentence: str
    params: dict[str, str] = msgspec.field(default_factory=dict)

    @classmethod
    def of(cls, refused: Refused) -> "Refusal":
        return cls(refused.code, refused.sentence, refused.params)


class Answer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What was recorded: positions in the log (0: nothing, it was so already), or why nothing was."""

    stream: str
    standing: Standing = msgspec.field(default_factory=Standing)
    first: int = 0
    last: int = 0
    kinds: tuple[str, ...] = ()
    #: the command had been recorded before; this is what it recorded then
    repeated: bool = False
    refusal: Refusal | None = None
    #: the log could not be reached within ten seconds; nothing is known to have been recorded
    unavailable: str | None = None

    def or_raise(self) -> "Answer":
        """The answer itself. Raises Refused and LogUnavailable, which are answers too until somebody is to be told."""
        if self.refusal is not None:
            raise Refused(self.refusal.code, self.refusal.sentence, self.refusal.params)
        if self.unavailable is not None:
            raise LogUnavailable(self.unavailable)
        return self

    def for_the_caller(self) -> "Answer":
        """Where the stream stands is for its workflow alone; what goes further stays in histories."""
        return msgspec.structs.replace(self, standing=Standing())


class Answers(msgspec.Struct, frozen=True):
    """To several commands, in their order."""

    answers: tuple[Answer, ...]
