"""The SQL of the hot path, made once from the tables, and the values of a row as it takes them."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Table

from eventlog.columns import Instant, to_microseconds
from eventlog.errors import MalformedAppend
from eventlog.record import RowChange
from eventlog.schema import events, followups, outbox, streams, texts
from eventlog.views import VIEWS


class ViewShape:
    """The columns of one view, and how a row of it becomes the values of a statement."""

    def __init__(self, table: Table) -> None:
        self.name = str(table.name)
        self.key = tuple(str(column.name) for column in table.primary_key.columns)
        self.others = tuple(str(column.name) for column in table.columns if not column.primary_key)
        self.columns = self.key + self.others
        self._empty: dict[str, object] = dict.fromkeys(self.others)
        #: the columns that hold instants
        self.instants = tuple(str(column.name) for column in table.columns if isinstance(column.type, Instant))
        self._instants = tuple(name for name in self.others if name in self.instants)
        self._key_instants = tuple(index for index, name in enumerate(self.key) if name in self.instants)

    def stored(self, change: RowChange) -> tuple[tuple[Any, ...], tuple[Any, ...] | None]:
        """The key and, unless the row is taken away, all of its values, as they stand in the database."""
        key: tuple[Any, ...] = change.key
        if len(key) != len(self.key):
            raise MalformedAppend(f"A key of {self.name} has {len(self.key)} parts: {', '.join(self.key)}.")
        if self._key_instants:
            key = tuple(
                to_microseconds(part) if index in self._key_instants else part for index, part in enumerate(key)
            )
        if change.row is None:
            return key, None
        row: dict[str, Any] = self._empty | change.row
        if len(row) != len(self._empty):
            unknown = ", ".join(sorted(row.keys() - self._empty.keys()))
            raise MalformedAppend(f"The view {self.name} has no column {unknown} beside its key.")
        for name in self._instants:
            instant = row[name]
            if instant is not None:
                row[name] = to_microseconds(instant)
        return key, (*key, *row.values())  # in the order of the columns, which the empty row began with

    @cached_property
    def on_conflict(self) -> str:
        target = f"ON CONFLICT ({names_of(self.key)})"
        if not self.others:
            return f"{target} DO NOTHING"
        changes = ", ".join(f"{_name(column)} = excluded.{_name(column)}" for column in self.others)
        return f"{target} DO UPDATE SET {changes}"


SHAPES = {name: ViewShape(table) for name, table in VIEWS.items()}

#: Columns of the tables that only grow by a group, in the order in which rows are given.
GROWING: dict[str, tuple[str, ...]] = {
    streams.name: ("number", "name"),
    events.name: tuple(str(column.name) for column in events.columns),
    followups.name: ("id", "stream", "version", "position", "target", "command", "created_at"),
    outbox.name: ("id", "stream", "version", "to_person", "to_role", "template", "params", "not_before"),
    texts.name: ("id", "salt", "body", "person"),
}


def _name(column: str) -> str:
    return f'"{column}"'


def names_of(columns: Sequence[str]) -> str:
    return ", ".join(map(_name, columns))


def insert_into(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({names_of(columns)})"


def marks(count: int, mark: str) -> str:
    return f"({', '.join([mark] * count)})"
