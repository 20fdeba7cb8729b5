"""The event that a correction is for: found by position or version, with its fields before and after."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from domain.identity import stream_subject
from terminal.addressed import Addressed
from terminal.outcome import BadInput, NotFound
from terminal.reading import reading

if TYPE_CHECKING:
    from domain.history import Happening

_WORDS = {
    "str": "a text",
    "int": "a whole number",
    "bool": "true or false",
    "datetime": "a time such as 2026-11-25 10:00",
}


@dataclass(frozen=True, slots=True)
class EventMeant:
    """An event of a participant, as it was last corrected."""

    position: int
    version: int
    kind: str
    happening: "Happening"

    def compared(self, to: Addressed) -> Iterator[tuple[str, object, object]]:
        """What the event says otherwise by now: field, before and after."""
        before, now = _said(to, self.happening), _said(to, _as_corrected(to, self.version))
        for field, value in now.items():
            if value != before.get(field):
                yield field, before.get(field), value


def event_meant(to: Addressed, word: str) -> EventMeant:
    """107 is a position in the log, v12 a version of the stream. Raises BadInput, NotFound."""
    number = word.strip().lower().removeprefix("v")
    if not number.isdecimal() or not int(number):
        raise BadInput(f"'{word}' is no event: give its position in the log (107) or its version (v12).")
    version = int(number) if word.strip().lower().startswith("v") else _version_at(to, int(number))
    if version > to.state.version:
        last = to.state.version
        raise NotFound(f"{to.state.school} has no event v{version}; its events go from v1 to v{last}.")
    happening = _as_corrected(to, version)
    return EventMeant(happening.position, version, happening.event.kind(), happening)


def changes_given(to: Addressed, meant: EventMeant, fields: tuple[str, ...]) -> dict[str, Any]:
    """FIELD=VALUE by field, as values of the field's type; a list with commas, a structure as JSON. Raises BadInput."""
    known = {field.name: field.type for field in msgspec.structs.fields(type(meant.happening.event))}
    found: dict[str, Any] = {}
    for each in fields:
        name, equals, text = each.partition("=")
        if not equals:
            raise BadInput(f"--set: '{each}' is not FIELD=VALUE, such as outcome=at_risk.")
        if name in found:
            raise BadInput(f"--set: '{name}' is given twice.")
        # what is no field at all is for the refusal to say, which knows what can be corrected
        found[name] = _typed(to, name, text, known[name]) if name in known else text
    return found


def _typed(to: Addressed, name: str, text: str, kind: Any) -> Any:
    from datetime import datetime

    if kind is datetime:
        return msgspec.to_builtins(to.moment(text, f"--set {name}"))
    for read in (_plain, _json, _listed):
        try:
            return msgspec.to_builtins(read(text, kind))
        except (msgspec.ValidationError, msgspec.DecodeError):
            continue
    raise BadInput(f"--set: '{name}' takes {_in_words(kind)}, not '{text}'.")


def _plain(text: str, kind: Any) -> Any:
    return msgspec.convert(text, kind, strict=False)


def _json(text: str, kind: Any) -> Any:
    return msgspec.json.decode(text, type=kind)


def _listed(text: str, kind: Any) -> Any:
    return msgspec.convert([part.strip() for part in text.split(",") if part.strip()], kind, strict=False)


def _in_words(kind: Any) -> str:
    from typing import Literal, get_args, get_origin

    if get_origin(kind) is Literal:
        return " or ".join(str(each) for each in get_args(kind))
    return _WORDS.get(getattr(kind, "__name__", ""), "JSON")


def _version_at(to: Addressed, position: int) -> int:
    with reading() as log:
        records = log.read(position - 1, 1)
    if not records or records[0].position != position:
        raise NotFound(f"The log has no event {position}.")
    if records[0].stream != to.stream:
        whose = stream_subject(records[0].stream)
        raise NotFound(f"Event {position} is of {whose}, not of {to.state.id}; 'v{position}' would mean its version.")
    return records[0].version


def _as_corrected(to: Addressed, version: int) -> "Happening":
    from activities.folding import happenings
    from domain.history import corrected

    with reading() as log:
        told = happenings(log.stream(to.stream))
    return next(each for each in corrected(told) if each.version == version)


def _said(to: Addressed, happening: "Happening") -> dict[str, Any]:
    fields = msgspec.to_builtins(happening.event)
    took_place = to.says(happening.happened_at)
    return {**{name: value for name, value in fields.items() if name != "kind"}, "took place": took_place}
