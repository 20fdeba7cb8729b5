"""Changing what the registry keeps of a person: a misspelt name, another address, another language."""

from typing import TYPE_CHECKING

from msgspec import UNSET
from msgspec.structs import asdict

from people.registry import open_registry
from terminal.acting import actor
from terminal.person_registering import may_register
from terminal.reading import person_meant, reading
from terminal.tables import print_json

if TYPE_CHECKING:
    from people.person import Language

_WORDS = {"names": "name", "email": "e-mail", "phone": "phone", "language": "language"}


def change(
    word: str,
    names: str | None,
    email: str | None,
    phone: str | None,
    language: "Language | None",
    acting_as: str | None,
    *,
    as_json: bool,
) -> None:
    """Takes the right to register, but for one's own data. An empty address or number is taken away."""
    from runtime.settings import settings

    who = actor(acting_as)
    with reading() as log:
        person = person_meant(log, word)
    if person != who:
        may_register(who)
    with open_registry(settings().registry, settings().keys) as registry:
        before = asdict(registry.show(person))
        after = registry.update(
            person,
            names=UNSET if names is None else names.strip(),
            email=UNSET if email is None else email.strip() or None,
            phone=UNSET if phone is None else phone.strip() or None,
            language=language or UNSET,
        )
    changed = [said for field, said in _WORDS.items() if before[field] != getattr(after, field)]
    if as_json:
        print_json({"person": person, "changed": changed})
    elif changed:
        print(f"Changed of {person}: {', '.join(changed)}.")
    else:
        print("Already done; nothing was changed.")
