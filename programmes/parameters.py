"""Parameters: what a definition leaves to the programme manager, put in its place before the definition is checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeGuard

from domain.identity import nearest
from programmes.document import Document, Place, Plain
from programmes.problem import Problem

Value = bool | int | str | None


@dataclass(slots=True)
class Filled:
    """A definition's values with every parameter replaced."""

    content: Plain
    #: parameter -> value as used
    chosen: dict[str, Value]
    #: where a parameter's value stands now -> the parameter
    places: dict[Place, str]
    problems: list[Problem] = field(default_factory=list)
    #: where an unknown parameter is named
    unresolved: list[Place] = field(default_factory=list)
    #: the definition is one that was kept as used: its parameters are replaced already
    is_resolved: bool = False


def is_scalar(value: object) -> TypeGuard[Value]:
    return value is None or isinstance(value, bool | int | str)


def fill(document: Document, given: Mapping[str, object] | None = None, cohort: str | None = None) -> Filled:
    """Replace each {parameter: name} by the value given for this rollout, else its cohort's, else the default."""
    declared = _declared(document.content)
    filled = Filled(None, {}, {}, is_resolved=isinstance(document.content, dict) and "chosen" in document.content)
    for name, raw in declared.items():
        default = raw.get("default") if isinstance(raw, dict) else None
        if is_scalar(default):
            filled.chosen[name] = default
    for name, value in {**_of_cohort(document.content, cohort), **(given or {})}.items():
        _choose(document, declared, filled, name, value)
    filled.content = _replaced(document, filled, set(declared), document.content, ())
    if isinstance(filled.content, dict) and "parameters" in filled.content and not filled.is_resolved:
        filled.content["chosen"] = dict(filled.chosen)
    return filled


def _declared(content: Plain) -> dict[str, Plain]:
    found = content.get("parameters") if isinstance(content, dict) else None
    return found if isinstance(found, dict) else {}


def _of_cohort(content: Plain, cohort: str | None) -> Mapping[str, object]:
    found: Plain = content
    for key in ("cohorts", cohort or "", "parameters"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _choose(document: Document, declared: Mapping[str, Plain], filled: Filled, name: str, value: object) -> None:
    if name not in declared:
        near = nearest(name, declared)
        hint = f"; did you mean '{near}'?" if near else "; it has: " + (", ".join(declared) or "none")
        filled.problems.append(document.problem(("parameters",), f"has no parameter '{name}'{hint}"))
        return
    raw = declared[name]
    default = filled.chosen.get(name)
    choices = raw.get("choices") if isinstance(raw, dict) else None
    fitting = _fitting(value, default)
    path: Place = ("parameters", name)
    if fitting is _UNFIT:
        wanted = {bool: "true or false", int: "a whole number"}.get(type(default), "a text")
        filled.problems.append(document.problem(path, f"was given {value!r}; it takes {wanted}, such as {default!r}"))
    elif isinstance(choices, list) and choices and fitting not in choices:
        allowed = ", ".join(str(each) for each in choices)
        filled.problems.append(document.problem(path, f"was given {value!r}; it takes one of: {allowed}"))
    elif is_scalar(fitting):
        filled.chosen[name] = fitting


_UNFIT = object()


def _fitting(value: object, default: Value) -> object:
    """The value in the type of the default; a command line gives every value as a text."""
    if isinstance(value, date):
        value = value.isoformat()
    if isinstance(default, bool):
        words = {"true": True, "yes": True, "false": False, "no": False}
        return value if isinstance(value, bool) else words.get(str(value).lower(), _UNFIT)
    if isinstance(default, int):
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        return int(value) if isinstance(value, str) and value.strip().lstrip("+-").isdecimal() else _UNFIT
    return value if isinstance(value, str) else _UNFIT


def _replaced(document: Document, filled: Filled, declared: set[str], value: Plain, path: Place) -> Plain:
    if path in (("parameters",), ("chosen",)) or (len(path) == 3 and path[0] == "cohorts" and path[2] == "parameters"):
        return value
    if isinstance(value, list):
        return [_replaced(document, filled, declared, each, (*path, at)) for at, each in enumerate(value)]
    if not isinstance(value, dict):
        return value
    if set(value) == {"parameter"} and isinstance(value["parameter"], str):
        return _looked_up(document, filled, declared, value["parameter"], path)
    return {key: _replaced(document, filled, declared, each, (*path, key)) for key, each in value.items()}


def _looked_up(document: Document, filled: Filled, declared: set[str], name: str, path: Place) -> Plain:
    if name in declared:
        filled.places[path] = name
        return filled.chosen.get(name)
    filled.unresolved.append(path)
    near = nearest(name, declared)
    hint = f"; did you mean '{near}'?" if near else "; declare it under 'parameters'"
    filled.problems.append(document.problem(path, f"names the unknown parameter '{name}'{hint}"))
    return None
