"""Which of the registered a person without an e-mail address is: told by name and phone number, or not to be told."""

import unicodedata
from collections.abc import Iterable

from people.errors import PersonProblem
from people.person import Person, PersonDraft


class Namesakes:
    """Everybody by name. Names are encrypted, each under another key, so no index finds them: all are to be read."""

    def __init__(self, everybody: Iterable[Person]) -> None:
        self._by_name: dict[str, list[Person]] = {}
        for person in everybody:
            self._by_name.setdefault(folded(person.names), []).append(person)

    def the_same(self, draft: PersonDraft) -> Person | None:
        """None for somebody new. Raises PersonProblem where it can't be told whether it is somebody registered."""
        alike = self._by_name.get(folded(draft.names), [])
        if draft.phone is not None:
            alike = [each for each in alike if each.phone == draft.phone]
        same = [each for each in alike if _has_the_data_of(each, draft)]
        if len(same) == 1:
            return same[0]
        if not alike:
            return None
        raise PersonProblem("namesake", persons=", ".join(sorted(each.person for each in alike)))


def folded(names: str) -> str:
    """Names that differ in capitals or spaces only are alike."""
    return " ".join(unicodedata.normalize("NFKC", names).casefold().split())


def _has_the_data_of(person: Person, draft: PersonDraft) -> bool:
    """An address that a person was given later changes nothing where the phone number tells who it is."""
    same = (person.names, person.phone, person.language) == (draft.names, draft.phone, draft.language)
    return same and (person.email is None or draft.phone is not None)
