"""The two stores of the registry and their tables; each store has its own version."""

from sqlalchemy import URL, Boolean, Column, Integer, LargeBinary, MetaData, String, Table

from people.store import Store

REGISTRY_VERSION = 1
KEYS_VERSION = 1

registry_tables = MetaData()
registry_version = Table("registry_version", registry_tables, Column("number", Integer, nullable=False))
persons = Table(
    "persons",
    registry_tables,
    Column("person", String(10), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("email_index", String(64), unique=True),
)
#: Ids whose data is gone: they are never given out again, and a restored backup leaves them out.
erased = Table("erased", registry_tables, Column("person", String(10), primary_key=True))

keys_tables = MetaData()
keys_version = Table("keys_version", keys_tables, Column("number", Integer, nullable=False))
person_keys = Table(
    "person_keys",
    keys_tables,
    Column("person", String(10), primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("wrapped", Boolean, nullable=False),
    Column("created", String(32), nullable=False),
)
index_keys = Table(
    "index_keys",
    keys_tables,
    Column("name", String(32), primary_key=True),
    Column("key", LargeBinary, nullable=False),
    Column("wrapped", Boolean, nullable=False),
)


def open_registry_store(url: URL, *, read_only: bool = False) -> Store:
    return Store(
        "The registry of persons", url, registry_tables, registry_version, REGISTRY_VERSION, read_only=read_only
    )


def open_keys_store(url: URL, *, read_only: bool = False) -> Store:
    return Store("The key store of the registry", url, keys_tables, keys_version, KEYS_VERSION, read_only=read_only)
