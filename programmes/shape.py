"""From plain values to the models: every fault of shape in a sentence, and what can still be read beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.calendar import Due
from domain.identity import nearest
from domain.programme import Programme
from domain.text import Text
from programmes.document import Document, Place, Plain
from programmes.fields import annotation_at, faults_of, keys_of, model_at, place_of, programme_from
from programmes.parameters import Filled
from programmes.problem import Problem
from programmes.salvage import salvage
from programmes.wording import sentence_of

_LANGUAGES = {"kk": "Kazakh", "ru": "Russian", "en": "English"}
#: how the mappings look in whose place people write a word most often
_WRITTEN: Mapping[object, str] = {
    Text: "; every text is written in kk, ru and en: {kk: ..., ru: ..., en: ...}",
    Due: ", such as {weeks: 2} or {working_days: 5}",
}


@dataclass(slots=True)
class Shaped:
    """What came of a definition: the programme, or as much of it as the checks can still use."""

    programme: Programme | None
    problems: list[Problem] = field(default_factory=list)
    #: what was made up in the place of a fault, to get this far
    made_up: set[Place] = field(default_factory=set)


def shape(document: Document, filled: Filled) -> Shaped:
    try:
        return Shaped(programme_from(filled.content), list(_blanks(document, filled, filled.content, ())))
    except ValidationError as error:
        programme, made_up = salvage(filled.content, error)
        problems = list(_problems(error, document, filled))
        told = {problem.where for problem in problems}
        blanks = _blanks(document, filled, filled.content, ())
        return Shaped(programme, problems + [each for each in blanks if each.where not in told], made_up)


def _blanks(document: Document, filled: Filled, value: Plain, path: Place) -> Iterator[Problem]:
    """What stands there and says nothing: a `review:` with its lines forgotten would be no review at all."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _blanks(document, filled, each, (*path, key))
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from _blanks(document, filled, each, (*path, at))
    elif value is None and path not in filled.unresolved:
        yield document.problem(path, "is empty; write what belongs here, or leave the key out", at_key=True)
    elif isinstance(value, str) and not value.strip():
        yield document.problem(path, "is empty; it needs a text")


def _problems(error: ValidationError, document: Document, filled: Filled) -> Iterator[Problem]:
    said: set[Place] = set()
    for fault in faults_of(error):
        path = place_of(fault, filled.content)
        # An unknown parameter has no value: what is missing for want of it is told already.
        if path in said or any(place[: len(path)] == path for place in filled.unresolved):
            continue
        said.add(path)
        unknown = fault["type"] == "extra_forbidden"
        message = _message(fault, path, filled.content)
        if name := filled.places.get(path):
            message += f" (the value comes from the parameter '{name}')"
        place = (*path, "kind") if fault["type"] == "union_tag_invalid" else path
        yield document.problem(place, message, at_key=unknown)


def _message(fault: ErrorDetails, path: Place, content: Plain) -> str:
    model = model_at(path[:-1], content) if path else None
    key = str(path[-1]) if path else ""
    if fault["type"] == "extra_forbidden":
        return _unknown_key(key, model)
    if fault["type"] == "missing":
        if model is Text:
            return f"lacks the {_LANGUAGES[key]} text; every text is written in kk, ru and en"
        return f"lacks the key '{key}'"
    is_no_mapping = fault["type"] in ("model_type", "model_attributes_type")
    hint = _WRITTEN.get(annotation_at(path, content), "") if is_no_mapping else ""
    return f"{sentence_of(fault)}{hint}"


def _unknown_key(key: str, model: type[BaseModel] | None) -> str:
    known = keys_of(model) if model else {}
    known.pop("chosen", None)
    if near := nearest(key, known):
        return f"is no known key; did you mean '{near}'?"
    return "is no known key" + (f"; here may stand: {', '.join(known)}" if known else "")
