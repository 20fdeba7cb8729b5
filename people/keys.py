"""The keys of persons, in a store of their own: who loses the key has lost the data."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection, delete, insert, select, update

from people.cipher import MASTER_KEY_VARIABLE, decrypt, encrypt, new_key, unseal
from people.errors import RegistryUnavailable
from people.person import Person
from people.store import Store
from people.tables import index_keys, person_keys
from people.tables import persons as persons_table

_INDEX = "e-mail"
_CHUNK = 500


class KeyStore:
    def __init__(self, store: Store, master_key: bytes | None) -> None:
        self.store = store
        self._master_key = master_key

    def is_begun(self) -> bool:
        """Whether it has the key of the blind index, which is made before that of any person."""
        with self.store.reading() as connection:
            return connection.execute(select(index_keys.c.name).where(index_keys.c.name == _INDEX)).first() is not None

    def index_key(self) -> bytes:
        """The key of the blind index, made by whoever asks first."""
        query = select(index_keys.c.key, index_keys.c.wrapped).where(index_keys.c.name == _INDEX)
        with self.store.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            with self.store.writing() as connection:
                row = connection.execute(query).first()
                if row is None:
                    key = new_key()
                    connection.execute(insert(index_keys).values(name=_INDEX, **self._kept(key, _INDEX)))
                    return key
        return self._opened(row.key, row.wrapped, _INDEX)

    def make(self, persons: Collection[str]) -> dict[str, bytes]:
        """A key for each; one that a broken-off registration left behind is taken up again."""
        created = datetime.now(UTC).isoformat(timespec="seconds")
        with self.store.writing() as connection:
            keys = self._read(connection, persons)
            fresh = {person: new_key() for person in persons if person not in keys}
            rows = [{"person": person, "created": created, **self._kept(key, person)} for person, key in fresh.items()]
            if rows:
                connection.execute(insert(person_keys), rows)
        return keys | fresh

    def of(self, persons: Collection[str]) -> dict[str, bytes]:
        """The keys that are there; a person whose key is missing has been erased."""
        with self.store.reading() as connection:
            return self._read(connection, persons)

    def destroy(self, persons: Iterable[str]) -> None:
        """Leaves no byte of these keys in the store."""
        with self.store.writing() as connection:
            for chunk in chunks(persons):
                connection.execute(delete(person_keys).where(person_keys.c.person.in_(chunk)))
        self.store.clean()

    def wrap(self) -> int:
        """Wraps the keys that were made before there was a master key."""
        if self._master_key is None:
            raise RegistryUnavailable(f"There is no master key to wrap the keys with: set {MASTER_KEY_VARIABLE}.")
        count = 0
        with self.store.writing() as connection:
            for table, column in ((person_keys, person_keys.c.person), (index_keys, index_keys.c.name)):
                for owner, key in connection.execute(select(column, table.c.key).where(~table.c.wrapped)).all():
                    connection.execute(update(table).where(column == owner).values(**self._kept(key, owner)))
                    count += 1
        self.store.clean()
        return count

    def check(self, rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
        """Raises RegistryUnavailable when the keys of a backup are wrapped under another master key."""
        for row in rows[index_keys.name]:
            self._opened(row["key"], row["wrapped"], row["name"])
        for row in rows[person_keys.name]:
            self._opened(row["key"], row["wrapped"], row["person"])

    def unsealed(self, rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> list[Person]:
        """Everybody in a backup whose key is in it."""
        keys = {
            row["person"]: self._opened(row["key"], row["wrapped"], row["person"]) for row in rows[person_keys.name]
        }
        found = ((row["person"], row["sealed"]) for row in rows[persons_table.name])
        return [unseal(person, blob, keys[person]) for person, blob in found if person in keys]

    def _read(self, connection: Connection, persons: Collection[str]) -> dict[str, bytes]:
        query = select(person_keys.c.person, person_keys.c.key, person_keys.c.wrapped)
        return {
            row.person: self._opened(row.key, row.wrapped, row.person)
            for chunk in chunks(persons)
            for row in connection.execute(query.where(person_keys.c.person.in_(chunk)))
        }

    def _kept(self, key: bytes, owner: str) -> dict[str, object]:
        if self._master_key is None:
            return {"key": key, "wrapped": False}
        return {"key": encrypt(key, self._master_key, owner), "wrapped": True}

    def _opened(self, kept: bytes, wrapped: bool, owner: str) -> bytes:
        if not wrapped:
            return kept
        if self._master_key is None:
            raise RegistryUnavailable(f"The keys of the registry are wrapped: set {MASTER_KEY_VARIABLE} to read them.")
        try:
            return decrypt(kept, self._master_key, owner)
        except InvalidTag as problem:
            raise RegistryUnavailable(
                f"The keys of the registry are wrapped under another {MASTER_KEY_VARIABLE} than the one given."
            ) from problem


def chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    """In portions, since databases take a limited number of values in one statement."""
    whole = list(ids)
    for start in range(0, len(whole), _CHUNK):
        yield whole[start : start + _CHUNK]
