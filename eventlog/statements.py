"""The SQL of the hot path, made once for a dialect from the tables."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Table

from eventlog.columns import Instant, to_microseconds
from eventlog.errors import MalformedAppend
from eventlog.record import RowChange


class ViewShape:
    """The columns of one view, and how a row of it becomes the values of a statement."""

    def __init__(self, table: Table) -> None:
        self.name = str(table.name)
        self.key = tuple(str(column.name) for column in table.primary_key.columns)
        self.others = tuple(str(column.name) for column in table.columns if not column.primary_key)
        self.columns = self.key + self.others
        self._known = frozenset(self.others)
        self._instants = tuple(
            index for index, name in enumerate(self.columns) if isinstance(table.columns[name].type, Instant)
        )

    def stored(self, change: RowChange) -> tuple[tuple[Any, ...], tuple[Any, ...] | None]:
        """The key and, unless the row is taken away, all of its values, as they stand in the database."""
        key, row = change.key, change.row
        if len(key) != len(self.key):
            raise MalformedAppend(f"A key of {self.name} has {len(self.key)} parts: {', '.join(self.key)}.")
        if row is None:
            return self._stored(key), None
        if not row.keys() <= self._known:
            unknown = ", ".join(sorted(row.keys() - self._known))
            raise MalformedAppend(f"The view {self.name} has no column {unknown} beside its key.")
        values = (*key, *map(row.get, self.others))
        if not self._instants:
            return key, values
        values = self._stored(values)
        return values[: len(key)], values

    def _stored(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        if not self._instants:
            return values
        stored = list(values)
        for index in self._instants:
            if index < len(stored) and stored[index] is not None:
                stored[index] = to_microseconds(stored[index])
        return tuple(stored)

    @cached_property
    def on_conflict(self) -> str:
        target = f"ON CONFLICT ({_names(self.key)})"
        if not self.others:
            return f"{target} DO NOTHING"
        changes = ", ".join(f"{_name(column)} = excluded.{_name(column)}" for column in self.others)
        return f"{target} DO UPDATE SET {changes}"


def _name(column: str) -> str:
    return f'"{column}"'


def _names(columns: Sequence[str]) -> str:
    return ", ".join(map(_name, columns))


def insert_into(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({_names(columns)})"


def marks(count: int, mark: str) -> str:
    return f"({', '.join([mark] * count)})"


def where_key(columns: Sequence[str], mark: str) -> str:
    return " AND ".join(f"{_name(column)} = {mark}" for column in columns)
