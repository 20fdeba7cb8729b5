"""The views against the log: what every stream's rows should be, rebuilt or compared."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from activities.streams import Streams
from eventlog.log import EventLog
from eventlog.reading import Snapshot
from eventlog.rebuild import rebuild_views
from eventlog.record import RowChange
from eventlog.views import VIEWS

#: more streams than any log has: while the views are replaced nothing is appended, so all is folded beforehand
_ALL = 1_000_000


class Deviation(msgspec.Struct, frozen=True):
    """A row that is not what the log says; None: not there."""

    view: str
    key: tuple[Any, ...]
    found: Mapping[str, Any] | None
    expected: Mapping[str, Any] | None


def rebuild(log: EventLog) -> int:
    """Replace every view by what the log says; nothing is sent again. How many rows there are."""
    streams = Streams(_ALL)
    with log.snapshot() as snapshot:
        for _ in _rows(snapshot, streams):
            pass
    return rebuild_views(log, _rows_now(log, streams))


def _rows_now(log: EventLog, streams: Streams) -> Iterator[RowChange]:
    with log.snapshot() as snapshot:
        yield from _rows(snapshot, streams)


def _rows(snapshot: Snapshot, streams: Streams) -> Iterator[RowChange]:
    for stream in snapshot.streams():
        folded = streams.load(snapshot, stream)
        for (view, key), row in folded.rows.items():
            yield RowChange(view, key, dict(row))


def compare(log: EventLog) -> Iterator[Deviation]:
    """What of the views is not as the log says, in one snapshot, stream by stream."""
    streams = Streams(10)
    with log.snapshot() as snapshot:
        # in their order, and found at once: thousands of rows ask for theirs
        known = dict.fromkeys(snapshot.streams())
        for stream in known:
            yield from _compare_stream(snapshot, streams, stream)
        for view in VIEWS:
            for row in snapshot.stored_rows(view):
                if row["stream"] not in known:
                    yield Deviation(view, _key(view, row), row, None)


def has_any(log: EventLog) -> bool:
    """Whether the log has views at all; an auditor's copy has none until they are rebuilt."""
    with log.snapshot() as snapshot:
        return any(snapshot.count(table) for table in VIEWS.values())


def _compare_stream(snapshot: Snapshot, streams: Streams, stream: str) -> Iterator[Deviation]:
    expected: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {view: {} for view in VIEWS}
    for (view, key), row in streams.load(snapshot, stream).rows.items():
        expected[view][key] = _whole(view, key, row)
    for view, rows in expected.items():
        found = {_key(view, row): row for row in snapshot.stored_rows(view, stream=stream)}
        for key in sorted(rows.keys() | found.keys(), key=repr):
            if rows.get(key) != found.get(key):
                yield Deviation(view, key, found.get(key), rows.get(key))


def _whole(view: str, key: tuple[Any, ...], row: Mapping[str, Any]) -> dict[str, Any]:
    names = [str(column.name) for column in VIEWS[view].columns]
    given = {**dict(zip(_key_names(view), key, strict=True)), **row}
    return {name: given.get(name) for name in names}


def _key(view: str, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _key_names(view))


def _key_names(view: str) -> list[str]:
    return [str(column.name) for column in VIEWS[view].primary_key.columns]
