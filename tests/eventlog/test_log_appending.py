"""What an append promises, on every store."""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
import rfc8785

from eventlog.canonical import canonical, checked
from eventlog.errors import CommandConflict, LogUnavailable, MalformedAppend, NotCanonical, VersionConflict
from eventlog.log import EventLog
from eventlog.merkle import leaf_hash
from eventlog.record import NewEvent, Receipt
from tests.eventlog.appends import MORNING, append, event
from tests.eventlog.places import Place
from tests.eventlog.roots import root_by_definition


def test_events_are_numbered_in_their_stream_and_in_the_log(log: EventLog) -> None:
    assert log.append(append("rollout:a", size=2, command_id="first")) == Receipt(1, 2, 2, "first")
    receipt = log.append(append("rollout:b", size=3, command_id="of-b"))
    assert receipt == Receipt(3, 5, 3, "of-b")
    again = log.append(append("rollout:a", expected=2, command_id="of-a"))
    assert again == Receipt(6, 6, 3, "of-a")
    assert [(record.position, record.stream, record.version) for record in log.read()] == [
        (1, "rollout:a", 1),
        (2, "rollout:a", 2),
        (3, "rollout:b", 1),
        (4, "rollout:b", 2),
        (5, "rollout:b", 3),
        (6, "rollout:a", 3),
    ]


def test_everything_that_was_said_of_an_event_comes_back(log: EventLog) -> None:
    happened_at = datetime(2024, 9, 1, 9, 30, 15, 250, tzinfo=timezone(timedelta(hours=5)))
    said = event(7, happened_at=happened_at, title="Әдістемелік орталық \u200f")
    log.append(
        append(
            command_id="c",
            events=(said,),
            actor="p-actor",
            on_behalf_of="p-school",
            entered_by="account",
            rollout="r",
            programme="nis-share",
            programme_version="1",
            trace_id="ab" * 16,
        )
    )
    (record,) = log.stream("rollout:r")
    assert bytes(record.data) == bytes(said.data)
    assert (record.kind, record.schema, record.happened_at) == ("TaskAsked", 1, happened_at.astimezone(UTC))
    assert (record.actor, record.on_behalf_of, record.entered_by) == ("p-actor", "p-school", "account")
    assert (record.rollout, record.programme, record.programme_version) == ("r", "nis-share", "1")
    assert (record.command_id, record.trace_id) == ("c", "ab" * 16)
    assert record.command_digest == hashlib.sha256(b"").hexdigest()


def test_an_entry_is_the_canonical_form_of_its_record_and_hashed_as_stored(log: EventLog) -> None:
    log.append(append(size=3))
    with log.snapshot() as snapshot:
        entries = snapshot.entries()
    records = log.read()
    for entry, record in zip(entries, records, strict=True):
        fields = {name: getattr(record, name) for name in record.__struct_fields__}
        fields["data"] = {"number": record.position - 1, "task": "plan"}
        for name in ("happened_at", "recorded_at"):
            fields[name] = fields[name].isoformat().replace("+00:00", "Z")
        assert entry.entry == rfc8785.dumps(fields)
        assert entry.leaf == leaf_hash(entry.entry)
    assert log.head().root == root_by_definition([entry.leaf for entry in entries]).hex()
    assert log.head().size == 3


def test_a_stale_version_is_a_conflict_and_records_nothing(log: EventLog) -> None:
    log.append(append(size=2))
    for expected in (0, 1, 3):
        with pytest.raises(VersionConflict) as conflict:
            log.append(append(expected=expected))
        assert (conflict.value.stream, conflict.value.expected, conflict.value.actual) == ("rollout:r", expected, 2)
    assert log.head().size == 2


def test_a_command_is_recorded_once_and_answered_the_same_again(log: EventLog) -> None:
    first = log.append(append(command_id="c", size=2))
    log.append(append(expected=2))
    again = log.append(append(command_id="c", size=2))
    assert again == Receipt(first.first, first.last, first.version, "c", repeated=True)
    assert log.head().size == 3
    found = log.command("c")
    assert found is not None
    assert (found.stream, found.first, found.last) == ("rollout:r", 1, 2)
    assert log.command("other") is None


def test_the_same_command_in_one_group_is_recorded_once(log: EventLog) -> None:
    futures = [log.submit(append(command_id="c")) for _ in range(20)]
    receipts = [future.result(10) for future in futures]
    assert sorted(receipt.repeated for receipt in receipts) == [False] + [True] * 19
    assert {(receipt.first, receipt.last, receipt.version) for receipt in receipts} == {(1, 1, 1)}


def test_a_command_id_with_other_content_is_a_conflict(log: EventLog) -> None:
    log.append(append(command_id="c", content="one"))
    with pytest.raises(CommandConflict):
        log.append(append(command_id="c", content="two", expected=1))
    assert log.head().size == 1


def test_a_request_that_fails_does_not_fail_the_others_of_its_group(log: EventLog) -> None:
    futures = [log.submit(append(f"rollout:{number}", expected=number % 2)) for number in range(50)]
    outcomes = [future.exception(10) for future in futures]
    assert [type(outcome) for outcome in outcomes] == [type(None), VersionConflict] * 25
    assert log.head().size == 25


def test_requests_of_one_group_are_judged_one_after_the_other(log: EventLog) -> None:
    futures = [log.submit(append(expected=number)) for number in range(30)]
    assert [future.result(10).version for future in futures] == list(range(1, 31))


def test_of_many_at_the_same_version_one_is_recorded(log: EventLog) -> None:
    with ThreadPoolExecutor(16) as pool:
        futures = [pool.submit(log.append, append()) for _ in range(64)]
        outcomes = [future.exception() for future in futures]
    assert outcomes.count(None) == 1
    assert all(isinstance(outcome, VersionConflict) for outcome in outcomes if outcome is not None)


async def test_who_appends_from_an_event_loop_to_a_log_that_is_closed_is_told_so(place: Place) -> None:
    with place.open() as closed:
        pass
    with pytest.raises(LogUnavailable, match="closed"):
        await closed.append_async(append())


async def test_an_event_loop_waits_without_blocking(log: EventLog) -> None:
    receipts = await asyncio.gather(*(log.append_async(append(f"rollout:{number}")) for number in range(100)))
    assert sorted(receipt.first for receipt in receipts) == list(range(1, 101))
    with pytest.raises(VersionConflict):
        await log.append_async(append("rollout:1"))


async def test_appends_that_build_on_each_other_are_recorded_together(log: EventLog) -> None:
    requests = [append(expected=number, command_id=f"c-{number}") for number in range(3)]
    assert await log.append_all_async(requests) == [Receipt(n + 1, n + 1, n + 1, f"c-{n}") for n in range(3)]


async def test_what_was_decided_on_top_of_an_append_that_failed_is_not_recorded(log: EventLog) -> None:
    """Not even where the version that it expects is there: it was reached by something else."""
    log.append(append(content="somebody was faster"))
    outcomes = await log.append_all_async([append(expected=0), append(expected=1), append(expected=2)])
    assert [type(outcome) for outcome in outcomes] == [VersionConflict] * 3
    assert log.head().size == 1


async def test_what_was_decided_on_top_of_an_append_of_before_is_not_recorded(log: EventLog) -> None:
    first = append(expected=0, command_id="first")
    receipt = log.append(first)
    again, after = await log.append_all_async([first, append(expected=1)])
    assert again == msgspec.structs.replace(receipt, repeated=True)
    assert isinstance(after, VersionConflict)


def test_the_log_s_clock_never_goes_back(place: Place) -> None:
    log = place.open(rehearsal=True)
    for days in (0, 5, 3, 5, 6):
        log.append(append(f"rollout:{log.head().size}", at=MORNING + timedelta(days=days)))
    assert [(record.recorded_at - MORNING).days for record in log.read()] == [0, 5, 5, 5, 6]
    assert log.head().recorded_at == MORNING + timedelta(days=6)


def test_a_live_log_records_by_its_own_clock(log: EventLog) -> None:
    before = datetime.now(UTC)
    log.append(append())
    (record,) = log.read()
    assert before <= record.recorded_at <= datetime.now(UTC)
    assert record.happened_at == MORNING


@pytest.mark.parametrize(
    "request_",
    [
        append(events=()),
        append(stream=""),
        append(actor=""),
        append(expected=-1),
        append(at=MORNING.replace(tzinfo=None)),
        append(events=(event(happened_at=MORNING.replace(tzinfo=None)),)),
        append(actor="\ud800"),
    ],
    ids=["no-events", "no-stream", "no-actor", "any-version", "naive-command", "naive-event", "surrogate"],
)
def test_a_request_that_makes_no_sense_is_refused(log: EventLog, request_: object) -> None:
    with pytest.raises(MalformedAppend):
        log.append(request_)  # type: ignore[arg-type]
    assert log.head().size == 0


def test_nul_is_refused_at_the_edge(log: EventLog) -> None:
    with pytest.raises(NotCanonical):
        log.append(append(actor="p\0"))
    with pytest.raises(NotCanonical):
        canonical({"a": "\0"})


def test_only_data_that_is_known_to_be_canonical_is_taken(log: EventLog) -> None:
    for data in (
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1.0}',
        b"{",
        b'{"a":9007199254740992}',
        b'{"a":"\\u0041"}',
        b"{}",
    ):
        unknown: Any
        for unknown in (data, msgspec.Raw(data), data.decode()):
            with pytest.raises(MalformedAppend):
                log.append(append(events=(NewEvent("TaskAsked", 1, unknown, MORNING),)))
        if data != b"{}":
            with pytest.raises(NotCanonical):
                checked(data)
    assert log.head().size == 0


def test_closing_records_what_waits(place: Place) -> None:
    log = place.open()
    futures = [log.submit(append(f"rollout:{number}")) for number in range(200)]
    log.close()
    assert all(future.done() for future in futures)
    assert place.open().head().size == 200
