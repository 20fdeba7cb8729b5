"""The registry of persons: finds, keeps, changes and erases who is behind an opaque id."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy import select

from domain.identity import is_person_id
from people.backup import put_back, read_backup, write_backup
from people.cipher import email_index, master_key_from
from people.errors import PersonProblem, RegistryUnavailable
from people.keys import KeyStore
from people.likeness import Likeness
from people.person import Language, Person, PersonDraft, check_draft
from people.sealed import SealedPersons
from people.store import Store, store_url
from people.tables import erased as erased_table
from people.tables import open_keys_store, open_registry_store
from people.tables import persons as persons_table

_KEYS_LOST = (
    "The registry of persons has persons, but its key store has no key: that was lost, or KASKAD_KEYS names another. "
    "A lost one comes back by 'kaskad restore'."
)


class Registry:
    """Takes calls from several threads; several processes may have the same registry open."""

    def __init__(self, store: Store, keys: KeyStore) -> None:
        self._store = store
        self._keys = keys

    def add(self, draft: PersonDraft) -> Person:
        return self.add_all([draft])[0]

    def add_all(self, drafts: Sequence[PersonDraft]) -> list[Person]:
        """All or none; a draft with the id and the data of somebody registered yields that person."""
        for draft in drafts:
            check_draft(draft)
        index_key = self._keys.index_key()
        added: list[Person] = []
        fresh: dict[str, Person] = {}
        with self._store.writing() as connection:
            rows = SealedPersons(connection, self._keys)
            for draft in drafts:
                person = _person(draft, draft.person or rows.unused_id())
                there = fresh.get(person.person) or rows.find(person.person)
                if there is not None and there != person:
                    raise PersonProblem("person-known", person=person.person)
                if there is None:
                    fresh[person.person] = person
                added.append(person)
            rows.add(fresh, index_key)
        return added

    def begin_with(self, draft: PersonDraft) -> Person:
        """Registers the very first person; where somebody is there, that one: several that begin at once agree."""
        check_draft(draft)
        index_key = self._keys.index_key()
        with self._store.writing() as connection:
            rows = SealedPersons(connection, self._keys)
            there = rows.everybody()
            if there:
                return min(there, key=lambda each: each.person)
            person = _person(draft, draft.person or rows.unused_id())
            rows.add({person.person: person}, index_key)
        return person

    def show(self, person: str) -> Person:
        with self._store.reading() as connection:
            return SealedPersons(connection, self._keys).existing(person)

    def persons(self) -> list[Person]:
        """Everybody, by names."""
        with self._store.reading() as connection:
            everybody = SealedPersons(connection, self._keys).everybody()
        return sorted(everybody, key=lambda person: (person.names.casefold(), person.person))

    def names_of(self, persons: Iterable[str]) -> dict[str, str]:
        """Who is unknown or erased is absent."""
        with self._store.reading() as connection:
            return {person.person: person.names for person in SealedPersons(connection, self._keys).those(persons)}

    def find_by_email(self, email: str) -> Person | None:
        index = email_index(email, self._keys.index_key())
        with self._store.reading() as connection:
            return next(iter(SealedPersons(connection, self._keys).with_email(index)), None)

    def update(
        self,
        person: str,
        *,
        names: str | UnsetType = UNSET,
        email: str | UnsetType | None = UNSET,
        phone: str | UnsetType | None = UNSET,
        language: Language | UnsetType = UNSET,
    ) -> Person:
        """Changes what is given; None takes an e-mail address or a phone number away."""
        asked = {"names": names, "email": email, "phone": phone, "language": language}
        index_key = self._keys.index_key()
        with self._store.writing() as connection:
            rows = SealedPersons(connection, self._keys)
            before = rows.existing(person)
            after = replace(before, **{field: value for field, value in asked.items() if value is not UNSET})
            check_draft(after)
            if after != before:
                rows.replace(after, index_key)
        return after

    def likeness(self, persons: Collection[str]) -> Likeness:
        """How to know these persons in a text, as long as they are not erased."""
        if not persons:
            return Likeness((), ())
        with self._store.reading() as connection:
            everybody = SealedPersons(connection, self._keys).everybody()
        return _likeness(everybody, persons)

    def likeness_in(self, folder: Path, persons: Collection[str]) -> Likeness:
        """As `likeness`, by what a backup knows of them."""
        return _likeness(self._keys.unsealed(read_backup(folder)), persons)

    def apply_erasures(self, persons: Collection[str]) -> int:
        """Erases whom the event log says to be erased; done again it changes nothing. How many were still there."""
        gone = sorted({person for person in persons if is_person_id(person)})
        if not gone:
            return 0
        # The key goes first: broken off after that, the data is already beyond reading, and a second try tidies up.
        self._keys.destroy(gone)
        with self._store.writing() as connection:
            count = SealedPersons(connection, self._keys).forget(gone)
        self._store.clean()
        return count

    def wrap_keys(self) -> int:
        """Wraps the keys that were made before there was a master key; how many."""
        return self._keys.wrap()

    def backup(self, folder: Path) -> None:
        """Writes both stores into the folder, while others go on using them."""
        write_backup(self._store, self._keys.store, folder)

    def restore(self, folder: Path, erased: Collection[str]) -> int:
        """Replaces everybody by the backup's persons, without the erased ones (as the event log has them); how many."""
        rows = read_backup(folder)
        self._keys.check(rows)
        with self._store.reading() as connection:
            gone = set(connection.scalars(select(erased_table.c.person)))
        gone |= {row["person"] for row in rows[erased_table.name]} | {
            person for person in erased if is_person_id(person)
        }
        return put_back(self._store, self._keys.store, rows, gone)

    def has_rows(self) -> bool:
        with self._store.reading() as connection:
            return connection.execute(select(persons_table.c.person).limit(1)).first() is not None

    def close(self) -> None:
        self._store.close()
        self._keys.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def registry_is_at(registry: str, keys: str) -> bool:
    """Whether both stores are there, as far as that can be told without opening them."""
    return all("://" in place or Path(place).exists() for place in (registry, keys))


def open_registry(
    registry_url: str | Path,
    keys_url: str | Path,
    *,
    environment: Mapping[str, str] = os.environ,
    to_be_replaced: bool = False,
) -> Registry:
    """Makes what is not there yet; RegistryUnavailable when a store or the master key can't be used.

    Persons without a key are as good as erased: whose key store was lost is told so, but for a restore.
    """
    master_key = master_key_from(environment)
    registry_at = store_url("The registry of persons", registry_url)
    keys_at = store_url("The key store of the registry", keys_url)
    if registry_at == keys_at:
        raise RegistryUnavailable("The registry of persons and its key store must be two different stores.")
    store = open_registry_store(registry_at)
    try:
        keys = KeyStore(open_keys_store(keys_at), master_key)
    except BaseException:
        store.close()
        raise
    registry = Registry(store, keys)
    try:
        if not to_be_replaced and registry.has_rows() and not keys.is_begun():
            raise RegistryUnavailable(_KEYS_LOST)
        # Asked for now, so that a missing or wrong master key is told at the start.
        keys.index_key()
    except BaseException:
        registry.close()
        raise
    return registry


def _likeness(everybody: Collection[Person], persons: Collection[str]) -> Likeness:
    meant = [each for each in everybody if each.person in persons]
    return Likeness(meant, (each for each in everybody if each.person not in persons))


def _person(draft: PersonDraft, person: str) -> Person:
    return Person(person, draft.names, draft.email, draft.phone, draft.language)
