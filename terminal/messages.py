"""Refusals in the language of whoever reads them: a catalogue of Kazakh and Russian beside the domain's English."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from terminal.catalogues import read_catalogue

CATALOGUE: Final = Path(__file__).with_suffix(".yaml")


#: gaps that the title of a role fills
ROLES: Final = frozenset({"role", "duty", "other"})


def sentence(
    code: str, english: str, params: Mapping[str, str], language: str, roles: Mapping[str, str] | None = None
) -> str:
    """The refusal in a language; in English where the catalogue does not know it, or knows other gaps.

    `roles`: English title -> that in the language, as definitions have them.
    """
    if language == "en":
        return english
    titles = roles or {}
    words = {
        name: titles[value] if name in ROLES and value in titles else in_words(value, language)
        for name, value in params.items()
    }
    return _filled("refusals", code, english, words, language)


def problem(code: str, english: str, gaps: Mapping[str, object], language: str) -> str:
    """What is wrong with a file, a person's data or a service, in a language; in English where it is not known."""
    if language == "en":
        return english
    words = {name: in_words(value, language) if isinstance(value, str) else value for name, value in gaps.items()}
    return _filled("problems", code, english, words, language)


def _filled(part: str, code: str, english: str, words: Mapping[str, object], language: str) -> str:
    known = catalogue()[part].get(code, {}).get(language)
    if known is None:
        return english
    try:
        return str(known).format(**words).replace("?.", "?")
    except (KeyError, IndexError):
        return english


def catalogue() -> dict[str, Any]:
    return read_catalogue(CATALOGUE)


def in_words(value: str, language: str) -> str:
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
