"""What is counted while a rehearsal runs: dates, loads, what was late, what went otherwise than planned."""

from collections import Counter
from datetime import date, datetime, timedelta

import msgspec

from domain import task_ids
from domain.calendar import SchoolCalendar, local_day
from domain.command import CASCADE, CLOCK
from domain.identity import school_of, stream_subject
from domain.participant.evidence import EvidenceReviewed
from domain.participant.hosting import SessionPlanned
from domain.participant.journey import Certified, Enrolled, JourneyCompleted
from domain.participant.tasks import TaskAsked, TaskEscalated, TaskOverdue
from domain.programme import Programme
from eventlog.record import Record
from rehearsal.scene import Scene, Seen


class Peak(msgspec.Struct, frozen=True):
    """The most open tasks that somebody had at once, and when that was."""

    tasks: int
    on: date


class TierDates(msgspec.Struct):
    """First and last day on which participants of a tier came in, were certified, and came to their end."""

    opened: list[date] = msgspec.field(default_factory=list)
    certified: list[date] = msgspec.field(default_factory=list)
    completed: list[date] = msgspec.field(default_factory=list)


class Tally:
    """Follows a rehearsal, event by event."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.kinds: Counter[str] = Counter()
        #: recorded commands of the clock, of other streams ("cascade") and of people
        self.commands: Counter[str] = Counter()
        self.verdicts: Counter[str] = Counter()
        self.tiers = {tier.id: TierDates() for tier in programme.tiers}
        #: (role, person) -> the heaviest day
        self.peaks: dict[tuple[str, str], Peak] = {}
        #: (tier, step, kind of task) -> how many fell overdue, how many were escalated
        self.overdue: Counter[tuple[str, str, str]] = Counter()
        self.escalated: Counter[tuple[str, str, str]] = Counter()
        #: task or session -> the day off on which it falls
        self.on_days_off: dict[str, date] = {}
        #: tasks of which more than half of the time lies in holidays
        self.mostly_holidays: list[str] = []
        self._commands: set[str] = set()
        #: (stream, task) -> its kind
        self._what: dict[tuple[str, str], str] = {}

    def note(self, scene: Scene, seen: list[Seen], now: datetime) -> None:
        for each in seen:
            self.kinds[each.record.kind] += 1
            self._note_command(each.record)
            self._note_event(scene, each)
        if seen:
            self._note_loads(scene, self._day(now))

    def _note_command(self, record: Record) -> None:
        if record.command_id not in self._commands:
            self._commands.add(record.command_id)
            self.commands[record.actor if record.actor in (CLOCK, CASCADE) else "people"] += 1

    def _note_event(self, scene: Scene, seen: Seen) -> None:
        stream, day = seen.record.stream, self._day(seen.record.happened_at)
        match seen.event:
            case Enrolled(tier=tier):
                self.tiers[tier].opened.append(day)
            case Certified(tier=tier):
                self.tiers[tier].certified.append(day)
            case JourneyCompleted():
                self.tiers[scene.participants[stream].tier].completed.append(day)
            case EvidenceReviewed(verdict=verdict):
                self.verdicts[verdict] += 1
            case TaskAsked() as asked:
                self._what[stream, asked.task] = asked.what
                name = f"{school_of(stream_subject(stream))}: {asked.task}"
                self._note_due(name, day, self._day(asked.due_at))
            case SessionPlanned() as planned:
                starts = self._day(planned.starts_at)
                if not self._calendar.is_school_day(starts):
                    self.on_days_off[planned.session] = starts
            case TaskOverdue() as late:
                self.overdue[self._sort_of(scene, stream, late.task)] += 1
            case TaskEscalated() as late:
                self.escalated[self._sort_of(scene, stream, late.task)] += 1
            case _:
                pass

    def _note_due(self, task: str, asked: date, due: date) -> None:
        if not self._calendar.is_school_day(due):
            self.on_days_off[task] = due
        days = [asked + timedelta(days=ahead) for ahead in range(1, (due - asked).days + 1)]
        off = sum(self._is_holiday(day) for day in days)
        if off * 2 > len(days):
            self.mostly_holidays.append(task)

    def _is_holiday(self, day: date) -> bool:
        return any(span.covers(day) for span in (*self._calendar.holidays, *self._calendar.blackouts))

    def _note_loads(self, scene: Scene, today: date) -> None:
        loads: Counter[tuple[str, str]] = Counter()
        for rows in scene.inbox.values():
            for row in rows:
                if person := row["substitute"] or row["person"] or scene.offices.get(row["role"]):
                    loads[row["role"], person] += 1
        for key, count in loads.items():
            if key not in self.peaks or self.peaks[key].tasks < count:
                self.peaks[key] = Peak(count, today)

    def _sort_of(self, scene: Scene, stream: str, task: str) -> tuple[str, str, str]:
        return scene.participants[stream].tier, task_ids.read(task).of, self._what.get((stream, task), "?")

    @property
    def _calendar(self) -> SchoolCalendar:
        return self.programme.calendar

    def _day(self, instant: datetime) -> date:
        return local_day(instant, self.programme.time_zone)
