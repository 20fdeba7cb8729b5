"""What can still be checked of a definition that has faults: each fault gives way to something harmless."""

import types
from copy import deepcopy
from datetime import date, time
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticUndefined

from domain.calendar import Due
from domain.gate import FactIs
from domain.identity import is_valid_id
from domain.programme import Programme
from programmes.document import Place, Plain
from programmes.fields import annotation_at, faults_of, keys_of, model_at, place_of, programme_from

#: the id of whatever was made up; naming it is no fault
MADE_UP = "made-up-by-the-reader"
_MOST_ROUNDS = 30
_READY: dict[type[BaseModel], dict[str, Plain]] = {
    Due: {"days": 0},
    FactIs: {"fact": MADE_UP, "is": True},
}


def salvage(content: Plain, error: ValidationError) -> tuple[Programme | None, set[Place]]:
    """The programme as far as it can be read, and the places where something was made up for it."""
    rest: Any = deepcopy(content)
    made_up: set[Place] = set()
    for _ in range(_MOST_ROUNDS):
        for fault in faults_of(error):
            _mend(rest, fault, made_up)
        try:
            return programme_from(rest), made_up
        except ValidationError as again:
            error = again
    return None, made_up


def _mend(rest: Any, fault: ErrorDetails, made_up: set[Place]) -> None:
    path = place_of(fault, rest)
    if not path:
        return
    owner = _at(rest, path[:-1])
    if fault["type"] == "extra_forbidden":
        owner.pop(path[-1], None)
        return
    # A second fault at the same place means that the stand-in itself is refused there: the whole of it must go.
    if path in made_up and len(path) > 1:
        path = path[:-1]
        owner = _at(rest, path[:-1])
    made_up.add(path)
    model = model_at(path[:-1], rest)
    field = _field(model, str(path[-1])) if model else None
    if field is not None and not field.is_required() and isinstance(owner, dict):
        owner.pop(str(path[-1]), None)
    elif owner is not None:
        owner[path[-1]] = _in_place_of(owner, path, rest, field)


def _in_place_of(owner: Any, path: Place, rest: Any, field: FieldInfo | None) -> Any:
    if field is not None:
        made = stand_in(field.annotation, tuple(field.metadata))
    else:
        made = stand_in(annotation_at(path, rest) or _first_of_union(path, rest))
    old = owner.get(path[-1]) if isinstance(owner, dict) else owner[path[-1]]
    # Others name it by its id: that it cannot be read must not make them wrong.
    if isinstance(old, dict) and isinstance(made, dict) and is_valid_id(str(old.get("id", ""))):
        made["id"] = old["id"]
    return made


def _field(model: type[BaseModel], key: str) -> FieldInfo | None:
    return next((field for name, field in model.model_fields.items() if key in (field.alias, name)), None)


def _at(value: Any, path: Place) -> Any:
    for part in path:
        value = value[part]
    return value


def _first_of_union(path: Place, rest: Any) -> Any:
    """A step or a condition that cannot be told apart: any harmless one will do."""
    owner = annotation_at(path[:-1], rest)
    if get_origin(owner) is tuple:
        return get_args(owner)[0]
    model = model_at(path[:-1], rest)
    return keys_of(model).get(str(path[-1])) if model else None


def stand_in(annotation: Any, bounds: tuple[Any, ...] = ()) -> Any:
    """The plainest value that the type takes."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return stand_in(arguments[0], (*bounds, *arguments[1:]))
    if origin is Literal:
        return arguments[0]
    if origin in (Union, types.UnionType):
        return None if type(None) in arguments else stand_in(arguments[0])
    if origin is tuple:
        return [stand_in(arguments[0])]
    if origin is dict:
        return {MADE_UP: stand_in(arguments[1])}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _model(annotation)
    return _scalar(annotation, bounds)


def _model(model: type[BaseModel]) -> dict[str, Any]:
    if model in _READY:
        return dict(_READY[model])
    made: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if field.is_required() or field.default is PydanticUndefined:
            made[field.alias or name] = stand_in(field.annotation, tuple(field.metadata))
    return made


def _scalar(annotation: Any, bounds: tuple[Any, ...]) -> Any:
    if annotation is int:
        return next((bound.ge for bound in bounds if isinstance(bound, Ge)), 0)
    if annotation is bool:
        return True
    if annotation is date:
        return "2024-09-02"
    if annotation is time:
        return "18:00"
    wants_digits = any(getattr(bound, "pattern", None) == r"^\d+(\.\d+){0,2}$" for bound in bounds)
    wants_zone = any(getattr(getattr(bound, "func", None), "__name__", "") == "_known_zone" for bound in bounds)
    return "1" if wants_digits else "UTC" if wants_zone else MADE_UP
