"""The JSON Schema of a definition file, by which editors complete and check while one types."""

import json
from collections.abc import Mapping
from typing import Any

from domain.programme import Programme
from programmes.schema_words import meaning

ADDRESS = "https://kaskad.example/programme.schema.json"
_REFERENCE = "ParameterReference"
_SCALARS = frozenset({"string", "integer", "number", "boolean"})
#: keys that cannot be left to a parameter: they say what the definition is
_FIXED = frozenset({"kaskad", "programme", "version", "kind"})


def json_schema() -> dict[str, Any]:
    """Draft 2020-12. A {parameter: name} may stand wherever a single value may."""
    schema = Programme.model_json_schema(by_alias=True, mode="validation")
    definitions = schema.pop("$defs")
    # Written by the reader, never by people.
    schema["properties"].pop("chosen")
    models = {name: _model(name, model) for name, model in definitions.items()}
    models["DateIs"]["minProperties"] = 1
    for language in models["Text"]["properties"].values():
        language["pattern"] = r"\S"
    models[_REFERENCE] = {
        "title": "Parameter",
        "description": "The value of a parameter, put here when the definition is read.",
        "type": "object",
        "properties": {"parameter": {"type": "string", "description": "Name of the parameter, of 'parameters'."}},
        "required": ["parameter"],
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ADDRESS,
        **_model("Programme", schema),
        "title": "Kaskad programme definition",
        "$defs": dict(sorted(models.items())),
    }


def written_schema() -> str:
    """The schema as it is published."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"


def _model(name: str, model: Mapping[str, Any]) -> dict[str, Any]:
    properties = {
        key: _property(name, key, value, open_to_parameters=name != "Parameter" and key not in _FIXED)
        for key, value in model.get("properties", {}).items()
    }
    return {**model, "properties": properties}


def _property(model: str, key: str, value: Mapping[str, Any], *, open_to_parameters: bool) -> dict[str, Any]:
    plain = _without_null(value)
    if open_to_parameters and key != "parameters":
        plain = _or_parameter(plain)
    described: dict[str, Any] = {name: plain.pop(name) for name in ("title", "default") if name in plain}
    text = meaning(model, key)
    return {**described, **({"description": text} if text else {}), **plain}


def _without_null(value: Mapping[str, Any]) -> dict[str, Any]:
    """A key that may be left out need not be empty."""
    found = dict(value)
    if found.get("default", 0) is None:
        del found["default"]
    if "patternProperties" in found:
        found["additionalProperties"] = False
    members = [each for each in found.get("anyOf", ()) if each.get("type") != "null"]
    if len(members) == 1:
        del found["anyOf"]
        found = {**found, **members[0]}
    elif members:
        found["anyOf"] = members
    return found


def _or_parameter(value: dict[str, Any]) -> dict[str, Any]:
    if value.get("type") == "array":
        return {**value, "items": _or_parameter(value["items"])}
    if "patternProperties" in value:
        named = {pattern: _or_parameter(each) for pattern, each in value["patternProperties"].items()}
        return {**value, "patternProperties": named}
    members = value.get("anyOf", [value])
    if not all(member.get("type") in _SCALARS or "const" in member for member in members):
        return value
    kept: dict[str, Any] = {name: value[name] for name in ("title", "default") if name in value}
    choices = [{name: part for name, part in each.items() if name not in kept} for each in members]
    return {**kept, "anyOf": [*choices, {"$ref": f"#/$defs/{_REFERENCE}"}]}
