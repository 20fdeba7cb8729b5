"""Attending: booked, unbooked, credited by seat, and the dose that a school has had."""

import json
from datetime import timedelta
from typing import Any

from domain import codec
from domain.participant.attending import (
    AttendanceCredited,
    BookSession,
    CreditAttendance,
    SessionBooked,
    SessionUnbooked,
    UnbookSession,
)
from domain.participant.journey import CloseJourney, Withdraw
from domain.participant.team import TakeSeat
from tests.domain.given import HEAD, MANAGER, MEMBER, MORNING, PARENT, REASON, SPARE, Given, a_school, kinds
from tests.domain.tiny import SCHOOL, changed, tiny

SESSION: dict[str, Any] = {"session": "house.course.one.1"}
BOOKING: dict[str, Any] = {
    **SESSION,
    "step": "course",
    "definition": "one",
    "starts_at": MORNING + timedelta(days=10),
    "hours": 4,
    "mode": "in_person",
    "host": PARENT,
}
CREDIT: dict[str, Any] = {**SESSION, "step": "course", "hours": 4}


def booked() -> Given:
    school = a_school()
    school.when(BookSession, **BOOKING)
    return school


def test_a_session_is_booked_and_booked_again_when_it_moves() -> None:
    school = a_school()
    assert kinds(school.when(BookSession, **BOOKING)) == ["SessionBooked"]
    (moved,) = school.when(BookSession, **{**BOOKING, "starts_at": MORNING + timedelta(days=12)})
    assert isinstance(moved, SessionBooked)
    assert school.state.bookings["house.course.one.1"].starts_at == MORNING + timedelta(days=12)


def test_a_session_is_unbooked_once() -> None:
    school = booked()
    assert school.when(UnbookSession, **SESSION) == (SessionUnbooked("house.course.one.1"),)
    assert school.when(UnbookSession, session="house.course.two.9") == ()


def test_those_who_sat_in_the_seats_are_credited() -> None:
    school = booked().later(days=11)
    events = school.when(CreditAttendance, **CREDIT, absent=("member-1",))
    assert events[0] == AttendanceCredited("house.course.one.1", "course", 4, ("head",), {"head": HEAD})


def test_a_seat_that_may_stay_empty_counts_for_the_dose_only_once_it_is_filled() -> None:
    dose = {"hours": 4, "share": 100}
    steps = [{**step, "dose": dose} if step["id"] == "course" else step for step in SCHOOL["steps"]]
    all_of_them = changed(school={"steps": steps})
    for filled, hours in (((), 4), (("member-2",), 0)):
        school = a_school(all_of_them)
        for seat in filled:
            school.when(TakeSeat, MANAGER, seat=seat, person=SPARE)
        school.when(BookSession, **BOOKING)
        school.later(days=11).when(CreditAttendance, **CREDIT, absent=("member-2",))
        assert school.state.fact("course.hours") == hours


def test_the_dose_is_what_enough_of_the_audience_attended() -> None:
    school = booked().later(days=11)
    school.when(CreditAttendance, **CREDIT, absent=("member-1",))
    assert (school.state.fact("course.sessions"), school.state.fact("course.hours")) == (1, 0), "one seat of three"
    school.when(CreditAttendance, **{**CREDIT, "session": "house.course.one.2"})
    assert school.state.fact("course.hours") == 4, "two seats of three have four hours each"
    assert school.state.fact("course.done") is True


def test_a_session_to_which_nobody_came_does_not_count_for_the_school() -> None:
    school = booked().later(days=11)
    (credited, *_) = school.when(CreditAttendance, **CREDIT, absent=("head", "member-1"))
    assert isinstance(credited, AttendanceCredited)
    assert not credited.attended
    assert school.state.fact("course.sessions") == 0
    assert school.state.bookings["house.course.one.1"].status == "missed"
    assert school.when(CreditAttendance, **CREDIT) == (), "who was there is said once, and corrected afterwards"
    assert school.when(BookSession, **BOOKING) == (), "an invitation that comes late says nothing any more"


def test_what_was_credited_before_it_was_told_whether_anybody_came_counts_as_it_did() -> None:
    raw = {"session": "house.course.one.1", "step": "course", "hours": 4, "seats": [], "persons": {}}
    school = booked().having(codec.decode("AttendanceCredited", 1, json.dumps(raw).encode()))
    assert school.state.fact("course.sessions") == 1


def test_hours_belong_to_the_seat_and_stay_when_the_person_goes() -> None:
    school = booked().later(days=11)
    school.when(CreditAttendance, **CREDIT)
    school.when(TakeSeat, MANAGER, seat="member-1", person=SPARE)
    assert school.state.fact("course.hours") == 4
    assert school.state.bookings["house.course.one.1"].present == ("head", "member-1")


def test_attendance_is_counted_also_when_the_team_is_complete_only_afterwards() -> None:
    school = a_school(persons={"head": HEAD})
    school.when(BookSession, **BOOKING)
    school.later(days=11).when(CreditAttendance, **CREDIT)
    assert school.state.fact("course.sessions") is None
    school.when(TakeSeat, MANAGER, seat="member-1", person=MEMBER)
    assert school.state.fact("course.sessions") == 1


def test_only_the_roles_of_the_audience_are_asked() -> None:
    steps = tiny().model_dump(mode="json", by_alias=True, exclude_none=True)["tiers"][1]["steps"]
    steps[1]["audience"] = ["head"]
    school = a_school(changed(school={"steps": steps}))
    school.when(BookSession, **BOOKING)
    (credited, *_) = school.later(days=11).when(CreditAttendance, **CREDIT)
    assert isinstance(credited, AttendanceCredited)
    assert credited.seats == ("head",)
    assert school.state.fact("course.hours") == 4


def test_attendance_comes_before_its_invitation_and_stays() -> None:
    school = a_school().later(days=11)
    school.when(CreditAttendance, **CREDIT)
    assert school.when(BookSession, **BOOKING) == ()
    assert school.when(UnbookSession, **SESSION) == ()
    assert school.state.bookings["house.course.one.1"].status == "attended"


def test_nobody_is_invited_after_the_end() -> None:
    school = a_school()
    school.when(CloseJourney)
    assert school.when(BookSession, **BOOKING) == ()


def test_who_left_before_a_session_was_not_there_and_who_left_after_it_was() -> None:
    before = booked()
    before.when(Withdraw, HEAD, reason=REASON)
    assert before.later(days=11).when(CreditAttendance, **CREDIT) == ()
    after = booked().later(days=11)
    after.when(Withdraw, HEAD, reason=REASON)
    assert kinds(after.when(CreditAttendance, **CREDIT)) == ["AttendanceCredited"]
