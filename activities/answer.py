"""What the door answers to a command, as it travels back through Temporal."""

from pydantic import Field

from domain.refusal import Refused
from domain.standing import Standing
from domain.text import Model


class Refusal(Model):
    """A refusal on its way: a value until somebody has to be told."""

    code: str
    sentence: str
    params: dict[str, str] = Field(default_factory=dict)

    @classmethod
    def of(cls, refused: Refused) -> "Refusal":
        return cls(code=refused.code, sentence=refused.sentence, params=refused.params)


class Answer(Model):
    """What was recorded: positions in the log (0: nothing, it was so already), or why nothing was."""

    stream: str
    standing: Standing
    first: int = 0
    last: int = 0
    kinds: tuple[str, ...] = ()
    #: the command had been recorded before; this is what it recorded then
    repeated: bool = False
    refusal: Refusal | None = None
    #: the log could not be reached within ten seconds; nothing is known to have been recorded
    unavailable: str | None = None
