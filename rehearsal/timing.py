"""When simulated people act: on school days, at the hour at which they work, as their habits have it."""

from datetime import date, datetime, timedelta

from domain.calendar import SchoolCalendar, instant_on, local_day
from domain.participant.state import Task
from domain.programme import Programme
from rehearsal.drawing import draw, draw_between
from rehearsal.habits import Habit, Habits


class Timing:
    """The days of one programme's people."""

    def __init__(self, programme: Programme, habits: Habits, seed: int) -> None:
        self.calendar: SchoolCalendar = programme.calendar
        self.time_zone = programme.time_zone
        self.habits = habits
        self.seed = seed

    def day(self, instant: datetime) -> date:
        return local_day(instant, self.time_zone)

    def on_school_day(self, day: date) -> datetime:
        """The hour of work on that day, or on the first school day after it."""
        return instant_on(self.calendar.school_day_from(day), self.habits.works_at, self.time_zone)

    def after(self, instant: datetime, days: int) -> datetime:
        return self.on_school_day(self.day(instant) + timedelta(days=max(days, 1)))

    def habit(self, person: str, what: str) -> Habit:
        number = draw(self.seed, person, what, "habit") * 100
        for habit in self.habits.habits:
            number -= habit.likelihood
            if number < 0:
                return habit
        return self.habits.habits[-1]

    def acts_at(self, person: str, what: str, task: Task, not_before: datetime) -> datetime:
        """When the person does the task; never on the day on which it became possible, so that a day has an end."""
        habit = self.habit(person, what)
        least, most = habit.between
        drawn = draw_between(least, most, self.seed, person, what, "days")
        first = self.day(not_before) + timedelta(days=1)
        due = self.day(task.due_at)
        match habit.counts_from:
            case "asked":
                start = self.day(max(task.asked_at, not_before))
                day = min(start + (due - start) * drawn // 100, due) if due > start else due
                # The first school day after may lie behind the due date; whoever wants to be in time comes before.
                chosen = self.on_school_day(max(day, first))
                return chosen if chosen <= task.due_at else self.on_school_day(max(due, first))
            case "reminder":
                # Reminders already given are no longer among those to come.
                reminded = task.remind_at[0] if task.remind_at else task.due_at
                return self.on_school_day(max(self.day(reminded) + timedelta(days=drawn), first))
            case "due":
                return self.on_school_day(max(due + timedelta(days=drawn), first))
            case "escalation":
                told = self.day(task.escalate_at or task.due_at)
                return self.on_school_day(max(told + timedelta(days=drawn), first))
