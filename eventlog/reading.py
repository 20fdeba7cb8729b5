"""Reading the log and its views, at one position when asked within a snapshot."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from eventlog.columns import from_microseconds, to_microseconds
from eventlog.command_ids import key_of
from eventlog.errors import LogCorrupt
from eventlog.record import CommandRecord, Entry, Glance, Head, Record, decode_records, last_of
from eventlog.schema import head, streams, texts
from eventlog.statements import SHAPES, marks
from eventlog.views import VIEWS

_FAR = 2**62

#: More events than this are not looked through for what moved.
_MOST_SINCE = 5_000

_GLANCE = (
    "SELECT size, NULL, name, version"
    " FROM head LEFT JOIN events ON position > ? AND position <= ? LEFT JOIN streams ON number = stream"
    " UNION ALL SELECT NULL, command, NULL, NULL FROM events WHERE command IN "
)

_NUMBER = "(SELECT number FROM streams WHERE name = ?)"


class Snapshot:
    """What one read transaction sees; outside of `EventLog.snapshot`, each question sees the newest."""

    def __init__(self, connection: sa.Connection, *, position: int = 0) -> None:
        self.connection = connection
        self._sqlite = connection.dialect.name == "sqlite"
        #: Position of the last event that is seen.
        self.position = position

    def _fetch(self, statement: str, parameters: tuple[Any, ...]) -> list[Any]:
        driver: Any = self.connection.connection.driver_connection
        cursor = driver.cursor() if self._sqlite else driver.cursor(binary=True)
        text = statement if self._sqlite else statement.replace("?", "%s")
        rows: list[Any] = cursor.execute(text, parameters).fetchall()
        return rows

    def head(self) -> Head:
        rows = self._fetch("SELECT size, root, recorded_at FROM head", ())
        if not rows:
            raise LogCorrupt("The event log has lost its head.")
        size, root, recorded_at = rows[0]
        try:  # SQLite keeps in a column what it is given
            moment = None if recorded_at is None else from_microseconds(recorded_at)
        except (TypeError, OverflowError):
            raise LogCorrupt("The event log's head has no time where one should stand.") from None
        if not isinstance(size, int) or size < 0 or not isinstance(root, bytes):
            raise LogCorrupt("The event log's head has no number of events, or no root stored as bytes.")
        return Head(size, root.hex(), moment)

    def must_be_whole(self) -> None:
        """Whether the head tells of as many events as there are, before its mark is passed on. Raises LogCorrupt."""
        [(count, last)] = self._fetch("SELECT COUNT(*), COALESCE(MAX(position), 0) FROM events", ())
        size = self.head().size
        if not count == last == size:
            raise LogCorrupt(
                f"This log is not as it was written. Its head tells of {size} events; there are {count}, of which the "
                f"last is number {last}. 'kaskad audit verify' tells all of it."
            )

    def glance(self, since: int, command_ids: Iterable[str]) -> Glance:
        """In one question: where the log ends, what has moved above position `since`, which commands are in it.

        At each question the driver gives the interpreter away, and may wait long to get it back. Raises LogCorrupt.
        """
        ids = {key_of(command_id): command_id for command_id in command_ids}
        rows = self._fetch(_GLANCE + marks(len(ids), "?"), (since, since + _MOST_SINCE, *ids))
        position: Any = None
        moved: dict[str, int] = {}
        recorded: set[str] = set()
        for size, key, stream, version in rows:
            if key is not None:
                recorded.add(ids[key])
                continue
            position = size
            if stream is not None and version > moved.get(stream, 0):
                moved[stream] = version
        if not isinstance(position, int):
            position = self.head().size
        return Glance(position, moved if position <= since + _MOST_SINCE else None, recorded)

    def command(self, command_id: str) -> CommandRecord | None:
        """What was recorded under a command id."""
        found = self._fetch("SELECT entry FROM events WHERE command = ?", (key_of(command_id),))
        if not found:
            return None
        first = decode_records(found)[0]
        if first.command_id != command_id:
            return None
        last = last_of(first, lambda position, limit: self.read(position - 1, limit))
        return CommandRecord(command_id, first.command_digest, first.stream, first.position, last.position)

    def stream(self, stream: str, after: int = 0, up_to: int | None = None) -> list[Record]:
        """The events of one stream above version `after`, up to and with version `up_to`."""
        rows = self._fetch(
            f"SELECT entry FROM events WHERE stream = {_NUMBER} AND version > ? AND version <= ? ORDER BY version",
            (stream, after, _FAR if up_to is None else up_to),
        )
        return decode_records(rows)

    def version(self, stream: str) -> int:
        """Of the last event of the stream; 0 before the first."""
        ((version,),) = self._fetch(f"SELECT max(version) FROM events WHERE stream = {_NUMBER}", (stream,))
        return version or 0

    def streams(self, prefix: str = "") -> list[str]:
        names = self.connection.execute(sa.select(streams.c.name).order_by(streams.c.name)).scalars()
        return [name for name in names if name.startswith(prefix)]

    def read(
        self,
        after: int = 0,
        limit: int = 1000,
        *,
        stream: str | None = None,
        rollout: str | None = None,
        kinds: Iterable[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        up_to: int | None = None,
    ) -> list[Record]:
        """A page of all streams in the one order; `since` and `until` are bounds of `recorded_at`, both within."""
        where, values = "position > ?", [min(after, _FAR)]
        for condition, value in (
            ("position <= ?", up_to),
            (f"stream = {_NUMBER}", stream),
            ("rollout = ?", rollout),
            ("recorded_at >= ?", None if since is None else to_microseconds(since)),
            ("recorded_at <= ?", None if until is None else to_microseconds(until)),
        ):
            if value is not None:
                where += f" AND {condition}"
                values.append(value)  # type: ignore[arg-type]
        if kinds is not None:
            wanted = list(kinds)
            where += f" AND kind IN ({', '.join('?' * len(wanted)) or 'NULL'})"
            values.extend(wanted)  # type: ignore[arg-type]
        rows = self._fetch(f"SELECT entry FROM events WHERE {where} ORDER BY position LIMIT ?", (*values, limit))
        return decode_records(rows)

    def raw_head(self) -> sa.Row[Any] | None:
        return self.connection.execute(sa.select(head)).one_or_none()

    def count(self, table: sa.Table) -> int:
        return int(self.connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())

    def damage(self) -> list[str]:
        """What SQLite itself finds wrong with the file, an index that says other than its table among it."""
        if not self._sqlite:
            return []
        found = self.connection.exec_driver_sql("PRAGMA integrity_check(100)").scalars()
        return [line for line in found if line != "ok"]

    def entries(self, after: int = 0, limit: int = 1000) -> list[Entry]:
        """A page of what was hashed, with its hashes. Raises LogCorrupt."""
        page = self.stored(after, limit)
        for each in page:
            if not isinstance(each.entry, bytes) or not isinstance(each.leaf, bytes):
                raise LogCorrupt(f"Event {each.position} is not stored as bytes: `kaskad audit verify` tells more.")
        return page

    def stored(self, after: int = 0, limit: int = 1000) -> list[Entry]:
        """A page of the rows whatever they hold, since SQLite keeps in a column what it is given: for an audit."""
        rows = self._fetch(
            "SELECT position, name, version, kind, rollout, command, happened_at, recorded_at, entry, leaf"
            " FROM events LEFT JOIN streams ON number = stream WHERE position > ? ORDER BY position LIMIT ?",
            (after, limit),
        )
        return [Entry(*row) for row in rows]

    def rows(
        self,
        view: str,
        *,
        _until: Mapping[str, datetime] | None = None,
        _limit: int | None = None,
        **where: object,
    ) -> list[dict[str, Any]]:
        """Rows of a view by the values of columns, in the order of its key; `_until` takes those due by an instant.

        Raises LogCorrupt where a row has no time in the place of one.
        """
        found = self.stored_rows(view, _until=_until, _limit=_limit, **where)
        for name in SHAPES[view].instants:
            for row in found:
                if row[name] is not None and not isinstance(row[name], datetime):
                    said = f"A row of the view {view} has no time in {name}, but {row[name]!r}"
                    raise LogCorrupt(f"{said}: `kaskad views rebuild` puts it right.")
        return found

    def stored_rows(
        self,
        view: str,
        *,
        _until: Mapping[str, datetime] | None = None,
        _limit: int | None = None,
        **where: object,
    ) -> list[dict[str, Any]]:
        """The rows whatever they hold: for who holds them against the events."""
        table = VIEWS[view]
        select = sa.select(table).order_by(*table.primary_key.columns)
        for name, wanted in where.items():
            column = table.columns[name]
            if isinstance(wanted, tuple | list | set | frozenset):
                select = select.where(column.in_(wanted))
            else:
                select = select.where(column.is_(None) if wanted is None else column == wanted)
        for name, instant in (_until or {}).items():
            select = select.where(table.columns[name] <= instant)
        if _limit is not None:
            select = select.limit(_limit)
        names = [str(column.name) for column in table.columns]  # SQLAlchemy's own kind of string where it is quoted
        return [dict(zip(names, row, strict=True)) for row in self.connection.execute(select)]

    def text(self, text_id: str) -> str | None:
        """The text, unless it was erased or never was."""
        found = self.connection.execute(sa.select(texts.c.body).where(texts.c.id == text_id)).scalar()
        return None if found is None else str(found)
