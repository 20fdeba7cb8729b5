"""The mentoring checkpoints of schools: held, missed, and open."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from activities.adopted import zone_in
from domain import task_ids
from domain.identity import rollout_of, school_of
from terminal.happenings import happenings_of
from terminal.reading import names_of, reading, rollout_named
from terminal.school_meant import school_meant

if TYPE_CHECKING:
    from eventlog.log import EventLog

Row = dict[str, Any]


def checkpoints(school: str | None, rollout: str | None, log: str | None) -> list[Row]:
    """By school, step and number. Raises NotFound."""
    with reading(log) as opened:
        if rollout is not None:
            rollout_named(opened, rollout)
        stream = None if school is None else school_meant(opened, school, rollout).stream
        found = [*_recorded(opened, stream, rollout), *_open(opened, stream, rollout)]
        zones = {name: zone_in(opened, name) for name in {each["rollout"] for each in found}}
    names = names_of(each["mentor"] for each in found)
    for each in found:
        each["when"] = f"{each['at'].astimezone(zones[each['rollout']]):%Y-%m-%d %H:%M}"
        each["mentor_name"] = names.get(each["mentor"])
    return sorted(found, key=lambda each: (each["rollout"], each["school"], each["step"], each["number"]))


def _recorded(log: "EventLog", stream: str | None, rollout: str | None) -> list[Row]:
    from domain.participant.mentoring import CheckpointHeld, CheckpointMissed

    found = []
    for participant, each in happenings_of(log, ("CheckpointHeld", "CheckpointMissed"), rollout=rollout, stream=stream):
        look = each.event
        if isinstance(look, CheckpointHeld):
            remark = log.texts.get(look.remark.id) if look.remark is not None else None
            found.append(_row(participant, look.step, look.number, look.outcome, each.happened_at, look.mentor, remark))
        elif isinstance(look, CheckpointMissed):
            found.append(_row(participant, look.step, look.number, "missed", each.happened_at))
    return found


def _open(log: "EventLog", stream: str | None, rollout: str | None) -> list[Row]:
    where: dict[str, Any] = {"kind": "checkpoint"}
    where |= {} if rollout is None else {"rollout": rollout}
    where |= {} if stream is None else {"stream": stream}
    return [
        _row(
            each["participant"],
            each["step"],
            int(task_ids.read(each["task"]).number),
            each["status"],
            each["due_at"],
            each["person"],
        )
        for each in log.rows("tasks", **where)
    ]


def _row(
    participant: str,
    step: str,
    number: int,
    outcome: str,
    at: datetime,
    mentor: str | None = None,
    remark: str | None = None,
) -> Row:
    return {
        "rollout": rollout_of(participant),
        "school": school_of(participant),
        "step": step,
        "number": number,
        "outcome": outcome,
        "at": at,
        "mentor": mentor,
        "remark": remark,
    }
