"""How values travel through Temporal: as JSON, made by msgspec for its own structs and by pydantic for the rest."""

from typing import Any, Final

import msgspec
from pydantic_core import to_json
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import CompositePayloadConverter, DefaultPayloadConverter, JSONPlainPayloadConverter


class StructsOrPydantic(PydanticJSONPlainPayloadConverter):
    """What comes in from people is checked by pydantic; what we tell ourselves is small and made for each command."""

    def to_payload(self, value: Any) -> Payload | None:
        ours = isinstance(value, msgspec.Struct)
        data = msgspec.json.encode(value) if ours else to_json(value, exclude_none=True)
        return Payload(metadata={"encoding": self.encoding.encode()}, data=data)

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        if isinstance(type_hint, type) and issubclass(type_hint, msgspec.Struct):
            return msgspec.json.decode(payload.data, type=type_hint)
        return super().from_payload(payload, type_hint)


_JSON: Final = StructsOrPydantic()
_CONVERTERS: Final = tuple(
    _JSON if isinstance(each, JSONPlainPayloadConverter) else each
    for each in DefaultPayloadConverter.default_encoding_payload_converters
)


class Payloads(CompositePayloadConverter):
    """The SDK makes one for each workflow and each activation: they share what pydantic has learned of our types."""

    def __init__(self) -> None:
        super().__init__(*_CONVERTERS)
