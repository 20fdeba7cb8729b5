"""Writes docs/events.md from the events themselves: `python -m tests.docs.event_pages`."""

import types
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from domain.codec import EVENT_BY_KIND, UPCASTERS
from domain.event import Event
from domain.organisation import stream as organisation
from domain.participant import stream as participant
from domain.rollout import stream as rollout
from tests.docs.event_meanings import FIELDS, KINDS, PARTS

PAGE = Path(__file__).parents[2] / "docs" / "events.md"

_HEAD = """# Kinds of events

What `kind`, `schema` and `data` of an event can be, for those who read an [export](auditing.md#exports). The other
fields are those of [every event](checking.md#an-event). This page is written from the events themselves; a test keeps
it current.

`data` is a JSON object with the `kind` once more and the fields below. Every field is always there; where nothing is
known it is null, or empty. Instants are ISO 8601 in UTC, persons are opaque ids (`p-4f7k2m9x`), texts of people stand
[beside the log](checking.md#how-it-shows-that-it-was-not-changed). *The definition* is the one to which the rollout is
pinned (`ProgrammeAdopted`).
"""
_STREAMS = (
    ("a participant", "participant:ROLLOUT/SCHOOL", "what happens to one participant", participant.EVENTS),
    ("a rollout", "rollout:ROLLOUT", "what happens to a rollout as a whole", rollout.EVENTS),
    ("the organisation", "organisation:main", "definitions, persons and rights", organisation.EVENTS),
)
_NAMES: dict[Any, str] = {
    str: "text", int: "whole number", bool: "true or false", datetime: "instant", date: "day", Any: "any JSON"
}  # fmt: skip


def page() -> str:
    """The page as it should be."""
    parts = [_HEAD]
    for name, stream, what, events in _STREAMS:
        parts.append(f"## Events of {name}\n\nStream `{stream}`: {what}.\n")
        parts += [_section(event) for event in events]
    parts.append("## Parts of events\n")
    parts += [_part(part) for part in structs()]
    return "\n".join(parts)


def structs() -> list[type[msgspec.Struct]]:
    """What events are made of that has fields of its own, in the order in which it comes up."""
    found: dict[type[msgspec.Struct], None] = {}
    waiting: list[Any] = list(EVENT_BY_KIND.values())
    while waiting:
        for field in msgspec.structs.fields(waiting.pop(0)):
            for each in _structs_in(field.type):
                if each not in found:
                    found[each] = None
                    waiting.append(each)
    return list(found)


def _structs_in(kind: Any) -> Iterator[type[msgspec.Struct]]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
    for inner in get_args(kind):
        yield from _structs_in(inner)


def meaning(owner: type[msgspec.Struct], field: str) -> str:
    return FIELDS.get(f"{owner.__name__}.{field}") or FIELDS[field]


def _section(event: type[Event]) -> str:
    kind = event.kind()
    older = sorted(schema for each, schema in UPCASTERS if each == kind)
    schemas = f"Schema {event.schema}." + (f" Older logs have {', '.join(map(str, older))} as well." if older else "")
    return f"### {kind}\n\n{KINDS[kind]} {schemas}\n" + _table(event)


def _part(part: type[msgspec.Struct]) -> str:
    return f"### {part.__name__}\n\n{PARTS[part.__name__]}\n" + _table(part)


def _table(owner: type[msgspec.Struct]) -> str:
    rows = [
        f"| `{field.encode_name}` | {_type(field.type)} | {meaning(owner, field.name)} |\n"
        for field in msgspec.structs.fields(owner)
    ]
    return "".join(("\n| field | type | what |\n| --- | --- | --- |\n", *rows)) if rows else ""


def _type(kind: Any) -> str:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return ", ".join(f"`{each}`" for each in inner)
    if origin in (Union, types.UnionType):
        known = [_type(each) for each in inner if each is not type(None)]
        return " or ".join(known) + (", or null" if type(None) in inner else "")
    if origin is tuple:
        return f"list of: {_type(inner[0])}"
    if origin is dict:
        return f"object of: {_type(inner[1])}"
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return f"[{kind.__name__}](#{kind.__name__.lower()})"
    return _NAMES[kind]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
