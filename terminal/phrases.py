"""What commands say when all is well, in the language of the settings: headings, words and sentences."""

from pathlib import Path
from typing import Any, Final

from terminal.catalogues import read_catalogue

PHRASES: Final = Path(__file__).with_suffix(".yaml")


def phrases() -> dict[str, dict[str, dict[str, str]]]:
    return read_catalogue(PHRASES)


def headings(*english: str) -> list[str]:
    """The columns of a table."""
    return [_of("headings", each) for each in english]


def word(english: str) -> str:
    """A word of the log's, such as a verdict; a name that no catalogue has stays as it is."""
    return _of("words", english)


def said_in_words(english: str) -> str:
    """A word, or one of the catalogue's hints around a name."""
    from terminal.messages import in_words

    language = _language()
    return english if language == "en" else in_words(english, language)


def phrase(key: str, *, in_english: bool = False, **gaps: object) -> str:
    """A sentence."""
    return phrases()["sentences"][key]["en" if in_english else _language()].format(**gaps)


def counted_phrase(key: str, number: int, **gaps: Any) -> str:
    """A sentence about so many things: English has two forms, KEY_one and KEY_many."""
    return phrase(f"{key}_one" if number == 1 else f"{key}_many", count=number, **gaps)


def did_you_mean(close: str) -> str:
    """The end of a refusal, with what is nearest to a name."""
    from terminal.messages import catalogue

    english = "; did you mean '{}'?"
    language = _language()
    return str(english if language == "en" else catalogue()["hints"][english][language]).format(close)


def _of(part: str, english: str) -> str:
    """English is said without the catalogue, so that it is never read for that."""
    language = _language()
    if language == "en":
        return english
    from terminal.messages import catalogue

    known = phrases()[part].get(english) or catalogue()["words"].get(english, {})
    return str(known.get(language, english))


def _language() -> str:
    from runtime.settings import settings

    return settings().language
