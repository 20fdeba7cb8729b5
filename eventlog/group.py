"""What one transaction does: the appends that waited together, each judged alone, recorded as one."""

from collections.abc import Sequence
from typing import Any

from eventlog.columns import from_microseconds, in_utc, to_microseconds
from eventlog.entry import encode_instant
from eventlog.errors import CommandConflict, VersionConflict
from eventlog.merkle import Frontier, leaf_hash
from eventlog.record import Append, Receipt, last_of
from eventlog.request import Pending, ViewChanges
from eventlog.transaction import Tip, Transaction

#: With more streams than this in memory, a writer begins to learn them anew.
_MOST_STREAMS = 50_000


class Group:
    """The log as the accepted requests of one group move it, not yet written.

    `left` is the end of the log as this writer left it, if it may be trusted; `now` are microseconds since 1970.
    """

    def __init__(self, transaction: Transaction, left: Tip | None, now: int) -> None:
        self._transaction = transaction
        self._tip = tip = transaction.open(left)
        #: Whether this writer left the end of the log as it is, and so knows it.
        self._is_known = tip is left
        self._frontier = Frontier.from_bytes(tip.size, tip.frontier)
        self._last = tip.recorded_at
        self._now = now
        #: Number and version of each stream, as they are after what was accepted.
        self._streams = tip.streams
        #: Position of the first event of each command of the group that was recorded before, by its key.
        self._recorded: dict[bytes, int] = {}
        self._accepted: dict[str, tuple[str, Receipt]] = {}
        self._rows: dict[str, list[tuple[Any, ...]]] = {
            table: [] for table in ("streams", "events", "followups", "outbox", "texts")
        }
        self._changes: ViewChanges = {}
        self._instant_of, self._made = now, encode_instant(from_microseconds(now))

    def _look_up(self, waiting: Sequence[Pending]) -> None:
        """What has to be known before anything is decided.

        Of a stream whose version is the expected one, whether the command was recorded is not asked as long as the end
        of the log is known: it hardly ever was, and the database itself refuses to record it again.
        """
        if len(self._streams) > _MOST_STREAMS:
            self._streams.clear()
        names = list({pending.request.stream for pending in waiting if pending.request.stream not in self._streams})
        if names:
            self._streams.update(dict.fromkeys(names, (0, 0)))
            self._streams.update(self._transaction.find_streams(names))
        doubtful = [
            pending.key
            for pending in waiting
            if not self._is_known or pending.request.expected != self._streams[pending.request.stream][1]
        ]
        if doubtful:
            self._recorded = self._transaction.find_commands(doubtful)

    def judge(self, waiting: Sequence[Pending]) -> None:
        """Give each request its outcome; those that fail leave no trace."""
        self._look_up(waiting)
        for pending in waiting:
            request = pending.request
            # Whether it was recorded is asked before the version is: a retry names the version of the first time.
            if request.command_id in self._accepted or pending.key in self._recorded:
                pending.outcome = self._repeated(pending)
                continue
            stream, expected = request.stream, request.expected
            number, version = self._streams[stream]
            if version != expected or pending.is_groundless:
                pending.outcome = VersionConflict(stream, expected, version)
                continue
            receipt = self._accept(pending, number)
            pending.outcome = receipt
            self._accepted[request.command_id] = (request.command_digest, receipt)

    def _repeated(self, pending: Pending) -> Receipt | CommandConflict:
        request = pending.request
        command_id = request.command_id
        if command_id in self._accepted:
            digest, receipt = self._accepted[command_id]
            first, last, version, recorded_id = receipt.first, receipt.last, receipt.version, command_id
        else:
            first = self._recorded[pending.key]
            (record,) = self._transaction.records_from(first, 1)
            ended = last_of(record, self._transaction.records_from)
            last, version = ended.position, ended.version
            digest, recorded_id = record.command_digest, record.command_id
        if digest != request.command_digest or recorded_id != command_id:
            return CommandConflict(command_id)
        return Receipt(first, last, version, command_id, repeated=True)

    def _accept(self, pending: Pending, number: int) -> Receipt:
        request = pending.request
        moment = self._moment(pending)
        first, version = self._frontier.size + 1, request.expected
        instant = self._instant(moment)
        if not number:
            number = self._new_stream(request.stream)
        rows, frontier, rollout = self._rows["events"], self._frontier, request.rollout
        key: bytes | None = pending.key
        for event in pending.events:
            entry = event.placed(frontier.size + 1, instant)
            leaf = leaf_hash(entry)
            frontier.append(leaf)
            version += 1
            place = (frontier.size, number, version)
            rows.append((*place, event.kind, rollout, key, event.happened_at, moment, entry, leaf))
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

    def _instant(self, moment: int) -> bytes:
        """As entries have it, made once for the whole group of a live log."""
        if moment != self._instant_of:
            self._instant_of, self._made = moment, encode_instant(from_microseconds(moment))
        return self._made

    def _new_stream(self, name: str) -> int:
        number = self._tip.stream_count + len(self._rows["streams"]) + 1
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

    def write(self) -> Tip | None:
        """Write what was accepted, and say to where the head is moved; None if nothing was."""
        if not self._rows["events"]:
            return None
        tip, transaction = self._moved(), self._transaction
        transaction.move(tip)
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
        return tip

    def _moved(self) -> Tip:
        frontier, count = self._frontier, self._tip.stream_count + len(self._rows["streams"])
        return Tip(frontier.size, frontier.to_bytes(), frontier.root(), self._last, count, self._streams)

    @property
    def row_count(self) -> int:
        """How many rows are written."""
        return sum(map(len, self._rows.values())) + sum(map(len, self._changes.values()))

    @property
    def found(self) -> Tip:
        """The end of the log as it was found."""
        return self._tip
