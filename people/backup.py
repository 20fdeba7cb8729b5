"""Copies both stores of the registry to SQLite files while they are in use, and puts such a copy back."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from people.errors import BackupUnwritable, PersonProblem, RegistryTooNew, RegistryUnavailable
from people.store import Store, store_url
from people.tables import erased, index_keys, open_keys_store, open_registry_store, person_keys, persons

PERSONS_FILE = "people.sqlite"
KEYS_FILE = "keys.sqlite"
_PERSONS_TABLES = (persons, erased)
_KEYS_TABLES = (person_keys, index_keys)

Rows = dict[str, list[dict[str, Any]]]


def write_backup(registry: Store, keys: Store, folder: Path) -> None:
    for path in (folder / PERSONS_FILE, folder / KEYS_FILE):
        if path.exists():
            raise PersonProblem("backup-exists", path=str(path))
    # Persons first: one who is added in between has then a key too many, and nobody has one too few.
    for name, opened, store, tables in (
        (PERSONS_FILE, open_registry_store, registry, _PERSONS_TABLES),
        (KEYS_FILE, open_keys_store, keys, _KEYS_TABLES),
    ):
        rows = _rows(store, tables)
        with _appearing(folder / name) as path:
            _put_rows(opened(store_url("The backup", path)), tables, rows)


def read_backup(folder: Path) -> Rows:
    """Every table of the backup; PersonProblem when it is missing or can't be read."""
    rows: Rows = {}
    for name, opened, tables in (
        (PERSONS_FILE, open_registry_store, _PERSONS_TABLES),
        (KEYS_FILE, open_keys_store, _KEYS_TABLES),
    ):
        path = folder / name
        if not path.is_file():
            raise PersonProblem("backup-missing", path=str(path))
        try:
            store = opened(store_url("The backup", path), read_only=True)
            try:
                rows |= _rows(store, tables)
            finally:
                store.close()
        except RegistryTooNew:
            raise
        except RegistryUnavailable as problem:
            raise PersonProblem("backup-damaged", path=str(path)) from problem
    return rows


def put_back(registry: Store, keys: Store, rows: Rows, gone: Collection[str]) -> int:
    """Replaces both stores by the backup; those who are gone are never written, so nobody can read them in between."""
    kept = {
        name: [row for row in table_rows if row.get("person") not in gone or name == erased.name]
        for name, table_rows in rows.items()
    }
    kept[erased.name] = [{"person": person} for person in sorted(gone)]
    for store, tables in ((keys, _KEYS_TABLES), (registry, _PERSONS_TABLES)):
        with store.writing() as connection:
            for table in tables:
                connection.execute(delete(table))
                _insert(connection, table, kept[table.name])
        store.clean()
    return len(kept[persons.name])


def _rows(store: Store, tables: tuple[Table, ...]) -> Rows:
    with store.reading() as connection:
        return {table.name: [dict(row) for row in connection.execute(select(table)).mappings()] for table in tables}


def _put_rows(store: Store, tables: tuple[Table, ...], rows: Rows) -> None:
    try:
        with store.writing() as connection:
            for table in tables:
                _insert(connection, table, rows[table.name])
    finally:
        store.close()


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


@contextmanager
def _appearing(path: Path) -> Iterator[Path]:
    """A name to write under, which becomes the real one only when all is written."""
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        yield unfinished
        os.replace(unfinished, path)
    except OSError as problem:
        raise BackupUnwritable(f"The backup can't be written at {path}: {problem.strerror}.") from problem
    except RegistryUnavailable as problem:
        raise BackupUnwritable(problem.reason) from problem
