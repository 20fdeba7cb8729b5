"""What the event log tells of its rollouts: how far they are, what is late, what waits to be delivered."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from activities.adopted import adopted_by
from domain import task_ids
from domain.identity import school_of, stream_subject
from terminal.tree import from_the_top, phase_of

if TYPE_CHECKING:
    from eventlog.log import EventLog

#: a due date this long past with nothing recorded means that nobody passes the time
_LATE = timedelta(seconds=60)
_FORGOTTEN = timedelta(seconds=30)
_MOST = 1_000_000


class Late(msgspec.Struct, frozen=True):
    """A task that is overdue."""

    rollout: str
    school: str
    task: str
    role: str
    due_at: datetime
    escalated: bool


class Unfilled(msgspec.Struct, frozen=True):
    """A role that is asked for something, and that nobody has there."""

    rollout: str
    role: str
    tasks: int
    #: where the first of them is asked
    school: str


class Tier(msgspec.Struct, frozen=True):
    tier: str
    participants: int
    #: status -> how many
    by_status: dict[str, int]
    open_tasks: int
    overdue: int


class Course(msgspec.Struct, frozen=True):
    """How a rollout goes."""

    rollout: str
    programme: str
    cohort: str
    status: str
    time_zone: str
    #: on the roster, but without a stream of their own yet
    not_begun: int
    tiers: list[Tier]


class NoOne(msgspec.Struct, frozen=True):
    """A duty for which somebody has to be named: nobody has it, or who would by a seat of the parent's may not."""

    rollout: str
    school: str
    duty: str


class LogTold(msgspec.Struct, frozen=True):
    place: str
    size: int
    root: str
    recorded_at: datetime | None
    rollouts: list[Course]
    late: list[Late]
    no_one: list[NoOne]
    unfilled: list[Unfilled]
    #: follow-ups not delivered, and those of them that should have been
    followups: int
    followups_late: int
    #: streams for which the clock should have acted, the longest first
    behind: list[tuple[str, datetime]]
    #: messages whose time has come, and those that wait for the end of quiet hours, with when that first is
    notices_waiting: int
    notices_asleep: int
    notices_from: datetime | None


def told_by(log: "EventLog") -> LogTold:
    head, now = log.head(), datetime.now(UTC)
    tasks = log.rows("tasks")
    dues = log.rows("dues", ended=False, _until={"due_at": now - _LATE})
    asleep, wakes = log.outbox.asleep(now)
    behind = sorted(((row["stream"], row["due_at"]) for row in dues), key=lambda each: each[1])
    return LogTold(
        place=re.sub(r"(//[^:/@]*):[^@/]*@", r"\1:***@", log.url),
        size=head.size,
        root=head.root,
        recorded_at=head.recorded_at,
        rollouts=[_course(log, row, tasks) for row in log.rows("rollouts")],
        late=_late(log, tasks),
        no_one=[
            NoOne(task["rollout"], school_of(task["participant"]), task_ids.read(task["task"]).about)
            for task in tasks
            if task_ids.read(task["task"]).of == task_ids.DUTY
        ],
        unfilled=_unfilled(log, tasks),
        followups=log.followups.count(),
        followups_late=len(log.followups.pending(limit=1000, older_than=now - _FORGOTTEN)),
        # a paused rollout's clock stands still, and its rows say so by having no due date
        behind=behind,
        notices_waiting=log.outbox.waiting(now),
        notices_asleep=asleep,
        notices_from=wakes,
    )


def _course(log: "EventLog", row: dict[str, Any], tasks: list[dict[str, Any]]) -> Course:
    rows = log.rows("participants", rollout=row["rollout"])
    roster = log.rows("roster", stream=row["stream"])
    own = [task for task in tasks if task["rollout"] == row["rollout"]]
    open_tasks, late = (
        Counter(task["tier"] for task in own),
        Counter(t["tier"] for t in own if t["status"] == "overdue"),
    )
    tiers = []
    ordered = from_the_top(roster, {entry["participant"]: entry["parent"] for entry in roster})
    for tier in dict.fromkeys(entry["tier"] for entry in ordered):
        status = Counter(phase_of(each) for each in rows if each["tier"] == tier)
        tiers.append(Tier(tier, status.total(), dict(status), open_tasks[tier], late[tier]))
    programme = f"{row['programme']} {row['programme_version']}"
    adopted = adopted_by(log, row["rollout"])
    zone = adopted.time_zone if adopted else "UTC"
    return Course(row["rollout"], programme, row["cohort"], row["status"], zone, len(roster) - len(rows), tiers)


def _late(log: "EventLog", tasks: list[dict[str, Any]]) -> list[Late]:
    overdue = [task for task in tasks if task["status"] == "overdue"]
    escalated = set()
    if overdue:
        for record in log.read(limit=_MOST, kinds=["TaskEscalated"]):
            escalated.add((record.stream, msgspec.json.decode(bytes(record.data))["task"]))
    found = [
        Late(
            task["rollout"],
            school_of(stream_subject(task["stream"])),
            task["task"],
            task["role"],
            task["due_at"],
            (task["stream"], task["task"]) in escalated,
        )
        for task in overdue
    ]
    return sorted(found, key=lambda each: (each.due_at, each.school, each.task))


def _unfilled(log: "EventLog", tasks: list[dict[str, Any]]) -> list[Unfilled]:
    """Roles for which no seat, no duty and no office says who is meant."""
    granted = {(row["right"], row["scope"]) for row in log.rows("rights")}
    asked: dict[tuple[str, str], list[str]] = {}
    for task in sorted(tasks, key=lambda each: (each["due_at"], each["stream"])):
        rollout, role = task["rollout"], task["role"]
        if task["person"] is None and granted.isdisjoint({(role, "*"), (role, rollout)}):
            asked.setdefault((rollout, role), []).append(school_of(stream_subject(task["stream"])))
    return [Unfilled(rollout, role, len(schools), schools[0]) for (rollout, role), schools in asked.items()]
