"""A decision in the making: the events so far, and the state as it will be once they are recorded."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

from domain.calendar import Due as DueRule
from domain.calendar import SchoolCalendar, due_at, instant_on, local_day, out_of_quiet_hours, zone
from domain.command import CASCADE, CLOCK, Command, TextGiven
from domain.event import Event, TextRef
from domain.gate import Facts
from domain.participant.state import Participant, SeatState
from domain.programme import Programme, Tier
from domain.refusal import NO_RIGHT, Reason

Evolve = Callable[[Participant, Event, datetime, int], Participant]

NOT_YOURS = Reason("not_yours", "This is for the {role} of {school}; {actor} does not hold that seat or duty.")
NOT_ENROLLED = Reason("not_enrolled", "{school} does not take part in this rollout.")
ENDED = Reason("ended", "{school} is no longer under way in this rollout (it is {phase}): nothing can be done for it.")
PAUSED = Reason("paused", "The rollout is paused; it can be gone on with once it is resumed.")
IN_THE_FUTURE = Reason("in_the_future", "{happened} has not come yet: say when it took place, not when it will.")
OUTSIDE = Reason("outside_rollout", "{happened} is before {school} took part ({enrolled}).")
TOO_FAR = Reason("too_far", "{day} is too far ahead: the rollout ends on {ends}, and a year after that is the latest.")
FOR_THE_SYSTEM = Reason("for_the_system", "{kind} is asked by the clock or by another stream, never by a person.")
NOT_FOR_THEM = Reason("not_for_them", "{actor} cannot act on behalf of {person}, who is not {role} of {school}.")

#: how far behind the cohort's last day something may still be put: rollouts run late, slips of the pen run centuries
_LATEST = timedelta(days=366)


class Draft:
    """Decides for one participant. Every event is folded at once, so what follows sees what came before."""

    def __init__(
        self, programme: Programme, state: Participant, facts: Facts, command: Command, evolve: Evolve
    ) -> None:
        self.programme = programme
        self.state = state
        self.facts = facts
        self.command = command
        self.at = command.now
        self.events: list[Event] = []
        self.on_behalf_of = command.on_behalf_of
        self.evolve = evolve

    def record(self, event: Event) -> None:
        self.events.append(event)
        self.state = self.evolve(self.state, event, self.happened_at, self.state.version + 1)

    @property
    def happened_at(self) -> datetime:
        return self.command.happened_at or self.at

    @property
    def tier(self) -> Tier:
        return self.programme.tier_by_id[self.state.tier]

    @property
    def calendar(self) -> SchoolCalendar:
        return calendar_of(self.programme, self.state)

    @property
    def by_the_system(self) -> bool:
        return self.command.actor in (CLOCK, CASCADE)

    @property
    def manages(self) -> bool:
        return "programme-manager" in self.facts.rights

    def due(self, rule: DueRule, asked: datetime | None = None) -> datetime:
        """When it falls due. What is asked after the day's due time is never due before it was asked."""
        start, calendar, time_zone = asked or self.at, self.calendar, self.programme.time_zone
        due = due_at(rule, start, calendar, time_zone)
        if due > start:
            return due
        tomorrow = calendar.school_day_from(local_day(start, time_zone) + timedelta(days=1))
        return instant_on(tomorrow, calendar.due_time, time_zone)

    def waking(self, instant: datetime) -> datetime:
        return out_of_quiet_hours(instant, self.calendar, self.programme.time_zone)

    def reminding(self, instant: datetime) -> datetime:
        """When somebody is reminded who was to be at `instant`: on a day on which people work, and not at night."""
        local = self.waking(instant).astimezone(zone(self.programme.time_zone))
        return instant_on(self.calendar.people_work_by(local.date()), local.time(), self.programme.time_zone)

    def day(self, instant: datetime) -> str:
        """The date as people say it, where the programme runs."""
        return f"{local_day(instant, self.programme.time_zone)}"

    def clock(self, instant: datetime) -> str:
        return f"{instant.astimezone(zone(self.programme.time_zone)):%Y-%m-%d %H:%M}"

    def must_exist(self) -> None:
        if not self.state.version:
            raise NOT_ENROLLED(school="This school")

    def must_be_under_way(self, *, even_paused: bool = False) -> None:
        """Whoever acts: the participant exists, has not ended, is not paused, and the stated time is possible.

        Who takes part can change in a pause too; the work waits.
        """
        self.must_exist()
        if self.state.ended:
            raise ENDED(school=self.state.school, phase=self.state.phase)
        if self.state.paused_at is not None and not self.by_the_system and not even_paused:
            raise PAUSED()
        self.must_have_happened()

    def must_have_happened(self, stated: datetime | None = None) -> None:
        """What is said of the time is possible: it has come, and the participant took part by then."""
        happened = stated or self.command.happened_at
        if happened is None:
            return
        if happened > self.at:
            raise IN_THE_FUTURE(happened=self.clock(happened))
        enrolled = self.state.enrolled_at
        if enrolled is not None and happened < enrolled:
            same = self.day(happened) == self.day(enrolled)
            says = self.clock if same else self.day
            raise OUTSIDE(happened=says(happened), school=self.state.school, enrolled=says(enrolled))

    def must_not_be_far(self, instant: datetime) -> None:
        """What is put off or planned lies within the rollout, or not long after it."""
        ends = self.state.ends
        if ends is not None and local_day(instant, self.programme.time_zone) > ends + _LATEST:
            raise TOO_FAR(day=self.day(instant), ends=ends)

    def must_manage(self) -> None:
        if not (self.manages or self.by_the_system):
            raise NO_RIGHT(actor=self.command.actor, right="programme-manager")

    def must_hold(self, role: str) -> None:
        """The actor holds the role here, or substitutes for its holder, or is a manager who acts for the holder."""
        actor = self.command.actor
        if self.programme.is_office(role):
            if role not in self.facts.rights and not self.manages:
                raise NO_RIGHT(actor=actor, right=role)
            return
        holders = holders_of(self.state, role, self.at)
        if actor not in holders and not self.manages:
            raise NOT_YOURS(role=self.programme.role_title(role), school=self.state.school, actor=actor)
        own = [person for person, holder in holders.items() if holder is None]
        acts_for = own if actor not in holders else [holders[actor]] if holders[actor] else []
        claimed = self.command.on_behalf_of
        if claimed not in (None, actor, *acts_for):
            raise NOT_FOR_THEM(
                actor=actor, person=claimed, role=self.programme.role_title(role), school=self.state.school
            )
        self.on_behalf_of = claimed if claimed in acts_for else next(iter(acts_for), None)

    def holds(self, role: str) -> bool:
        """Whether the actor has the role, or substitutes for its holder; not whether a manager may act for one."""
        if self.programme.is_office(role):
            return role in self.facts.rights
        return self.command.actor in holders_of(self.state, role, self.at)


def substitute_now(seat: SeatState, at: datetime) -> str | None:
    if seat.substitute is None or (seat.substitute_until is not None and at >= seat.substitute_until):
        return None
    return seat.substitute


def holders_of(state: Participant, role: str, at: datetime) -> dict[str, str | None]:
    """Who may act in the role: person -> the holder on whose behalf, for a substitute."""
    found: dict[str, str | None] = {}
    if role in state.duties:
        found[state.duties[role].person] = None
    for seat in state.seats.values():
        if seat.role != role or seat.person is None:
            continue
        found.setdefault(seat.person, None)
        substitute = substitute_now(seat, at)
        if substitute is not None:
            found.setdefault(substitute, seat.person)
    return found


def roles_of(state: Participant, person: str, at: datetime) -> set[str]:
    """Every role that a person has at a participant: seats, substitutions and duties."""
    seats = {seat.role for seat in state.seats.values() if person in (seat.person, substitute_now(seat, at))}
    return seats | {duty for duty, has in state.duties.items() if has.person == person}


def calendar_of(programme: Programme, state: Participant) -> SchoolCalendar:
    """The calendar that holds for the participant: its rollout's, or the programme's."""
    return programme.calendar if state.calendar is None else _calendar(msgspec.json.encode(state.calendar))


@lru_cache(maxsize=16)
def _calendar(raw: bytes) -> SchoolCalendar:
    """Checking a calendar costs more than a decision does, and few are in use."""
    return SchoolCalendar.model_validate_json(raw)


def text_ref(given: TextGiven | None) -> TextRef | None:
    """The event's reference to a text that came with a command."""
    return None if given is None else TextRef(given.id, given.hash)
