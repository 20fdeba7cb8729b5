"""Events to and from what the log stores: canonical JSON under a fixed kind and a schema number."""

from collections.abc import Callable
from typing import Any

import msgspec

from domain.event import Event
from domain.organisation import stream as organisation
from domain.participant import stream as participant
from domain.rollout import stream as rollout

Raw = dict[str, Any]

EVENT_BY_KIND: dict[str, type[Event]] = {
    event.kind(): event for event in (*participant.EVENTS, *rollout.EVENTS, *organisation.EVENTS)
}

#: (kind, schema) -> the shape of the next schema. A shape that was ever recorded stays readable for ever.
UPCASTERS: dict[tuple[str, int], Callable[[Raw], Raw]] = {
    ("AttendanceCredited", 1): lambda raw: {**raw, "attended": True},
    ("ChildEnrolled", 1): lambda raw: {**raw, "awaits": []},
}

_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODERS = {kind: msgspec.json.Decoder(event) for kind, event in EVENT_BY_KIND.items()}


class UnknownEvent(Exception):
    """The log holds an event that this version does not know: it was written by a newer one."""

    def __init__(self, kind: str, schema: int) -> None:
        super().__init__(
            f"This version does not know events of kind {kind}, schema {schema}: "
            "use the version that wrote them, or a newer one."
        )
        self.kind = kind
        self.schema = schema


def encode(event: Event) -> bytes:
    """Canonical JSON (RFC 8785: sorted keys; events hold no floats and only ASCII keys of their own)."""
    return _ENCODER.encode(event)


def decode(kind: str, schema: int, data: bytes) -> Event:
    """Raises UnknownEvent for a kind or a schema of a newer version."""
    known = EVENT_BY_KIND.get(kind)
    if known is None or schema > known.schema:
        raise UnknownEvent(kind, schema)
    if schema == known.schema:
        return _DECODERS[kind].decode(data)
    return _upcast(known, kind, schema, msgspec.json.decode(data))


def _upcast(known: type[Event], kind: str, schema: int, raw: Raw) -> Event:
    while schema < known.schema:
        raw = UPCASTERS[kind, schema](raw)
        schema += 1
    return msgspec.convert(raw, known, strict=False)
