"""Columns as PostgreSQL's binary arrays, made a column at a time: psycopg's own way costs as much as the insert."""

from collections.abc import Callable, Sequence
from struct import Struct, pack
from typing import Any

from psycopg.abc import AdaptContext
from psycopg.adapt import Dumper
from psycopg.pq import Format

_LENGTH = Struct("!i").pack
_NULL = _LENGTH(-1)


class Array:
    """The bytes of a one-dimensional array."""

    __slots__ = ("packed",)

    def __init__(self, element_oid: int, count: int, elements: bytes, *, has_null: bool) -> None:
        if count == 0:
            self.packed = pack("!iii", 0, 0, element_oid)
        else:
            self.packed = pack("!iiiii", 1, has_null, element_oid, count, 1) + elements


class BigintArray(Array):
    def __init__(self, values: Sequence[Any]) -> None:
        count = len(values)
        if None in values:
            super().__init__(20, count, _each(_bigint, values), has_null=True)
        else:
            filled = [8] * (2 * count)
            filled[1::2] = values
            super().__init__(20, count, pack("!" + "iq" * count, *filled), has_null=False)


class BooleanArray(Array):
    def __init__(self, values: Sequence[Any]) -> None:
        super().__init__(16, len(values), _each(_boolean, values), has_null=None in values)


class BytesArray(Array):
    def __init__(self, values: Sequence[Any]) -> None:
        parts = [_NULL if value is None else _LENGTH(len(value)) + value for value in values]
        super().__init__(17, len(values), b"".join(parts), has_null=None in values)


class TextArray(Array):
    def __init__(self, values: Sequence[Any]) -> None:
        super().__init__(25, len(values), _each(_text, values), has_null=None in values)


def _each(element: Callable[[Any], bytes], values: Sequence[Any]) -> bytes:
    """Most columns say the same in many rows: each value is made once."""
    made = {value: _NULL if value is None else element(value) for value in set(values)}
    return b"".join(map(made.__getitem__, values))


def _bigint(value: int) -> bytes:
    return pack("!iq", 8, value)


def _boolean(value: bool) -> bytes:
    return pack("!ib", 1, bool(value))


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _LENGTH(len(encoded)) + encoded


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Array) -> bytes:
        return obj.packed


class _BigintDumper(_ArrayDumper):
    oid = 1016


class _BooleanDumper(_ArrayDumper):
    oid = 1000


class _BytesDumper(_ArrayDumper):
    oid = 1001


class _TextDumper(_ArrayDumper):
    oid = 1009


def register(context: AdaptContext) -> None:
    """Teach a connection or a cursor to send these arrays."""
    adapters = context.adapters
    assert adapters is not None
    adapters.register_dumper(BigintArray, _BigintDumper)
    adapters.register_dumper(BooleanArray, _BooleanDumper)
    adapters.register_dumper(BytesArray, _BytesDumper)
    adapters.register_dumper(TextArray, _TextDumper)


#: By the name of the type that the database knows.
ARRAYS: dict[str, type[BigintArray | BooleanArray | BytesArray | TextArray]] = {
    "bigint": BigintArray,
    "boolean": BooleanArray,
    "bytea": BytesArray,
    "text": TextArray,
}
