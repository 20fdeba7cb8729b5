"""What reading promises, on every store."""

from datetime import timedelta

import pytest

from eventlog.errors import LogUnavailable
from eventlog.log import EventLog
from eventlog.record import RowChange
from tests.eventlog.appends import MORNING, append, event
from tests.eventlog.places import Place


def test_a_stream_is_read_between_versions(log: EventLog) -> None:
    log.append(append("rollout:a", size=5))
    log.append(append("rollout:ab", size=2))
    assert [record.version for record in log.stream("rollout:a")] == [1, 2, 3, 4, 5]
    assert [record.version for record in log.stream("rollout:a", after=2)] == [3, 4, 5]
    assert [record.version for record in log.stream("rollout:a", after=1, up_to=3)] == [2, 3]
    assert log.stream("rollout:none") == []


def test_the_log_is_read_in_pages(log: EventLog) -> None:
    for number in range(7):
        log.append(append(f"rollout:{number}", size=3))
    seen: list[int] = []
    while page := log.read(after=seen[-1] if seen else 0, limit=4):
        assert len(page) <= 4
        seen.extend(record.position for record in page)
    assert seen == list(range(1, 22))


def test_the_log_is_read_by_what_one_looks_for(place: Place) -> None:
    log = place.open(rehearsal=True)
    log.append(append("rollout:a", rollout="a", at=MORNING))
    log.append(append("participant:a/x", rollout="a", at=MORNING + timedelta(days=1), size=2))
    log.append(append("rollout:b", rollout="b", at=MORNING + timedelta(days=2)))
    log.append(append("organisation:main", at=MORNING + timedelta(days=3), events=(event(), event())))

    def positions(**filters: object) -> list[int]:
        return [record.position for record in log.read(**filters)]  # type: ignore[arg-type]

    assert positions(rollout="a") == [1, 2, 3]
    assert positions(stream="participant:a/x") == [2, 3]
    assert positions(kinds=["TaskAsked"]) == [1, 2, 3, 4, 5, 6]
    assert positions(kinds=["Other"]) == positions(kinds=[]) == []
    assert positions(since=MORNING + timedelta(days=1), until=MORNING + timedelta(days=2)) == [2, 3, 4]
    assert positions(up_to=2) == [1, 2]
    assert positions(rollout="a", after=1, limit=1) == [2]


def test_streams_are_listed_by_what_they_begin_with(log: EventLog) -> None:
    for stream in ("rollout:b", "rollout:a", "participant:a/ә"):
        log.append(append(stream))
    assert log.streams() == ["participant:a/ә", "rollout:a", "rollout:b"]
    assert log.streams("rollout:") == ["rollout:a", "rollout:b"]


def test_a_snapshot_sees_one_position(log: EventLog) -> None:
    log.append(append(rows=(RowChange("facts", ("rollout:r", "certified"), {"value": "false", "version": 1}),)))
    with log.snapshot() as snapshot:
        later = append(
            expected=1, rows=(RowChange("facts", ("rollout:r", "certified"), {"value": "true", "version": 2}),)
        )
        log.append(later)
        assert snapshot.position == snapshot.head().size == 1
        assert len(snapshot.read()) == len(snapshot.stream("rollout:r")) == 1
        assert snapshot.rows("facts")[0]["value"] == "false"
        assert snapshot.command(later.command_id) is None
    with log.snapshot() as snapshot:
        assert snapshot.position == 2
        assert snapshot.rows("facts")[0]["value"] == "true"


def test_what_one_log_object_appends_another_reads(place: Place) -> None:
    one, other = place.open(), place.open(read_only=True)
    one.append(append())
    assert other.head().size == 1
    assert len(other.read()) == 1


def test_a_log_opened_to_be_read_takes_nothing(place: Place) -> None:
    place.open().append(append())
    with place.open(read_only=True) as log, pytest.raises(LogUnavailable, match="read only"):
        log.append(append("rollout:b"))


def test_one_look_tells_what_has_moved_since(log: EventLog) -> None:
    log.append(append("rollout:a", size=2))
    before = log.head().size
    for stream, expected in (("rollout:a", 2), ("rollout:b", 0), ("rollout:a", 3)):
        moved = append(stream, expected=expected)
        log.append(moved)
    with log.newest() as newest:
        glance = newest.glance(before, ["never recorded", moved.command_id])
        assert (glance.position, glance.moved, glance.recorded) == (
            5,
            {"rollout:a": 4, "rollout:b": 1},
            {moved.command_id},
        )
        glance = newest.glance(5, ["never recorded"])
        assert (glance.position, glance.moved, glance.recorded) == (5, {}, set())


def test_what_moved_long_ago_is_not_looked_through(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    log.append(append("rollout:a", size=3))
    monkeypatch.setattr("eventlog.reading._MOST_SINCE", 2)
    with log.newest() as newest:
        assert newest.glance(0, ["c"]).moved is None
        assert newest.glance(1, ["c"]).moved == {"rollout:a": 3}
