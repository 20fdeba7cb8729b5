"""The audit of a log's bytes: everything that was hashed is hashed again, and everything derived is derived again."""

from collections.abc import Callable

import msgspec

from eventlog.canonical import require_canonical
from eventlog.columns import to_microseconds
from eventlog.command_ids import key_of
from eventlog.errors import LogCorrupt, NotCanonical
from eventlog.log import EventLog
from eventlog.merkle import EMPTY_ROOT, Frontier, leaf_hash
from eventlog.reading import Snapshot
from eventlog.record import Entry, Record, decode_record, encode_record
from eventlog.schema import events, streams

#: A log that is wrong throughout need not be described throughout.
MOST_FINDINGS = 1000

_PAGE = 1000


class Finding(msgspec.Struct, frozen=True):
    #: What kind of fault, as a fixed word.
    code: str
    position: int | None
    sentence: str


class Report(msgspec.Struct, frozen=True):
    #: Size and root as recomputed from the entries.
    size: int
    root: str
    findings: tuple[Finding, ...]
    #: All faults, also those beyond the most that are described.
    faults: int

    @property
    def is_sound(self) -> bool:
        return self.faults == 0


def verify(
    log: EventLog,
    against: tuple[int, str] | None = None,
    visit: Callable[[Record], None] | None = None,
) -> Report:
    """Recompute the log from its stored bytes, in one snapshot and with bounded memory.

    `against` is a size and a root noted earlier: a log that was rewritten whole no longer has that root at that size.
    `visit` is given each record that can be read, in order, for checks of what the records mean.
    """
    audit = _Audit(against, visit)
    try:
        with log.transaction() as snapshot:
            audit.run(snapshot)
    except LogCorrupt as error:
        audit.find("unreadable", None, error.reason)
    return audit.report()


class _Audit:
    def __init__(self, against: tuple[int, str] | None, visit: Callable[[Record], None] | None) -> None:
        self._against = against
        self._visit = visit
        self._frontier = Frontier()
        #: position of the entry that was taken last
        self._position = 0
        self._follows_gap = False
        self._versions: dict[str, int] = {}
        self._recorded_at: int | None = None
        self._command_id: str | None = None
        self._findings: list[Finding] = []
        self._faults = 0
        self._described = 0

    def find(self, code: str, position: int | None, sentence: str) -> None:
        """What is said of the log as a whole is few, and always told; of single events the first."""
        self._faults += 1
        if position is not None:
            self._described += 1
        if position is None or self._described <= MOST_FINDINGS:
            self._findings.append(Finding(code, position, sentence))

    def report(self) -> Report:
        return Report(self._frontier.size, self._frontier.root().hex(), tuple(self._findings), self._faults)

    def run(self, snapshot: Snapshot) -> None:
        for line in snapshot.damage():
            self.find("damaged", None, f"SQLite finds the file damaged: {line}.")
        self._compare_root()
        after = 0
        while page := snapshot.stored(after, _PAGE):
            for entry in page:
                self._take(entry)
            after = page[-1].position
        self._check_totals(snapshot)

    def _take(self, entry: Entry) -> None:
        expected = self._position + 1
        self._follows_gap = entry.position != expected
        if self._follows_gap:
            self.find("gap", entry.position, _missing(expected, entry.position - 1))
        self._position = entry.position
        if not isinstance(entry.entry, bytes):  # SQLite keeps in a column what it is given
            self.find("entry", entry.position, "The entry is not stored as bytes.")
            entry = msgspec.structs.replace(entry, entry=str(entry.entry).encode())
        leaf = leaf_hash(entry.entry)
        if leaf != entry.leaf:
            self.find("leaf", entry.position, "The stored hash is not that of the stored bytes.")
        self._frontier.append(leaf)
        self._compare_root()
        try:
            record = decode_record(entry.entry)
            require_canonical(entry.entry)
        except (msgspec.MsgspecError, NotCanonical, UnicodeDecodeError, RecursionError) as error:
            self.find("entry", entry.position, f"The stored bytes are not a canonical record: {error}")
            return
        self._check_record(entry, record)
        if self._visit is not None:
            self._visit(record)

    def _check_record(self, entry: Entry, record: Record) -> None:
        position = entry.position
        if encode_record(record) != entry.entry:
            self.find("entry", position, "The stored bytes say more or other than a record does.")
        for name in ("position", "stream", "version", "kind", "rollout"):
            if getattr(entry, name) != getattr(record, name):
                self.find("column", position, f"The column {name} is not what the hashed bytes say.")
        for name in ("happened_at", "recorded_at"):
            if getattr(entry, name) != to_microseconds(getattr(record, name)):
                self.find("column", position, f"The column {name} is not what the hashed bytes say.")
        version = self._versions.get(record.stream, 0) + 1
        if record.version != version:
            self.find(
                "version", position, f"{record.stream} has version {record.version} where {version} should stand."
            )
        self._versions[record.stream] = record.version
        moment = to_microseconds(record.recorded_at)
        if self._recorded_at is not None and moment < self._recorded_at:
            self.find("clock", position, "It was recorded before the event that stands before it.")
        self._recorded_at = moment
        key = None if record.command_id == self._command_id else key_of(record.command_id)
        # behind a gap it may be the first event of its command or a later one
        if entry.command != key and not (self._follows_gap and entry.command is None):
            self.find("command", position, f"The command {record.command_id} is not found by its id.")
        self._command_id = record.command_id

    def _check_totals(self, snapshot: Snapshot) -> None:
        count = snapshot.count(events)
        if count != self._frontier.size:
            self.find("gap", None, f"The events table has {count} rows, of which {self._frontier.size} have a place.")
        count = snapshot.count(streams)
        if count != len(self._versions):
            self.find("stream", None, f"The streams table has {count} rows, the log {len(self._versions)} streams.")
        self._check_head(snapshot)
        if self._against is not None and self._against[0] > self._frontier.size:
            self.find(
                "shorter", None, f"The log has {self._frontier.size} events, fewer than the {self._against[0]} noted."
            )

    def _check_head(self, snapshot: Snapshot) -> None:
        row = snapshot.raw_head()
        if row is None:
            self.find("head", None, "The log has lost its head.")
            return
        compared = (
            ("size", row.size, self._frontier.size),
            ("frontier", row.frontier, self._frontier.to_bytes()),
            ("root", row.root, self._frontier.root()),
            ("recorded_at", row.recorded_at, self._recorded_at),
            ("streams", row.streams, len(self._versions)),
        )
        if wrong := [name for name, stored, computed in compared if stored != computed]:
            self.find("head", None, f"What the head says is not what the entries give: {', '.join(wrong)}.")

    def _compare_root(self) -> None:
        if self._against is None or self._against[0] != self._frontier.size:
            return
        size, root = self._against
        found = self._frontier.root() if size else EMPTY_ROOT
        if found.hex() != root.lower():
            self.find("rewritten", None, f"At {size} events the root is {found.hex()}, not the {root} noted earlier.")


def _missing(first: int, last: int) -> str:
    return f"Event {first} is missing." if first == last else f"Events {first} to {last} are missing."
