"""The log for other programs: JSON lines by which every hash can be recomputed, or CSV for a spreadsheet."""

import csv
import io
from collections.abc import Iterator
from typing import Literal

import msgspec

from eventlog.errors import LogCorrupt
from eventlog.merkle import Frontier
from eventlog.reading import Snapshot
from eventlog.record import Entry, decode_records

Format = Literal["jsonl", "csv"]

COLUMNS = (
    "position", "stream", "version", "kind", "schema", "happened_at", "recorded_at", "actor", "on_behalf_of",
    "entered_by", "rollout", "programme", "programme_version", "command_id", "command_digest", "trace_id", "data",
)  # fmt: skip

#: A spreadsheet takes what begins like this for a formula, also in their full-width forms, and runs it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

_PAGE = 1000


def export(snapshot: Snapshot, form: Format) -> Iterator[bytes]:
    """Page by page, whatever the length of the log. At its end raises LogCorrupt where the head has another root."""
    if form == "csv":
        yield _csv([(*COLUMNS, "leaf")])
    tree = Frontier()
    after = 0
    while page := snapshot.entries(after, _PAGE):
        yield _csv([_row(entry) for entry in page]) if form == "csv" else b"".join(_line(entry) for entry in page)
        after = page[-1].position
        for entry in page:
            tree.append(entry.leaf)
    if tree.root().hex() != snapshot.head().root:
        raise LogCorrupt(
            "This log is not as it was written. Its head has another root than the leaves of its events make. "
            "'kaskad audit verify' tells all of it."
        )


def _line(entry: Entry) -> bytes:
    """The entry is the very bytes that were hashed: the leaf is SHA-256(0x00 || entry)."""
    return b'{"entry":' + entry.entry + b',"leaf":"' + entry.leaf.hex().encode() + b'"}\n'


def _row(entry: Entry) -> tuple[str, ...]:
    [record] = decode_records([(entry.entry,)])
    values = (_cell(getattr(record, name)) for name in COLUMNS)
    return (*values, entry.leaf.hex())


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, msgspec.Raw):
        return bytes(value).decode()
    if isinstance(value, int):
        return str(value)
    text = value if isinstance(value, str) else str(msgspec.to_builtins(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
