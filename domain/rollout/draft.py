"""A decision in the making: the events so far, and the rollout as it will be once they are recorded."""

from collections.abc import Callable
from datetime import datetime

from domain.calendar import local_day
from domain.command import CASCADE, Command
from domain.event import Event
from domain.gate import Facts
from domain.participant.draft import IN_THE_FUTURE
from domain.programme import Programme
from domain.refusal import NO_RIGHT, Reason
from domain.rollout.state import Rollout

Evolve = Callable[[Rollout, Event, datetime, int], Rollout]

BEFORE_START = Reason("before_start", "{happened} is before the rollout began ({started}).")


class Draft:
    """A decision in the making for one rollout."""

    def __init__(self, programme: Programme, state: Rollout, facts: Facts, command: Command, evolve: Evolve) -> None:
        self.programme = programme
        self.state = state
        self.facts = facts
        self.command = command
        self.events: list[Event] = []
        self._evolve = evolve

    def record(self, event: Event) -> None:
        self.events.append(event)
        at = self.command.happened_at or self.command.now
        self.state = self._evolve(self.state, event, at, self.state.version + 1)

    def day(self, instant: datetime) -> str:
        """The date as people say it, where the programme runs."""
        return f"{local_day(instant, self.programme.time_zone)}"

    def must_have_happened(self) -> None:
        """What a person says of the time is possible: it has come, and the rollout had begun."""
        happened, started = self.command.happened_at, self.state.started_at
        if happened is not None and happened > self.command.now:
            raise IN_THE_FUTURE(happened=self.day(happened))
        if happened is not None and started is not None and happened < started:
            raise BEFORE_START(happened=self.day(happened), started=self.day(started))

    def must_manage(self) -> None:
        if self.command.actor != CASCADE and "programme-manager" not in self.facts.rights:
            raise NO_RIGHT(actor=self.command.actor, right="programme-manager")
