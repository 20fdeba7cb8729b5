"""Attendance: who was not at a session, as the host's people record it for all who were asked to it."""

from typing import Literal

from pydantic import Field

from domain import task_ids
from domain.command import Command
from domain.identity import school_of
from domain.participant.draft import Draft
from domain.participant.hosting import SESSION_OVER, AttendanceRecorded, child_named, delivery_of, session_named
from domain.participant.state import HostedSession, Participant
from domain.participant.tasks import done
from domain.programme import Programme
from domain.refusal import Reason
from domain.step import TrainingStep
from domain.text import Id

# --- commands


class RecordAttendance(Command):
    """A whole session at once: everybody was there, but for these seats of these participants."""

    kind: Literal["RecordAttendance"] = "RecordAttendance"
    session: str = Field(max_length=200)
    absent: dict[str, tuple[Id, ...]] = Field(default_factory=dict)


# --- refusals

NOBODY_ASKED = Reason(
    "nobody_asked",
    "Nobody was asked to the session '{session}', since nobody had come to '{step}'; it is cancelled instead.",
)
NOT_HELD_YET = Reason("not_held_yet", "The session '{session}' begins on {starts}; attendance is recorded afterwards.")
NOT_INVITED = Reason("not_invited", "'{participant}' was not asked to the session '{session}'.")
NO_SUCH_SEAT = Reason("no_such_seat", "{school} has no seat '{seat}' that this session asks for; it asks for {seats}.")
RECORDED_OTHERWISE = Reason(
    "recorded_otherwise",
    "The attendance of '{session}' is recorded already; what a school was credited with is changed in that school's "
    "own record, by 'kaskad correct' with a reason.",
)

# --- decide


def record_attendance(draft: Draft, command: RecordAttendance) -> None:
    draft.must_exist()
    session = session_named(draft, command.session)
    delivery = delivery_of(draft, session.step)
    draft.must_hold(delivery.record.by)
    absent = {child_named(draft, each): tuple(sorted(set(seats))) for each, seats in command.absent.items() if seats}
    for participant in absent:
        if participant not in session.participants:
            raise NOT_INVITED(participant=school_of(participant), session=command.session)
    _check_seats(draft, session, absent)
    if session.status == "held":
        if dict(session.absent) != absent:
            raise RECORDED_OTHERWISE(session=command.session)
        return
    draft.must_be_under_way()
    if session.status == "cancelled":
        raise SESSION_OVER(session=command.session, status="cancelled")
    if draft.at < session.starts_at:
        raise NOT_HELD_YET(session=command.session, starts=draft.clock(session.starts_at))
    if not session.participants:
        raise NOBODY_ASKED(session=command.session, step=session.step)
    draft.record(AttendanceRecorded(command.session, absent))
    done(draft, task_ids.record(delivery.id, command.session))


def _check_seats(draft: Draft, session: HostedSession, absent: dict[str, tuple[str, ...]]) -> None:
    """Whoever is marked absent has a seat that the session asks for."""
    asked = seats_asked(draft.programme, draft.state, session)
    for participant, seats in absent.items():
        for seat in seats:
            if seat not in asked[participant]:
                known = ", ".join(asked[participant])
                raise NO_SUCH_SEAT(seat=seat, school=school_of(participant), seats=known)


def seats_asked(programme: Programme, host: Participant, session: HostedSession) -> dict[str, tuple[str, ...]]:
    """Those whom the session is for: participant -> seats."""
    found: dict[str, tuple[str, ...]] = {}
    for participant in session.participants:
        tier = programme.tier_by_id[host.children[participant].tier]
        training = tier.step_by_id[session.step]
        audience = training.audience if isinstance(training, TrainingStep) else ()
        found[participant] = tuple(seat.id for seat in tier.seats if not audience or seat.role in audience)
    return found
