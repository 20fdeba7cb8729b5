"""Which keys a definition may have at a place, read off the models themselves."""

import json
from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.programme import Programme
from programmes.document import Place, Plain

#: keys by which a condition of a gate is told from the others, in the order in which they are looked for
_CONDITIONS = (
    ("fact", "FactIs"),
    ("among", "Among"),
    ("all", "AllOf"),
    ("any", "AnyOf"),
    ("of", "AtLeast"),
    ("on_or_after", "DateIs"),
    ("before", "DateIs"),
)


def programme_from(content: Plain) -> Programme:
    """The programme that the values of a file are, taken at their word: `true` is no 1, and "6" no 6.

    Raises ValidationError.
    """
    # From Python's values, strict models take neither a list for a tuple nor a text for a date; from JSON's they do.
    return Programme.model_validate_json(json.dumps(content), strict=True, by_alias=True, by_name=False)


def keys_of(model: type[BaseModel]) -> dict[str, Any]:
    """The keys as they are written in a file, each with its type."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def model_at(path: Place, content: Plain) -> type[BaseModel] | None:
    """The model that the mapping at `path` is to become, if one can be told."""
    here = annotation_at(path, content)
    return here if isinstance(here, type) and issubclass(here, BaseModel) else None


def annotation_at(path: Place, content: Plain) -> Any:
    """The type of what belongs at `path`; None if that cannot be told."""
    here: Any = Programme
    value: Any = content
    for part in path:
        value = _inside(value, part)
        here = _stepped(here, part, value)
        if here is None:
            return None
    return here


def _inside(value: Any, part: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return None


def _stepped(here: Any, part: str | int, value: Any) -> Any:
    if isinstance(here, type) and issubclass(here, BaseModel):
        return _resolved(keys_of(here).get(str(part)), value)
    origin, arguments = get_origin(here), get_args(here)
    if origin is tuple and isinstance(part, int):
        return _resolved(arguments[0], value)
    if origin is dict:
        return _resolved(arguments[1], value)
    return None


def _resolved(annotation: Any, value: Any) -> Any:
    """The one member of a union that the value is meant to be."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) not in (Union, UnionType):
        return annotation
    members = [_resolved(each, value) for each in get_args(annotation)]
    members = [each for each in members if each not in (None, type(None))]
    if len(members) == 1 or not isinstance(value, Mapping):
        return members[0] if members else None
    models = [each for each in members if isinstance(each, type) and issubclass(each, BaseModel)]
    return next((each for each in models if _is_meant(each, value)), None)


def _is_meant(model: type[BaseModel], value: Mapping[str, Any]) -> bool:
    kind = model.model_fields.get("kind")
    if kind is not None:
        return value.get("kind") in get_args(kind.annotation)
    return next((name for key, name in _CONDITIONS if key in value), None) == model.__name__


def written_path(location: tuple[str | int, ...]) -> Place:
    """The path in the file of a place that the model names: without the names of a union's members."""
    path: list[str | int] = []
    member_follows = False
    for part in location:
        if member_follows and isinstance(part, str):
            member_follows = False
            continue
        path.append(part)
        inside = path[-2] if len(path) > 1 else None
        of_steps = isinstance(part, int) and inside == "steps"
        of_gates = isinstance(part, int) and inside in ("all", "any", "of")
        member_follows = of_steps or of_gates or part in ("gate", "enter")
    return tuple(path)


def faults_of(error: ValidationError) -> list[ErrorDetails]:
    """The faults that a file really has: a list is not too short because an entry of it could not be read."""
    faults = error.errors(include_url=False)
    return [fault for fault in faults if fault["type"] != "too_short" or not fault["input"]]


def place_of(fault: ErrorDetails, content: Plain) -> Place:
    """The path in the file; a missing key keeps its name as the last part."""
    path = written_path(fault["loc"])
    known = _deepest(path, content)
    if fault["type"] == "union_tag_not_found":
        return path
    return path[: known + 1] if fault["type"] in ("missing", "extra_forbidden") else path[:known]


def _deepest(path: Place, content: Any) -> int:
    for depth, part in enumerate(path):
        if isinstance(content, Mapping) and part in content:
            content = content[str(part)]
        elif isinstance(content, list) and isinstance(part, int) and part < len(content):
            content = content[part]
        else:
            return depth
    return len(path)
