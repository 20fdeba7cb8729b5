"""What one transaction does: the appends that waited together, each judged alone, recorded as one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from eventlog.columns import from_microseconds, to_microseconds
from eventlog.errors import CommandConflict, VersionConflict
from eventlog.merkle import Frontier, leaf_hash
from eventlog.record import Append, NewEvent, Receipt, Record, encode_record
from eventlog.request import Pending, ViewChanges, in_utc
from eventlog.transaction import HeadRow, Transaction


class Group:
    """The state of the log as the accepted requests of one group move it, not yet written."""

    def __init__(self, head: HeadRow, now: datetime, *, rehearsal: bool) -> None:
        self._frontier = Frontier.from_bytes(head.size, head.frontier)
        self._last = head.recorded_at
        self._now = to_microseconds(now)
        self._rehearsal = rehearsal
        self._events: list[tuple[Any, ...]] = []
        self._commands: list[tuple[Any, ...]] = []
        self._followups: list[tuple[Any, ...]] = []
        self._outbox: list[tuple[Any, ...]] = []
        self._texts: list[tuple[Any, ...]] = []
        self._changes: ViewChanges = {}

    def judge(self, transaction: Transaction, waiting: Sequence[Pending]) -> None:
        """Give each request its outcome; those that fail leave no trace."""
        known = transaction.recorded([pending.request.command_id for pending in waiting])
        versions = transaction.versions({pending.request.stream for pending in waiting})
        accepted: dict[str, tuple[str, Receipt]] = {}
        for pending in waiting:
            request = pending.request
            pending.outcome = _repeated(request, known, accepted, transaction)
            if pending.outcome is not None:
                continue
            version = versions[request.stream]
            if version != request.expected:
                pending.outcome = VersionConflict(request.stream, request.expected, version)
                continue
            receipt = self._accept(request, pending.changes)
            pending.outcome = receipt
            versions[request.stream] = receipt.version
            accepted[request.command_id] = (request.command_digest, receipt)

    def _accept(self, request: Append, changes: ViewChanges) -> Receipt:
        moment = to_microseconds(in_utc(request.at)) if self._rehearsal else self._now
        if self._last is not None and moment < self._last:
            moment = self._last
        recorded_at = from_microseconds(moment)
        first = self._frontier.size + 1
        version = request.expected
        records = [
            _record(request, event, first + index, version + 1 + index, recorded_at)
            for index, event in enumerate(request.events)
        ]
        entries = [encode_record(record) for record in records]
        for record, entry in zip(records, entries, strict=True):
            self._enter(record, entry, moment)
        last = self._frontier.size
        self._commands.append((request.command_id, request.command_digest, request.stream, first, last))
        self._beside(request, first)
        for view, rows in changes.items():
            self._changes.setdefault(view, {}).update(rows)
        self._last = moment
        return Receipt(first, last, version + len(records), request.command_id)

    def _enter(self, record: Record, entry: bytes, moment: int) -> None:
        leaf = leaf_hash(entry)
        self._frontier.append(leaf)
        place = (record.position, record.stream, record.version, record.kind, record.rollout)
        self._events.append((*place, to_microseconds(record.happened_at), moment, entry, leaf))

    def _beside(self, request: Append, first: int) -> None:
        stream, before = request.stream, request.expected + 1
        for follow in request.followups:
            place = (stream, before + follow.event, first + follow.event)
            self._followups.append((follow.id, *place, follow.target, follow.command, self._now))
        for notice in request.notices:
            to = (notice.to_person, notice.to_role, notice.template, notice.params)
            due = to_microseconds(in_utc(notice.not_before))
            self._outbox.append((notice.id, stream, before + notice.event, *to, due))
        self._texts.extend((text.id, text.salt, text.body, text.person) for text in request.texts)

    def write(self, transaction: Transaction) -> None:
        if not self._events:
            return
        transaction.insert("events", self._events)
        transaction.insert("commands", self._commands)
        for table, rows in (("followups", self._followups), ("outbox", self._outbox), ("texts", self._texts)):
            if rows:
                transaction.insert(table, rows)
        for view, changes in self._changes.items():
            put = [row for row in changes.values() if row is not None]
            gone = [key for key, row in changes.items() if row is None]
            if gone:
                transaction.delete(view, gone)
            if put:
                transaction.upsert(view, put)
        frontier = self._frontier
        transaction.move_head(frontier.size, frontier.to_bytes(), frontier.root(), self._last or 0)


def _repeated(
    request: Append,
    known: dict[str, tuple[str, int, int]],
    accepted: dict[str, tuple[str, Receipt]],
    transaction: Transaction,
) -> Receipt | Exception | None:
    """What the same command was answered the first time, if there was one: asked before its version is."""
    if request.command_id in accepted:
        digest, receipt = accepted[request.command_id]
        first, last, version = receipt.first, receipt.last, receipt.version
    elif request.command_id in known:
        digest, first, last = known[request.command_id]
        version = transaction.version_at(last)
    else:
        return None
    if digest != request.command_digest:
        return CommandConflict(request.command_id)
    return Receipt(first, last, version, request.command_id, repeated=True)


def _record(request: Append, event: NewEvent, position: int, version: int, recorded_at: datetime) -> Record:
    return Record(
        request.actor,
        request.command_digest,
        request.command_id,
        event.data,
        request.entered_by,
        in_utc(event.happened_at),
        event.kind,
        request.on_behalf_of,
        position,
        request.programme,
        request.programme_version,
        recorded_at,
        request.rollout,
        event.schema,
        request.stream,
        request.trace_id,
        version,
    )
