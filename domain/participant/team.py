"""The team of a participant: who sits in which seat, who substitutes, and who has which duty towards it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from domain import task_ids
from domain.calendar import Due
from domain.command import Command, Instant, PersonId
from domain.event import Event
from domain.participant.decisions import decide_anew, decide_while, open_decisions
from domain.participant.draft import Draft, roles_of
from domain.participant.state import DutyState, Participant, PastDuty, put, with_facts
from domain.participant.tasks import done
from domain.programme import Staffing
from domain.refusal import Reason, Refused
from domain.step import roles_asked
from domain.text import Id

# --- events


class SeatTaken(Event, frozen=True, tag="SeatTaken"):
    seat: str
    role: str
    person: str


class SeatFreed(Event, frozen=True, tag="SeatFreed"):
    seat: str
    person: str


class SubstituteNamed(Event, frozen=True, tag="SubstituteNamed"):
    seat: str
    person: str
    until: datetime | None


class SubstituteEnded(Event, frozen=True, tag="SubstituteEnded"):
    seat: str
    person: str


class DutyAssigned(Event, frozen=True, tag="DutyAssigned"):
    duty: str
    person: str
    #: the person who had the duty until now
    instead_of: str | None = None


TeamEvent = SeatTaken | SeatFreed | SubstituteNamed | SubstituteEnded | DutyAssigned

# --- commands


class TakeSeat(Command):
    """Put a person into a seat; whoever sat there leaves it."""

    kind: Literal["TakeSeat"] = "TakeSeat"
    seat: Id
    person: PersonId

    def persons_named(self) -> Iterable[str]:
        return (self.person,)


class FreeSeat(Command):
    kind: Literal["FreeSeat"] = "FreeSeat"
    seat: Id


class NameSubstitute(Command):
    """Somebody who acts for the holder of a seat while the holder is away; nobody: the absence is over."""

    kind: Literal["NameSubstitute"] = "NameSubstitute"
    seat: Id
    person: PersonId | None = None
    until: Instant | None = None

    def persons_named(self) -> Iterable[str]:
        return () if self.person is None else (self.person,)


class AssignDuty(Command):
    """Give a duty towards this participant (mentor, trainer, reviewer) to a person."""

    kind: Literal["AssignDuty"] = "AssignDuty"
    duty: Id
    person: PersonId

    def persons_named(self) -> Iterable[str]:
        return (self.person,)


# --- refusals

NO_SEAT = Reason("no_seat", "{school} has no seat '{seat}'; its seats are {seats}.")
NO_DUTY = Reason("no_duty", "Nobody has a duty '{duty}' towards {school}; the duties are {duties}.")
SEAT_EMPTY = Reason("seat_empty", "Nobody sits in the seat '{seat}' of {school}, so nobody can be substituted.")
OWN_SUBSTITUTE = Reason("own_substitute", "{person} sits in the seat '{seat}' and cannot be the substitute for it too.")
SEATED_ALREADY = Reason(
    "seated_already", "{person} sits in the seat '{seat}' of {school} already; one person, one seat."
)
NOT_BOTH = Reason(
    "not_both", "{person} is {other} for {school} and cannot be {duty} as well: the one must not judge the other."
)
UNTIL_PAST = Reason("until_past", "The absence would end on {until}, which is over already.")

#: how a team is staffed where the definition does not say
STAFFING = Staffing(by="programme-manager", due=Due(weeks=2))

# --- decide


def take_seat(draft: Draft, command: TakeSeat) -> None:
    draft.must_be_under_way(even_paused=True)
    _may_staff(draft)
    seat = draft.state.seats.get(command.seat)
    if seat is None:
        raise _no_seat(draft, command.seat)
    if seat.person == command.person:
        return
    for other, taken in draft.state.seats.items():
        if taken.person == command.person:
            raise SEATED_ALREADY(person=command.person, seat=other, school=draft.state.school)
    _separate(draft, seat.role, command.person)
    if seat.person is not None:
        draft.record(SeatFreed(command.seat, seat.person))
    draft.record(SeatTaken(command.seat, seat.role, command.person))


def free_seat(draft: Draft, command: FreeSeat) -> None:
    draft.must_be_under_way(even_paused=True)
    _may_staff(draft)
    seat = draft.state.seats.get(command.seat)
    if seat is None:
        raise _no_seat(draft, command.seat)
    if seat.person is not None:
        draft.record(SeatFreed(command.seat, seat.person))


def name_substitute(draft: Draft, command: NameSubstitute) -> None:
    draft.must_be_under_way(even_paused=True)
    seat = draft.state.seats.get(command.seat)
    if seat is None:
        raise _no_seat(draft, command.seat)
    if draft.command.actor != seat.person:
        _may_staff(draft)
    if seat.person is None:
        raise SEAT_EMPTY(seat=command.seat, school=draft.state.school)
    if command.person is None:
        if seat.substitute is not None:
            draft.record(SubstituteEnded(command.seat, seat.substitute))
        return
    if command.person == seat.person:
        raise OWN_SUBSTITUTE(person=command.person, seat=command.seat)
    if command.until is not None:
        # An absence to the end of a day ends as the next one begins: what is told is its last day.
        last = command.until - timedelta(microseconds=1)
        if command.until <= draft.at:
            raise UNTIL_PAST(until=draft.day(last))
        draft.must_not_be_far(last)
    _separate(draft, seat.role, command.person)
    if (seat.substitute, seat.substitute_until) != (command.person, command.until):
        draft.record(SubstituteNamed(command.seat, command.person, command.until))


def assign_duty(draft: Draft, command: AssignDuty) -> None:
    draft.must_be_under_way(even_paused=True)
    draft.must_manage()
    duties = draft.tier.duty_by_role
    if command.duty not in duties:
        raise NO_DUTY(duty=command.duty, school=draft.state.school, duties=", ".join(duties) or "none")
    about, before = task_ids.about_duty(command.duty), draft.state.duties.get(command.duty)
    if before is not None and before.person == command.person:
        return
    try:
        _separate(draft, command.duty, command.person)
    except Refused:
        if not draft.by_the_system:
            raise
        # whoever has the duty by a seat of the parent's may not have it here
        if not open_decisions(draft.state, about):
            decide_anew(draft, about, command.duty)
        return
    draft.record(DutyAssigned(command.duty, command.person, before.person if before else None))
    for task in open_decisions(draft.state, about):
        done(draft, task, "acted")


def ask_for_holders(draft: Draft) -> None:
    """Of each duty that no seat brings with it, and that nobody has when a step begins to need it."""
    needed = {role for step in draft.tier.steps if _is_under_way(draft, step.id) for role in roles_asked(step)}
    for duty in draft.tier.duties:
        if duty.from_parent is None:
            lacks = duty.role in needed and duty.role not in draft.state.duties
            decide_while(draft, task_ids.about_duty(duty.role), duty.role, needed=lacks)


def _is_under_way(draft: Draft, step: str) -> bool:
    under_way = draft.state.steps.get(step)
    return under_way is not None and under_way.done_at is None


def _may_staff(draft: Draft) -> None:
    """The programme manager staffs a team, and so do its head, whose seat is the first, and whom the tier names."""
    if not draft.manages and not draft.by_the_system:
        staffing, head = draft.tier.team or STAFFING, draft.tier.seats[0].role
        named = (head, staffing.by, *staffing.also_by)
        draft.must_hold(next((role for role in named if draft.holds(role)), head))


def _separate(draft: Draft, role: str, person: str) -> None:
    """Separation of duties: in neither direction may the person hold a role that excludes this one."""
    held = roles_of(draft.state, person, draft.at)
    for duty, rule in draft.tier.duty_by_role.items():
        excluded = set(rule.not_also)
        clash = excluded & held if duty == role else {duty} & held if role in excluded else set()
        for other in sorted(clash - {role}):
            title = draft.programme.role_title
            raise NOT_BOTH(person=person, other=title(other), duty=title(role), school=draft.state.school)


def _no_seat(draft: Draft, seat: str) -> Exception:
    return NO_SEAT(school=draft.state.school, seat=seat, seats=", ".join(draft.state.seats))


# --- evolve


def evolve_team(state: Participant, event: TeamEvent, at: datetime) -> Participant:
    match event:
        case SeatTaken():
            seat = replace(state.seats[event.seat], person=event.person, since=at)
            return _counted(replace(state, seats=put(state.seats, event.seat, seat)))
        case SeatFreed():
            seat = replace(state.seats[event.seat], person=None, since=None, substitute=None, substitute_until=None)
            return _counted(replace(state, seats=put(state.seats, event.seat, seat)))
        case SubstituteNamed():
            seat = replace(state.seats[event.seat], substitute=event.person, substitute_until=event.until)
            return replace(state, seats=put(state.seats, event.seat, seat))
        case SubstituteEnded():
            seat = replace(state.seats[event.seat], substitute=None, substitute_until=None)
            return replace(state, seats=put(state.seats, event.seat, seat))
        case DutyAssigned():
            return _duty_assigned(state, event, at)


def _duty_assigned(state: Participant, event: DutyAssigned, at: datetime) -> Participant:
    """Who had the duty until now stays in the lineage, with the dates."""
    before = state.duties.get(event.duty)
    past = () if before is None else (PastDuty(event.duty, before.person, before.since, at),)
    duties = put(state.duties, event.duty, DutyState(event.person, at))
    return replace(state, duties=duties, past_duties=(*state.past_duties, *past))


def _counted(state: Participant) -> Participant:
    filled = sum(seat.person is not None for seat in state.seats.values())
    complete = all(seat.person is not None for seat in state.seats.values() if seat.required)
    return with_facts(state, {"seats.filled": filled, "seats.complete": complete})
