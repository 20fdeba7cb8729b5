"""What a fault of shape is called: sentences instead of a validator's own words."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import ErrorDetails

from domain.identity import nearest

_DAY = "a date, written as 2024-09-02"
_WANTED: Mapping[str, str] = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "time_type": "a time of day, written as 18:00",
    "time_parsing": "a time of day, written as 18:00",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping of keys to values",
    "mapping_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "dataclass_type": "a mapping of keys to values",
}


def sentence_of(fault: ErrorDetails) -> str:
    """One fault, without the name of its place."""
    kind, context = fault["type"], fault.get("ctx", {})
    if kind in _WANTED:
        return f"is {_shown(fault['input'])}, but must be {_WANTED[kind]}{_quoting_hint(kind, fault['input'])}"
    if kind in _SENTENCES:
        return _SENTENCES[kind](fault["input"], context)
    if kind in ("value_error", "assertion_error"):
        return str(context.get("error", "is not right"))
    message = fault["msg"]
    return message if kind == "gate_shape" else f"is {_shown(fault['input'])}: {message[:1].lower()}{message[1:]}"


def _quoting_hint(kind: str, value: object) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "string_type" and is_number:
        return f'; write it in quotes: "{value}"'
    if kind == "int_type" and isinstance(value, str) and value.isascii() and value.isdigit():
        return f"; write it without quotes: {value}"
    return ""


def _shown(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = str(value)
    return f"'{text if len(text) <= 60 else text[:57] + '...'}'"


def _pattern(value: object, context: Mapping[str, Any]) -> str:
    pattern = str(context.get("pattern", ""))
    if pattern.startswith(r"^\d+"):
        return f'is {_shown(value)}, but must be a version such as "1.0"'
    if "." in pattern:
        return f"is {_shown(value)}, but must be the name of a fact, such as training.hours"
    return f"is {_shown(value)}, but must be an id: lower-case letters, digits, '-' and '_', such as hub-school"


def _one_of(value: object, context: Mapping[str, Any]) -> str:
    expected = str(context.get("expected", context.get("expected_tags", ""))).replace(" or ", ", ")
    hint = f"; write it without quotes: {value}" if value == expected and isinstance(value, str) else ""
    return f"is {_shown(value)}, but must be one of: {expected.replace(chr(39), '')}{hint}"


def _unknown_kind(value: object, context: Mapping[str, Any]) -> str:
    allowed = [each.strip(" '") for each in str(context.get("expected_tags", "")).split(",")]
    near = nearest(str(context.get("tag", "")), allowed)
    hint = f"did you mean '{near}'?" if near else f"there are: {', '.join(allowed)}"
    return f"'{context.get('tag')}' is no kind of step; {hint}"


_SENTENCES: Mapping[str, Callable[[object, Mapping[str, Any]], str]] = {
    "string_pattern_mismatch": _pattern,
    "string_too_long": lambda value, context: (
        f"has {len(str(value)):,} characters; at most {context.get('max_length'):,} are allowed"
    ),
    "string_too_short": lambda value, context: "is empty; it needs a text",
    "too_short": lambda value, context: (
        f"is {'empty' if isinstance(value, Mapping) else 'an empty list'}; it needs at least one entry"
    ),
    "greater_than_equal": lambda value, context: f"is {value}, but must be at least {context.get('ge')}",
    "less_than_equal": lambda value, context: f"is {value}, but must be at most {context.get('le')}",
    "literal_error": _one_of,
    "union_tag_invalid": _unknown_kind,
    "union_tag_not_found": lambda value, context: (
        "lacks the key 'kind': training, delivery, mentoring, evidence, cycle or assignment"
    ),
    "recursion_loop": lambda value, context: "contains itself",
}
