"""Attending: the sessions that a participant's seats are asked to, and the hours they attended."""

from datetime import datetime
from typing import ClassVar, Literal

from msgspec.structs import replace

from domain.command import Command, Instant
from domain.event import Event
from domain.identity import read_session
from domain.participant.dose import dose_facts
from domain.participant.draft import Draft
from domain.participant.plans import training_of
from domain.participant.state import CREDITED, Booking, Participant, put
from domain.text import Id

# --- events


class SessionBooked(Event, frozen=True, tag="SessionBooked"):
    """On the stream of the child: it is asked to attend."""

    session: str
    step: str
    definition: str
    starts_at: datetime
    hours: int
    mode: str
    host: str


class SessionUnbooked(Event, frozen=True, tag="SessionUnbooked"):
    session: str


class AttendanceCredited(Event, frozen=True, tag="AttendanceCredited"):
    """On the stream of the child: the seats that were there, and who sat in them."""

    schema: ClassVar[int] = 2
    session: str
    step: str
    hours: int
    seats: tuple[str, ...]
    persons: dict[str, str]
    #: somebody was there; by the first schema, a session counted for the school whoever came
    attended: bool = True


AttendingEvent = SessionBooked | SessionUnbooked | AttendanceCredited

# --- commands


class BookSession(Command):
    """The host's stream asks this: attend the session, also at its new time."""

    kind: Literal["BookSession"] = "BookSession"
    of_the_system: ClassVar[bool] = True
    session: str
    step: Id
    definition: Id
    starts_at: Instant
    hours: int
    mode: str
    host: str


class UnbookSession(Command):
    kind: Literal["UnbookSession"] = "UnbookSession"
    of_the_system: ClassVar[bool] = True
    session: str


class CreditAttendance(Command):
    """The host's stream asks this: every seat of the audience was there, but for these."""

    kind: Literal["CreditAttendance"] = "CreditAttendance"
    of_the_system: ClassVar[bool] = True
    session: str
    step: Id
    hours: int
    absent: tuple[Id, ...] = ()


# --- decide


def book_session(draft: Draft, command: BookSession) -> None:
    """Attendance that is credited stays: an invitation that comes late says nothing any more."""
    before = draft.state.bookings.get(command.session)
    if draft.state.ended or (before is not None and before.status in CREDITED):
        return
    if before is not None and (before.starts_at, before.status) == (command.starts_at, "booked"):
        return
    draft.record(
        SessionBooked(
            command.session,
            command.step,
            command.definition,
            command.starts_at,
            command.hours,
            command.mode,
            command.host,
        )
    )


def unbook_session(draft: Draft, command: UnbookSession) -> None:
    booking = draft.state.bookings.get(command.session)
    if booking is not None and booking.status == "booked" and not draft.state.ended:
        draft.record(SessionUnbooked(command.session))


def credit_attendance(draft: Draft, command: CreditAttendance) -> None:
    booking = draft.state.bookings.get(command.session)
    if booking is not None and booking.status in CREDITED:
        return
    ended = draft.state.ended_at
    if ended is not None and (booking is None or booking.starts_at >= ended):
        return
    audience = audience_of(draft, command.step)
    present = {name: draft.state.seats[name].person for name in audience if name not in command.absent}
    persons = {name: person for name, person in present.items() if person is not None}
    draft.record(
        AttendanceCredited(
            command.session, command.step, command.hours, tuple(persons), persons, attended=bool(persons)
        )
    )


def audience_of(draft: Draft, step: str) -> tuple[str, ...]:
    """The seats that a training asks to attend."""
    roles = training_of(draft, draft.state.tier, step).audience
    return tuple(name for name, seat in draft.state.seats.items() if not roles or seat.role in roles)


# --- evolve


def evolve_attending(state: Participant, event: AttendingEvent, at: datetime) -> Participant:
    match event:
        case SessionBooked():
            booking = Booking(event.step, event.definition, event.starts_at, event.hours, event.mode, event.host)
            return replace(state, bookings=put(state.bookings, event.session, booking))
        case SessionUnbooked():
            booking = replace(state.bookings[event.session], status="cancelled")
            return replace(state, bookings=put(state.bookings, event.session, booking))
        case AttendanceCredited():
            before = state.bookings.get(event.session) or _unannounced(event, at)
            status = "attended" if event.attended else "missed"
            booking = replace(before, status=status, present=event.seats, hours=event.hours)
            return dose_facts(replace(state, bookings=put(state.bookings, event.session, booking)), event.step)


def _unannounced(event: AttendanceCredited, at: datetime) -> Booking:
    """The attendance came before the invitation, which then says nothing any more: its name says which it was."""
    named = read_session(event.session)
    return Booking(event.step, named.definition if named else "", at, event.hours, "", "")
