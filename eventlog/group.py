"""What one transaction does: the appends that waited together, each judged alone, recorded as one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from eventlog.columns import from_microseconds, to_microseconds
from eventlog.errors import CommandConflict, VersionConflict
from eventlog.merkle import Frontier, leaf_hash
from eventlog.record import Append, Receipt, Record, encode_record
from eventlog.request import Pending, ViewChanges, in_utc
from eventlog.transaction import Closing, Opening, Transaction, last_of


class Group:
    """The log as the accepted requests of one group move it, not yet written."""

    def __init__(self, opening: Opening, now: int) -> None:
        self._opening = opening
        self._frontier = Frontier.from_bytes(opening.size, opening.frontier)
        self._last = opening.recorded_at
        self._now = now
        #: Number and version of each stream, as they are after what was accepted.
        self._streams = opening.streams
        self._accepted: dict[str, tuple[str, Receipt]] = {}
        self._rows: dict[str, list[tuple[Any, ...]]] = {
            table: [] for table in ("streams", "events", "followups", "outbox", "texts")
        }
        self._changes: ViewChanges = {}
        self._instant_of, self._made = now, from_microseconds(now)

    def judge(self, transaction: Transaction, waiting: Sequence[Pending]) -> None:
        """Give each request its outcome; those that fail leave no trace."""
        for pending in waiting:
            request = pending.request
            # Whether it was recorded is asked before the version is: a retry names the version of the first time.
            pending.outcome = self._repeated(pending, transaction)
            if pending.outcome is not None:
                continue
            stream, expected = request.stream, request.expected
            number, version = self._streams.get(stream, (0, 0))
            if version != expected:
                pending.outcome = VersionConflict(stream, expected, version)
                continue
            receipt = self._accept(pending, number)
            pending.outcome = receipt
            self._accepted[request.command_id] = (request.command_digest, receipt)

    def _repeated(self, pending: Pending, transaction: Transaction) -> Receipt | Exception | None:
        request = pending.request
        command_id = request.command_id
        if command_id in self._accepted:
            digest, receipt = self._accepted[command_id]
            first, last, version, recorded_id = receipt.first, receipt.last, receipt.version, command_id
        elif pending.key in self._opening.commands:
            first = self._opening.commands[pending.key]
            (record,) = transaction.records_from(first, 1)
            ended = last_of(record, transaction.records_from)
            last, version = ended.position, ended.version
            digest, recorded_id = record.command_digest, record.command_id
        else:
            return None
        if digest != request.command_digest or recorded_id != command_id:
            return CommandConflict(command_id)
        return Receipt(first, last, version, command_id, repeated=True)

    def _accept(self, pending: Pending, number: int) -> Receipt:
        request = pending.request
        moment = self._moment(pending)
        first, version = self._frontier.size + 1, request.expected
        # Encoded before anything is changed: what fails here fails alone.
        entries = _entries(request, first, version, self._instant(moment))
        if not number:
            number = self._new_stream(request.stream)
        rows, frontier = self._rows["events"], self._frontier
        key: int | None = pending.key
        for event, happened_at, entry in zip(request.events, pending.happened, entries, strict=True):
            leaf = leaf_hash(entry)
            frontier.append(leaf)
            version += 1
            place = (frontier.size, number, version, event.kind, request.rollout, key)
            rows.append((*place, happened_at, moment, entry, leaf))
            key = None  # only the first event of a command has it
        self._last = moment
        self._streams[request.stream] = (number, version)
        if request.followups or request.notices or request.texts:
            self._beside(request, first)
        for view, changes in pending.changes.items():
            known = self._changes.get(view)
            if known is None:
                self._changes[view] = dict(changes)
            else:
                known.update(changes)
        return Receipt(first, frontier.size, version, request.command_id)

    def _moment(self, pending: Pending) -> int:
        """The log's clock, or the calendar of a rehearsal; it never goes back."""
        moment = self._now if pending.calendar is None else pending.calendar
        return moment if self._last is None or moment > self._last else self._last

    def _instant(self, moment: int) -> datetime:
        """As `from_microseconds`, made once for the whole group of a live log."""
        if moment != self._instant_of:
            self._instant_of, self._made = moment, from_microseconds(moment)
        return self._made

    def _new_stream(self, name: str) -> int:
        number = self._opening.stream_count + len(self._rows["streams"]) + 1
        self._rows["streams"].append((number, name))
        return number

    def _beside(self, request: Append, first: int) -> None:
        stream, before, rows = request.stream, request.expected + 1, self._rows
        for follow in request.followups:
            place = (stream, before + follow.event, first + follow.event)
            rows["followups"].append((follow.id, *place, follow.target, follow.command, self._now))
        for notice in request.notices:
            to = (notice.to_person, notice.to_role, notice.template, notice.params)
            due = to_microseconds(in_utc(notice.not_before))
            rows["outbox"].append((notice.id, stream, before + notice.event, *to, due))
        rows["texts"].extend((text.id, text.salt, text.body, text.person) for text in request.texts)

    def write(self, transaction: Transaction) -> None:
        """Write what was accepted; to be closed with `closing`."""
        for table, rows in self._rows.items():
            if rows:
                transaction.insert(table, rows)
        for view, changes in self._changes.items():
            put = [row for row in changes.values() if row is not None]
            gone = [key for key, row in changes.items() if row is None]
            if gone:
                transaction.delete(view, gone)
            if put:
                transaction.upsert(view, put)

    def closing(self) -> Closing | None:
        """The head as it is to be left; None if nothing was accepted."""
        if not self._rows["events"]:
            return None
        frontier = self._frontier
        stream_count = self._opening.stream_count + len(self._rows["streams"])
        return Closing(frontier.size, frontier.to_bytes(), frontier.root(), self._last or 0, stream_count)


def _entries(request: Append, first: int, version: int, recorded_at: datetime) -> list[bytes]:
    return [
        encode_record(
            Record(
                request.actor,
                request.command_digest,
                request.command_id,
                event.data,
                request.entered_by,
                in_utc(event.happened_at),
                event.kind,
                request.on_behalf_of,
                first + index,
                request.programme,
                request.programme_version,
                recorded_at,
                request.rollout,
                event.schema,
                request.stream,
                request.trace_id,
                version + 1 + index,
            )
        )
        for index, event in enumerate(request.events)
    ]
