"""The calendar of a rollout: shown, changed, and which due dates that moves."""

import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from activities.adopted import zone_in
from activities.facts import rights_in
from domain.calendar import SchoolCalendar
from domain.command import TextGiven
from domain.identity import rollout_stream, school_of, stream_subject
from domain.participant.tasks import DeadlineMoved
from domain.programme import Programme
from domain.rollout.commands import ChangeCalendar
from terminal.acting import actor, ask, prepare
from terminal.calendar_file import read_calendar
from terminal.free_texts import put_text
from terminal.imagined import Imagined
from terminal.reading import only_rollout, reading, states_of
from terminal.settling import events_since, settle
from terminal.tables import print_json, print_table

if TYPE_CHECKING:
    from activities.answer import Answer
    from eventlog.log import EventLog

Moved = tuple[str, str, datetime | None, datetime]


def print_calendar(rollout: str | None, log_named: str | None, *, as_yaml: bool, as_json: bool) -> None:
    with reading(log_named) as log:
        name = str(only_rollout(log, rollout)["rollout"])
        calendar, programme, changed = _in_force(log, name)
    written = calendar.model_dump(mode="json")
    if as_json:
        print_json(written)
    elif as_yaml:
        _print_yaml(written)
    else:
        source = "changed for this rollout" if changed else "the programme's own"
        print(f"{name}: {source}, {programme.time_zone}")
        _print(calendar)


def _in_force(log: "EventLog", name: str) -> tuple[SchoolCalendar, Programme, bool]:
    """The calendar that holds, the programme, and whether the one is not the other's."""
    with states_of(log) as states:
        changed, programme = states.rollout(name).calendar, states.programme(name)
    if changed is None:
        return programme.calendar, programme, False
    return SchoolCalendar.model_validate(changed), programme, True


def _print(calendar: SchoolCalendar) -> None:
    from runtime.settings import settings

    language = settings().language
    rows = [
        (kind, span.id, span.title.in_language(language), span.first, span.last)
        for kind, spans in (("term", calendar.terms), ("holiday", calendar.holidays), ("blackout", calendar.blackouts))
        for span in spans
    ]
    print_table(("Kind", "Id", "Title", "First", "Last"), rows, empty="No terms and no days off.")
    quiet = calendar.quiet_hours
    print(f"Working days {', '.join(calendar.working_days)}; due at {_clock(calendar.due_time)}; ", end="")
    print(f"nobody is told anything between {_clock(quiet.start)} and {_clock(quiet.end)}.")


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


def _print_yaml(written: Mapping[str, Any]) -> None:
    import yaml

    yaml.safe_dump(dict(written), sys.stdout, allow_unicode=True, sort_keys=False, width=120)


def change_calendar(
    file: Path, rollout: str | None, reason: str, acting_as: str | None, *, dry_run: bool, as_json: bool
) -> None:
    calendar = read_calendar(file)
    who = actor(acting_as)
    with reading() as log:
        known = only_rollout(log, rollout)
        name, paused = str(known["rollout"]), known["status"] == "paused"
        zone = zone_in(log, name)
        # The programme's own calendar, set as it is, would otherwise be an event that changes nothing.
        same = _in_force(log, name)[0] == calendar
        before = {(row["stream"], row["task"]): row["due_at"] for row in log.rows("tasks", rollout=name)}
        if dry_run:
            moved = sorted(_would_move(log, name, calendar, who, before), key=_by_school)
            _say_moved(name, moved, f"would move{_then(paused)}; nothing was recorded", zone, as_json=as_json)
            return
    if same:
        _say_moved(name, [], "moved: this calendar is in force already, nothing was recorded", zone, as_json=as_json)
        return
    command = prepare(ChangeCalendar, who, calendar=calendar, reason=put_text(reason, who, name="reason"))
    answer = ask(rollout_stream(name), command)
    with reading() as log:
        settled = settle(log, name)
        moved = sorted(_moved(log, name, answer, before), key=_by_school)
    if not as_json:
        print(f"The calendar of {name} was changed (event {answer.first}).")
    _say_moved(name, moved, f"moved{_then(paused)}", zone, as_json=as_json, settled=settled)


def _then(paused: bool) -> str:
    return " now; they move when the rollout is resumed, to no day off" if paused else ""


def _by_school(moved: Moved) -> tuple[str, str]:
    return moved[:2]


def _moved(log: "EventLog", name: str, answer: "Answer", before: Mapping[tuple[str, str], datetime]) -> Iterator[Moved]:
    for record in events_since(log, answer.last, name, "DeadlineMoved") if answer.first else ():
        event = msgspec.json.decode(bytes(record.data))
        if event["because"] == "calendar":
            due = datetime.fromisoformat(event["due_at"])
            school = school_of(stream_subject(record.stream))
            yield school, event["task"], before.get((record.stream, event["task"])), due


def _would_move(
    log: "EventLog", name: str, calendar: SchoolCalendar, who: str, before: Mapping[tuple[str, str], datetime]
) -> Iterator[Moved]:
    with states_of(log) as states:
        rights = rights_in(states.snapshot, who, name)
        imagined = Imagined(states.programme(name), name, rights, datetime.now(UTC), states.snapshot)
        why = TextGiven(id="imagined", hash="0" * 64)
        imagined.ask(rollout_stream(name), prepare(ChangeCalendar, who, calendar=calendar, reason=why))
    for stream, event in imagined.events:
        if isinstance(event, DeadlineMoved):
            school = school_of(stream_subject(stream))
            yield school, event.task, before.get((stream, event.task)), event.due_at


def _say_moved(name: str, moved: list[Moved], what: str, zone: tzinfo, *, as_json: bool, settled: bool = True) -> None:
    columns = ("School", "Task", "Was due", "Is due")
    if as_json:
        keys = ("school", "task", "was_due", "is_due")
        rows = [dict(zip(keys, each, strict=True)) for each in moved]
        print_json({"rollout": name, "moved": rows, "settled": settled})
        return
    if moved:
        local = [(*each[:2], *(due and due.astimezone(zone) for due in each[2:])) for each in moved]
        print_table(columns, local)
    number = f"{len(moved)} due date{'' if len(moved) == 1 else 's'}" if moved else "No due date"
    print(f"{number} {what}.")
    if not settled:
        print("Others still follow; 'kaskad status' shows when they have.")
