"""What a text shows of somebody: the name, the e-mail address or the phone number, as people write them in remarks."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from people.person import Person

#: a word of a name that is shorter tells nothing when it stands alone
_ALONE = 4
#: letters that an inflected name may have more than its stem (Сейітқызы, Сейітқызымен)
_ENDING = 5
#: the digits of a phone number without what comes before the number in its country (+7, 8)
_SUBSCRIBER = 10
_FEWEST_DIGITS = 6
_VOWELS = "aeiouyаеёиоуыэюяйәіөұүһ"

_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\+?\d[\d\s()./\-–]{4,}\d")


class Likeness:
    """Tells whose likeness a text is among some persons; `others` are those who must not be taken for them.

    A name shows somebody when all of its words are in the text, inflected or not. One word alone does so when it has
    four letters or more and nobody else bears it: a text too many is better taken away than one too few. A name of
    short words alone (Ли Ан) has to stand there as it is, since such words mean other things as well.
    """

    def __init__(self, persons: Iterable[Person], others: Iterable[Person]) -> None:
        borne = {word for each in others for word in _words(each.names)}
        self._sought = [_Sought(person, borne) for person in persons]

    def __bool__(self) -> bool:
        return bool(self._sought)

    def __call__(self, text: str) -> str | None:
        """The id of the first whom the text shows."""
        if not self._sought:
            return None
        folded = _folded(text)
        words = _WORD.findall(folded)
        numbers = {_digits(each) for each in _NUMBER.findall(folded)}
        return next((each.person for each in self._sought if each.is_in(folded, words, numbers)), None)


class _Sought:
    def __init__(self, person: Person, borne: set[str]) -> None:
        self.person = person.person
        self._names = _words(person.names)
        self._alone = [
            name for name in self._names if len(name) >= _ALONE and not any(_is_form(each, name) for each in borne)
        ]
        self._email = None if person.email is None else _folded(person.email)
        digits = "" if person.phone is None else _digits(person.phone)
        self._phone = digits[-_SUBSCRIBER:] if len(digits) >= _FEWEST_DIGITS else None

    def is_in(self, folded: str, words: Sequence[str], numbers: set[str]) -> bool:
        if self._email is not None and self._email in folded:
            return True
        if self._phone is not None and any(each.endswith(self._phone) for each in numbers):
            return True
        if any(_is_form(word, name) for name in self._alone for word in words):
            return True
        if all(len(name) < _ALONE for name in self._names):
            return len(self._names) > 1 and f" {' '.join(self._names)} " in f" {' '.join(words)} "
        return all(any(_is_form(word, name) for word in words) for name in self._names)


def _is_form(word: str, name: str) -> bool:
    """Whether a word is the name, perhaps with another ending."""
    if len(name) < _ALONE:
        return word == name
    stem = name.rstrip(_VOWELS)
    stem = stem if len(stem) >= _ALONE else name
    return word.startswith(stem) and len(word) <= len(stem) + _ENDING


def _words(names: str) -> list[str]:
    return _WORD.findall(_folded(names))


def _folded(text: str) -> str:
    """Without case, and without the marks of direction and joiners that may stand within a name."""
    whole = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return "".join(each for each in whole if unicodedata.category(each) != "Cf")


def _digits(text: str) -> str:
    return "".join(each for each in text if each.isdecimal())
