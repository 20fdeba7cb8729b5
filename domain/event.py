"""What an event is: a frozen value with a fixed kind and a schema number."""

from typing import ClassVar

import msgspec


class Event(msgspec.Struct, frozen=True, tag_field="kind"):
    """What happened. The kind is the class's tag and never an import path; `schema` counts the shapes it has had."""

    schema: ClassVar[int] = 1

    @classmethod
    def kind(cls) -> str:
        """The fixed string by which the log knows this kind of event."""
        return str(cls.__struct_config__.tag)


class TextRef(msgspec.Struct, frozen=True):
    """A free text that stands in the erasable table: its id there, and the salted hash that the log keeps."""

    id: str
    hash: str


class Artefact(msgspec.Struct, frozen=True):
    """One file or link of a piece of evidence, known by the SHA-256 of its bytes."""

    sha256: str
    size: int
    media_type: str
    name: TextRef | None = None
