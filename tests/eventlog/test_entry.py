"""An entry made in two steps is the one that is made in one."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventlog.canonical import canonical
from eventlog.columns import from_microseconds
from eventlog.entry import encode_instant, unplaced
from eventlog.errors import MalformedAppend
from eventlog.record import Append, NewEvent, Record, encode_record

#: what stands in every entry, put where it does not belong
MARKS = st.sampled_from(
    [
        '"position":0',
        ',"position":0,',
        '"recorded_at":"1970-01-01T00:00:00Z"',
        '\\","position":0',
        "position",
        '"',
        "\\",
    ]
)
WORDS = st.lists(MARKS | st.text(st.characters(exclude_categories=["Cs"]), max_size=4), max_size=4).map("".join)
DATA = st.dictionaries(
    st.sampled_from(["position", "recorded_at", "a"]), st.just(0) | st.just("1970-01-01T00:00:00Z") | MARKS
)
#: from 1900 to 2200
INSTANTS = st.integers(-2_208_988_800_000_000, 7_258_118_399_999_999).map(from_microseconds)
FIVE_HOURS_AHEAD = timezone(timedelta(hours=5))


def append(data: Any, words: str, happened_at: datetime, expected: int = 0) -> Append:
    return Append(
        stream=f"s{words}", expected=expected, command_id=f"c{words}", command_digest="d", actor=f"a{words}",
        events=(NewEvent(f"k{words}", 1, canonical(data), happened_at),) * 2, at=happened_at, trace_id=words,
        rollout=words or None, programme=words, programme_version=words, entered_by=words, on_behalf_of=None,
    )  # fmt: skip


@given(DATA, WORDS, INSTANTS, INSTANTS, st.integers(1, 2**53), st.integers(0, 2**31))
def test_it_is_what_a_record_is_encoded_as(
    data: Any, words: str, happened_at: datetime, recorded_at: datetime, position: int, expected: int
) -> None:
    request = append(data, words, happened_at.astimezone(FIVE_HOURS_AHEAD), expected)
    event = request.events[1]
    record = Record(
        request.actor, request.command_digest, request.command_id, event.data.raw, request.entered_by, happened_at,
        event.kind, None, position, request.programme, request.programme_version, recorded_at, request.rollout,
        1, request.stream, request.trace_id, expected + 2,
    )  # fmt: skip
    assert unplaced(request, 1, event).placed(position, encode_instant(recorded_at)) == encode_record(record)


def test_what_no_entry_can_say_is_refused_to_who_says_it() -> None:
    request = append({}, "\ud800", datetime(2026, 9, 1, tzinfo=UTC))
    with pytest.raises(MalformedAppend):
        unplaced(request, 0, request.events[0])
