"""Any event of any kind, drawn from the types of its fields."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import strategies as st

from domain.event import Event

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
INSTANTS = st.integers(-(2**31), 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
VALUES = st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), TEXTS)
JSON = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))


def any_event(kind: type[Event]) -> st.SearchStrategy[Event]:
    return _struct(kind)


def _struct(kind: type[Any]) -> st.SearchStrategy[Any]:
    info = msgspec.inspect.type_info(kind)
    assert isinstance(info, msgspec.inspect.StructType)
    return st.builds(kind, **{field.name: _of(field.type) for field in info.fields})


def _of(info: msgspec.inspect.Type) -> st.SearchStrategy[Any]:
    match info:
        case msgspec.inspect.StrType():
            return TEXTS
        case msgspec.inspect.BoolType():
            return st.booleans()
        case msgspec.inspect.IntType():
            return st.integers(-(2**53), 2**53)
        case msgspec.inspect.NoneType():
            return st.none()
        case msgspec.inspect.DateTimeType():
            return INSTANTS
        case msgspec.inspect.DateType():
            return st.dates()
        case msgspec.inspect.AnyType():
            return JSON
        case msgspec.inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case msgspec.inspect.UnionType(types=types):
            return st.one_of(*map(_of, types))
        case msgspec.inspect.VarTupleType(item_type=item):
            return st.lists(_of(item), max_size=3).map(tuple)
        case msgspec.inspect.DictType(value_type=value):
            return st.dictionaries(TEXTS, _of(value), max_size=3)
        case msgspec.inspect.StructType(cls=kind):
            return _struct(kind)
        case _:
            raise AssertionError(f"no event has had a field of the type {info}")
