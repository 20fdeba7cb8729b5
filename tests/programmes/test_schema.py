"""The published JSON Schema is current, explains every key, and takes what the reader takes."""

from pathlib import Path
from typing import Any

import pytest

from programmes.document import parse
from programmes.library import library
from programmes.schema import json_schema, written_schema
from tests.programmes.json_schema import faults

ROOT = Path(__file__).parents[2]
DEFINITIONS = Path(__file__).parent / "definitions"


def told(source: bytes) -> list[str]:
    schema = json_schema()
    return list(faults(parse(source, "definition").content, schema, schema))


def test_the_published_schema_is_the_one_of_this_version() -> None:
    published = (ROOT / "docs" / "programme.schema.json").read_text(encoding="utf-8")
    assert published == written_schema(), "kaskad programme schema > docs/programme.schema.json"


@pytest.mark.parametrize("path", [*library().values(), DEFINITIONS / "small.yaml"], ids=lambda path: path.name)
def test_what_the_reader_takes_the_schema_takes(path: Path) -> None:
    assert told(path.read_bytes()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("count: 3", "count: three"),
        ("count: 3", "count: 0"),
        ("count: 3", 'count: "3"'),
        ("count: 3", "count: true"),
        ("missed_after: 7", "missed_after: 7\n        remind:"),
        ('ru: "Малая"', 'ru: " "'),
        ("missed_after: 7", "missed_after: 7\n        missed: 7"),
        ("mode: online", "mode: remote"),
        ("programme: small", "programme: Small"),
        ('ru: "Малая", ', ""),
        ("{fact: mentoring.last, is: on_track}", "{colour: red}"),
        ("kind: cycle", "kind: circle"),
        ("calendar:\n", "calendar:\n  due_time: 18:00Z\n"),
        ("default: 6", "default: {parameter: hours}"),
    ],
)
def test_what_an_editor_can_know_to_be_wrong_the_schema_refuses(old: str, new: str) -> None:
    small = (DEFINITIONS / "small.yaml").read_text(encoding="utf-8")
    assert old in small
    assert told(small.replace(old, new).encode())


def test_every_key_has_a_title_or_a_meaning_that_an_editor_can_show() -> None:
    schema = json_schema()
    models: dict[str, Any] = {**schema["$defs"], "Programme": schema}
    silent = [
        f"{name}.{key}"
        for name, model in models.items()
        for key, value in model["properties"].items()
        if not value.get("description")
    ]
    assert silent == []
