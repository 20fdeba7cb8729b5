"""What the registry keeps of a person, and which texts it takes."""

import re
import unicodedata
from typing import Literal, get_args

import msgspec

from domain.identity import is_person_id
from people.errors import PersonProblem

Language = Literal["kk", "ru", "en"]
LANGUAGES: tuple[str, ...] = get_args(Language)
LONGEST = {"name": 200, "e-mail": 254, "phone": 32}

# Marks of direction and joiners are part of how a name is written; the other invisible characters
# (overrides of direction among them) can make a name look like another one.
_PERMITTED_INVISIBLE = frozenset("\u200c\u200d\u200e\u200f\u061c\u2060")
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp"})
_EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+\Z")


class PersonDraft(msgspec.Struct, frozen=True):
    """A person who is to be registered."""

    names: str
    email: str | None = None
    phone: str | None = None
    language: Language = "kk"
    #: An id chosen beforehand, since a rehearsal's ids follow from its seed; otherwise a random one.
    person: str | None = None


class Person(msgspec.Struct, frozen=True):
    person: str
    names: str
    email: str | None
    phone: str | None
    language: Language


def check_draft(draft: PersonDraft | Person) -> None:
    """Raises PersonProblem at the first thing that can't be kept."""
    _check_text("name", draft.names)
    if not any(character.isalpha() for character in draft.names):
        raise PersonProblem("names-empty")
    if draft.email is not None:
        _check_text("e-mail", draft.email)
        if _EMAIL.match(draft.email) is None:
            raise PersonProblem("email-malformed")
    if draft.phone is not None:
        _check_text("phone", draft.phone)
        if not any(character.isdigit() for character in draft.phone):
            raise PersonProblem("phone-malformed")
    if draft.language not in LANGUAGES:
        raise PersonProblem("language-unknown", language=draft.language)
    if draft.person is not None and not is_person_id(draft.person):
        raise PersonProblem("person-id-malformed", person=draft.person)


def _check_text(field: str, text: str) -> None:
    if len(text) > LONGEST[field]:
        raise PersonProblem("text-too-long", field=field, limit=LONGEST[field], length=len(text))
    for character in text:
        category = unicodedata.category(character)
        if category == "Cs":
            raise PersonProblem("text-not-unicode", field=field)
        if category in _FORBIDDEN_CATEGORIES and character not in _PERMITTED_INVISIBLE:
            raise PersonProblem("text-forbidden", field=field, character=f"U+{ord(character):04X}")
