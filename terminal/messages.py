"""Refusals in the language of whoever reads them: a catalogue of Kazakh and Russian beside the domain's English."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

CATALOGUE: Final = Path(__file__).with_suffix(".yaml")


def sentence(code: str, english: str, params: Mapping[str, str], language: str) -> str:
    """The refusal in a language; in English where the catalogue does not know it, or knows other gaps."""
    if language == "en":
        return english
    known = catalogue()["refusals"].get(code, {}).get(language)
    if known is None:
        return english
    try:
        return str(known).format(**{name: _word(value, language) for name, value in params.items()}).replace("?.", "?")
    except (KeyError, IndexError):
        return english


@cache
def catalogue() -> dict[str, Any]:
    import yaml

    loaded: dict[str, Any] = yaml.load(CATALOGUE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return loaded


def _word(value: str, language: str) -> str:
    """What fills a gap: names stay as they are, words and hints are put into the language."""
    known = catalogue()["words"].get(value)
    if known is not None:
        return str(known[language])
    for english, others in catalogue()["hints"].items():
        before, _, after = english.partition("{}")
        found = re.fullmatch(re.escape(before) + "(.*)" + re.escape(after), value)
        if found:
            return str(others[language]).format(found[1])
    return value
