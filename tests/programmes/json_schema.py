"""The part of JSON Schema that the published schema uses, to check documents by it."""

import re
from collections.abc import Iterator
from typing import Any

_TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
}
#: As RFC 3339 has them: editors and other people's validators hold documents to the formats as well.
_FORMATS = {
    "date": re.compile(r"\d{4}-[01]\d-[0-3]\d"),
    "time": re.compile(r"[012]\d:[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)"),
}
_KNOWN = {
    "$defs", "$id", "$ref", "$schema", "additionalProperties", "anyOf", "const", "default", "description",
    "discriminator", "enum", "format", "items", "maxItems", "maxLength", "maximum", "minItems", "minLength",
    "minProperties", "minimum", "oneOf", "pattern", "patternProperties", "properties", "propertyNames", "required",
    "title", "type",
}  # fmt: skip


def faults(value: Any, schema: dict[str, Any], root: dict[str, Any], path: str = "") -> Iterator[str]:
    """Where the value departs from the schema; an unknown keyword of the schema is an error of the schema."""
    assert set(schema) <= _KNOWN, set(schema) - _KNOWN
    if "$ref" in schema:
        yield from faults(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, path)
    if "anyOf" in schema and not any(_fits(value, each, root) for each in schema["anyOf"]):
        yield f"{path}: fits none"
    if "oneOf" in schema and (fitting := sum(_fits(value, each, root) for each in schema["oneOf"])) != 1:
        yield f"{path}: fits {fitting} of those of which it must fit one"
    if "type" in schema and not _is(value, schema["type"]):
        yield f"{path}: is no {schema['type']}"
        return
    yield from _scalar_faults(value, schema, path)
    if isinstance(value, dict):
        yield from _mapping_faults(value, schema, root, path)
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield f"{path}: is too short"
        for at, each in enumerate(value):
            yield from faults(each, schema.get("items", {}), root, f"{path}[{at}]")


def _fits(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    return next(faults(value, schema, root), None) is None


def _is(value: Any, name: str) -> bool:
    return isinstance(value, _TYPES[name]) and (name != "integer" or not isinstance(value, bool))


def _scalar_faults(value: Any, schema: dict[str, Any], path: str) -> Iterator[str]:
    if "const" in schema and value != schema["const"]:
        yield f"{path}: is not {schema['const']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: is none of {schema['enum']}"
    if isinstance(value, str):
        if "format" in schema and not _FORMATS[schema["format"]].fullmatch(value):
            yield f"{path}: is no {schema['format']}"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{path}: does not match"
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            yield f"{path}: has a wrong length"
    if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{path}: is out of range"


def _mapping_faults(value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], path: str) -> Iterator[str]:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    patterns = schema.get("patternProperties", {})
    if len(value) < schema.get("minProperties", 0):
        yield f"{path}: has too few keys"
    yield from (f"{path}: lacks {key}" for key in schema.get("required", ()) if key not in value)
    for key, each in value.items():
        if key in properties:
            yield from faults(each, properties[key], root, f"{path}.{key}")
        matching = [inner for pattern, inner in patterns.items() if re.search(pattern, key)]
        for inner in matching:
            yield from faults(each, inner, root, f"{path}.{key}")
        if key not in properties and not matching and others is False:
            yield f"{path}.{key}: is unknown"
        yield from faults(key, schema.get("propertyNames", {}), root, f"{path}.{key}")
