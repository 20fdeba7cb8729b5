"""The rows of persons within one transaction: found, read with their keys, kept apart by e-mail address, forgotten."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select, update

from people.cipher import email_index, seal, unseal
from people.errors import PersonProblem
from people.keys import KeyStore, chunks
from people.opaque import new_person_id
from people.person import Person
from people.tables import erased, persons


class SealedPersons:
    def __init__(self, connection: Connection, keys: KeyStore) -> None:
        self._connection = connection
        self._keys = keys

    def everybody(self) -> list[Person]:
        return self._opened({row.person: row.sealed for row in self._connection.execute(select(persons))})

    def those(self, ids: Iterable[str]) -> list[Person]:
        """Without the unknown and the erased ones."""
        blobs: dict[str, bytes] = {}
        for chunk in chunks(dict.fromkeys(ids)):
            query = select(persons).where(persons.c.person.in_(chunk))
            blobs |= {row.person: row.sealed for row in self._connection.execute(query)}
        return self._opened(blobs)

    def find(self, person: str) -> Person | None:
        """None when never known; PersonProblem when erased."""
        for found in self.those([person]):
            return found
        if self.has_row(person) or self.is_erased(person):
            raise PersonProblem("person-erased", person=person)
        return None

    def existing(self, person: str) -> Person:
        found = self.find(person)
        if found is None:
            raise PersonProblem("person-unknown", person=person)
        return found

    def has_row(self, person: str) -> bool:
        return self._connection.execute(select(persons.c.person).where(persons.c.person == person)).first() is not None

    def is_erased(self, person: str) -> bool:
        return self._connection.execute(select(erased.c.person).where(erased.c.person == person)).first() is not None

    def unused_id(self) -> str:
        while True:
            person = new_person_id()
            if not self.has_row(person) and not self.is_erased(person):
                return person

    def with_email(self, index: str) -> list[Person]:
        query = select(persons.c.person).where(persons.c.email_index == index)
        return self.those(self._connection.scalars(query).all())

    def add(self, people: Mapping[str, Person], index_key: bytes) -> None:
        indexes = self._free_indexes(people.values(), index_key)
        keys = self._keys.make(people)
        rows = [
            {"person": name, "sealed": seal(person, keys[name]), "email_index": indexes[name]}
            for name, person in people.items()
        ]
        if rows:
            self._connection.execute(insert(persons), rows)

    def replace(self, person: Person, index_key: bytes) -> None:
        index = self._free_indexes([person], index_key)[person.person]
        key = self._keys.of([person.person]).get(person.person)
        if key is None:
            raise PersonProblem("person-erased", person=person.person)
        row = update(persons).where(persons.c.person == person.person)
        self._connection.execute(row.values(sealed=seal(person, key), email_index=index))

    def forget(self, gone: Sequence[str]) -> int:
        """Removes rows and blind indexes, and keeps the bare ids; how many rows there were."""
        count = 0
        for chunk in chunks(gone):
            mine = persons.c.person.in_(chunk)
            count += len(self._connection.scalars(select(persons.c.person).where(mine)).all())
            self._connection.execute(delete(persons).where(mine))
            there = set(self._connection.scalars(select(erased.c.person).where(erased.c.person.in_(chunk))))
            rows = [{"person": person} for person in chunk if person not in there]
            if rows:
                self._connection.execute(insert(erased), rows)
        return count

    def _opened(self, blobs: Mapping[str, bytes]) -> list[Person]:
        keys = self._keys.of(list(blobs))
        return [unseal(person, blob, keys[person]) for person, blob in blobs.items() if person in keys]

    def _free_indexes(self, people: Iterable[Person], index_key: bytes) -> dict[str, str | None]:
        """The blind index of each one's e-mail address, which nobody else may have."""
        indexes: dict[str, str | None] = {}
        holders: dict[str, str] = {}
        for person in people:
            index = None if person.email is None else email_index(person.email, index_key)
            indexes[person.person] = index
            if index is None:
                continue
            holder = holders.setdefault(index, self._present_holder(index) or person.person)
            if holder != person.person:
                raise PersonProblem("email-known", person=holder)
        return indexes

    def _present_holder(self, index: str) -> str | None:
        holder = self._connection.execute(select(persons.c.person).where(persons.c.email_index == index)).scalar()
        if holder is not None and not self._keys.of([holder]):
            # An erasure that was broken off after the key went; the address is free again.
            self.forget([holder])
            return None
        return holder
