"""The entry of an event in two steps: what its caller knows, ahead; where and when it comes to stand, by the writer.

For the one writer everybody waits, so whatever can be made before is made by those who come.
"""

from typing import Final

import msgspec

from eventlog.columns import EPOCH, in_utc, to_microseconds
from eventlog.errors import MalformedAppend
from eventlog.record import Append, NewEvent, Record, encode_record

encode_instant = msgspec.json.Encoder().encode

# Neither stands in a string, whose quotation marks are escaped, and data come before both.
_POSITION: Final = b',"position":'
_RECORDED_AT: Final = b',"recorded_at":'
_POSITION_SIZE: Final = len(_POSITION)
_RECORDED_AT_SIZE: Final = len(_RECORDED_AT)
# What stands for them until then: 0 and this instant.
_NOWHERE_SIZE: Final = 1
_NEVER_SIZE: Final = len(encode_instant(EPOCH))


class Unplaced(msgspec.Struct, frozen=True, gc=False):
    """An event whose entry is made but for its position and the instant at which it is recorded."""

    kind: str
    #: Microseconds since 1970.
    happened_at: int
    until_position: bytes
    until_instant: bytes
    rest: bytes

    def placed(self, position: int, recorded_at: bytes) -> bytes:
        """The entry; the instant as `encode_instant` has it."""
        return b"%b%d%b%b%b" % (self.until_position, position, self.until_instant, recorded_at, self.rest)


def unplaced(request: Append, index: int, event: NewEvent) -> Unplaced:
    """The event with this index in its append. Raises MalformedAppend for what no entry can say."""
    happened_at = in_utc(event.happened_at)
    record = Record(
        request.actor,
        request.command_digest,
        request.command_id,
        event.data.raw,
        request.entered_by,
        happened_at,
        event.kind,
        request.on_behalf_of,
        0,
        request.programme,
        request.programme_version,
        EPOCH,
        request.rollout,
        event.schema,
        request.stream,
        request.trace_id,
        request.expected + 1 + index,
    )
    try:
        entry = encode_record(record)
    except Exception as error:
        raise MalformedAppend(f"The log can't take this append: {error}") from error
    position = entry.rindex(_POSITION) + _POSITION_SIZE
    instant = entry.rindex(_RECORDED_AT, position) + _RECORDED_AT_SIZE
    return Unplaced(
        event.kind,
        to_microseconds(happened_at),
        entry[:position],
        entry[position + _NOWHERE_SIZE : instant],
        entry[instant + _NEVER_SIZE :],
    )
