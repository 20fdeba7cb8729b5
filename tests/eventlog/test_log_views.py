"""Views, and what stands beside the log, on every store."""

from datetime import UTC, datetime, timedelta

import pytest

from eventlog.errors import MalformedAppend
from eventlog.log import EventLog
from eventlog.rebuild import rebuild_views
from eventlog.record import NewFollowup, NewNotice, NewText, RowChange
from eventlog.views import VIEWS
from tests.eventlog.appends import MORNING, append
from tests.eventlog.dumps import dump_views
from tests.eventlog.places import Place

STREAM = "participant:r/nis-semey"

TASK = {
    "rollout": "r",
    "participant": "r/nis-semey",
    "tier": "nis",
    "step": "training",
    "kind": "form",
    "role": "coordinator",
    "asked_at": MORNING,
    "due_at": MORNING + timedelta(days=7),
    "status": "open",
}


def task(name: str, **change: object) -> RowChange:
    return RowChange("tasks", (STREAM, name), {**TASK, **change})


def test_rows_are_written_changed_and_taken_away_with_the_events(log: EventLog) -> None:
    log.append(append(STREAM, rows=(task("plan"), task("act", due_at=None))))
    assert [(row["task"], row["due_at"]) for row in log.rows("tasks")] == [("act", None), ("plan", TASK["due_at"])]
    log.append(append(STREAM, 1, rows=(task("plan", status="late"), RowChange("tasks", (STREAM, "act")))))
    (row,) = log.rows("tasks")
    assert row == {"stream": STREAM, "task": "plan", "person": None, "substitute": None, **TASK, "status": "late"}


def test_a_log_that_was_made_when_dues_named_a_version_takes_rows_without_it(place: Place) -> None:
    due = {"rollout": "r", "due_at": MORNING, "ended": False}
    place.open().append(append(STREAM, rows=(RowChange("dues", (STREAM,), due),)))
    place.close()
    place.run("ALTER TABLE dues ADD COLUMN version BIGINT NOT NULL DEFAULT 7")
    place.run("UPDATE alembic_version SET version_num = '0001'")
    if not place.is_sqlite:
        place.run("ALTER TABLE dues ALTER COLUMN version DROP DEFAULT")
    assert list(place.open(read_only=True).rows("dues")) == [{"stream": STREAM, **due}]
    log = place.open()
    log.append(append("rollout:q", rows=(RowChange("dues", ("rollout:q",), due),)))
    assert len(list(log.rows("dues"))) == 2
    assert "version" not in place.run("SELECT * FROM dues")[0]._fields


def test_of_the_changes_of_one_row_the_last_one_stands(log: EventLog) -> None:
    log.append(append(STREAM, rows=(task("a"), RowChange("tasks", (STREAM, "a")), task("b", status="x"), task("b"))))
    log.append(append(STREAM, 1, rows=(RowChange("tasks", (STREAM, "c")), task("c"))))
    assert [(row["task"], row["status"]) for row in log.rows("tasks")] == [("b", "open"), ("c", "open")]


def test_rows_are_found_by_their_columns(log: EventLog) -> None:
    instants = [MORNING + timedelta(days=day) for day in range(3)]
    rows = [task(f"t{day}", due_at=instant, person=f"p-{day}") for day, instant in enumerate(instants)]
    log.append(append(STREAM, rows=(*rows, task("t3", due_at=None))))

    def found(**where: object) -> list[str]:
        return [row["task"] for row in log.rows("tasks", **where)]  # type: ignore[arg-type]

    assert found(person="p-1") == ["t1"]
    assert found(person=None) == ["t3"]
    assert found(person=("p-0", "p-2")) == ["t0", "t2"]
    assert found(due_at=instants[2]) == ["t2"]
    assert found(_until={"due_at": instants[1]}) == ["t0", "t1"]
    assert found(_limit=2) == ["t0", "t1"]
    assert found(stream="other") == []


def test_a_refused_append_changes_no_row(log: EventLog) -> None:
    log.append(append(STREAM))
    refused = log.submit(append(STREAM, 0, rows=(task("plan"),), texts=(NewText("t", b"s", "x"),)))
    assert refused.exception(10) is not None
    assert log.rows("tasks") == []
    assert log.texts.get("t") is None


@pytest.mark.parametrize(
    "change",
    [
        RowChange("nothing", ("a",), {}),
        RowChange("tasks", ("a",), {}),
        RowChange("tasks", (STREAM, "a"), {"colour": "red"}),
        RowChange("tasks", (STREAM, "a"), {"rollout": "r"}),
    ],
    ids=["view", "key", "column", "missing"],
)
def test_a_row_that_no_view_has_is_refused_and_fails_alone(log: EventLog, change: RowChange) -> None:
    before = log.submit(append("rollout:before"))
    with pytest.raises(MalformedAppend):
        log.append(append(STREAM, rows=(change,)))
    after = log.submit(append("rollout:after"))
    assert before.result(10).first == 1
    assert after.result(10).first == 2


def test_rebuilt_views_equal_what_the_appends_made(log: EventLog) -> None:
    kept = task("plan")
    fact = RowChange("facts", (STREAM, "hours"), {"value": "12", "version": 1})
    lineage = RowChange("lineage", (STREAM, "mentored", "p-2", MORNING), {"step": "mentoring"})
    due = RowChange("dues", (STREAM,), {"due_at": MORNING, "ended": False})
    log.append(append(STREAM, rows=(kept, task("gone"), fact, lineage)))
    log.append(append(STREAM, 1, rows=(RowChange("tasks", (STREAM, "gone")), due)))
    before = list(dump_views(log))
    assert len(before) == 4
    assert rebuild_views(log, iter((due, lineage, fact, kept))) == 4
    assert list(dump_views(log)) == before
    assert rebuild_views(log, ()) == 0
    assert list(dump_views(log)) == []


def test_a_rebuild_that_fails_leaves_the_views_as_they_were(log: EventLog) -> None:
    log.append(append(STREAM, rows=(task("plan"),)))
    before = list(dump_views(log))
    with pytest.raises(MalformedAppend):
        rebuild_views(log, (task("other"), RowChange("nothing", ())))
    assert list(dump_views(log)) == before


def test_a_rebuild_sees_every_event_and_none_comes_between(log: EventLog) -> None:
    log.append(append(STREAM, rows=(task("plan"),)))
    late = None

    def rows() -> object:
        nonlocal late
        late = log.submit(append(STREAM, 1, rows=(task("act"),)))
        yield from (task(f"t{record.version}") for record in log.stream(STREAM))

    assert rebuild_views(log, rows()) == 1  # type: ignore[arg-type]
    assert late is not None
    late.result(10)
    assert [row["task"] for row in log.rows("tasks")] == ["act", "t1"]


def test_every_view_takes_a_row_of_its_columns(log: EventLog) -> None:
    sample: dict[str, object] = {"Instant": MORNING, "Boolean": True, "BigInteger": 3, "String": "x"}
    changes, expected = [], {}
    for name, table in VIEWS.items():
        row = {str(column.name): sample[type(column.type).__name__] for column in table.columns}
        expected[name] = [dict(row)]
        key = tuple(row.pop(str(column.name)) for column in table.primary_key.columns)
        changes.append(RowChange(name, key, row))
    log.append(append(rows=tuple(changes)))
    assert {name: log.rows(name) for name in VIEWS} == expected
    assert len(list(dump_views(log))) == len(VIEWS)


def test_consequences_wait_until_they_are_acknowledged(log: EventLog) -> None:
    consequences = tuple(NewFollowup(f"f{number}", f"rollout:{number}", b'{"a":1}', number % 2) for number in range(3))
    log.append(append(STREAM, size=2, followups=consequences))
    pending = log.followups.pending()
    assert [(one.id, one.stream, one.version, one.position, one.target) for one in pending] == [
        ("f0", STREAM, 1, 1, "rollout:0"),
        ("f2", STREAM, 1, 1, "rollout:2"),
        ("f1", STREAM, 2, 2, "rollout:1"),
    ]
    assert pending[0].command == b'{"a":1}'
    assert log.followups.pending(stream="other") == []
    assert log.followups.pending(older_than=datetime.now(UTC) - timedelta(minutes=1)) == []
    assert len(log.followups.pending(limit=2, older_than=datetime.now(UTC))) == 2
    log.followups.acknowledge(["f0", "f1"], "done")
    assert [one.id for one in log.followups.pending()] == ["f2"]
    assert log.followups.count() == 1


def test_a_notice_is_claimed_by_one_and_again_when_it_was_not_sent(log: EventLog) -> None:
    notices = (
        NewNotice("now", "reminder", '{"a":1}', MORNING, to_person="p-1"),
        NewNotice("later", "reminder", "{}", MORNING + timedelta(days=1), to_role="mentor"),
    )
    log.append(append(STREAM, notices=notices))
    (claimed,) = log.outbox.claim(MORNING)
    assert (claimed.id, claimed.to_person, claimed.template, claimed.params) == ("now", "p-1", "reminder", '{"a":1}')
    assert log.outbox.claim(MORNING) == []
    assert [notice.id for notice in log.outbox.claim(MORNING + timedelta(minutes=2))] == ["now"]
    log.outbox.mark_sent(["now"], MORNING)
    assert log.outbox.claim(MORNING + timedelta(hours=1)) == []
    assert log.outbox.waiting() == 1
    assert log.outbox.waiting(MORNING) == 0
    assert log.outbox.asleep(MORNING) == (1, MORNING + timedelta(days=1))
    assert log.outbox.asleep(MORNING + timedelta(days=1)) == (0, None)


def test_views_are_not_touched_by_another_log(place: Place) -> None:
    one, other = place.open(), place.open()
    one.append(append(STREAM, rows=(task("plan"),)))
    other.append(append(STREAM, 1, rows=(task("act"),)))
    assert [row["task"] for row in one.rows("tasks")] == ["act", "plan"]
