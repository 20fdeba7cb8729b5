"""Words that people read, and the limits that hold for words that people write."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

#: Marks for right-to-left and joined letters: names need them, and they come back as they went in.
_ALLOWED_FORMAT = frozenset("\u200c\u200d\u200e\u200f\u061c\u2066\u2067\u2068\u2069")
_LINE_BREAKS = frozenset("\n\t")

SHORT = 200
LONG = 4_000


class Model(BaseModel):
    """What a definition or a command is made of: frozen, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def unprintable(text: str, *, lines: bool = False) -> str | None:
    """The first character that no person can have meant to write, or None."""
    for letter in text:
        if letter in _ALLOWED_FORMAT or (lines and letter in _LINE_BREAKS):
            continue
        if unicodedata.category(letter) in ("Cc", "Cs", "Cf", "Co", "Cn"):
            return letter
    return None


def _one_line(text: str) -> str:
    if letter := unprintable(text):
        raise ValueError(f"contains a control character (U+{ord(letter):04X})")
    return text


def _prose(text: str) -> str:
    if letter := unprintable(text, lines=True):
        raise ValueError(f"contains a control character (U+{ord(letter):04X})")
    return text


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=63)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=SHORT), AfterValidator(_one_line)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=LONG), AfterValidator(_prose)]


class Text(Model):
    """One text in the three languages of the product."""

    kk: Prose
    ru: Prose
    en: Prose

    def in_language(self, language: str) -> str:
        return str(getattr(self, language if language in ("kk", "ru") else "en"))
