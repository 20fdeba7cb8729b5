"""Hosting: sessions planned, moved, cancelled, held, and held again for those who came late."""

from datetime import timedelta
from typing import Any

from domain.participant import attendance, draft, hosting
from domain.participant.attendance import RecordAttendance
from domain.participant.catching_up import AskToCatchUp
from domain.participant.children import ChildEnded
from domain.participant.hosting import (
    AttendanceRecorded,
    CancelSession,
    MoveSession,
    PlanSession,
    SessionCancelled,
    SessionMoved,
    SessionPlanned,
    SessionWidened,
)
from domain.participant.journey import CloseJourney, NoteChild
from domain.participant.tasks import DeadlineMoved
from tests.domain.given import HEAD, MEMBER, MORNING, REASON, Given, a_house, about, kinds
from tests.domain.tiny import tiny

ONE: dict[str, Any] = {"step": "course", "definition": "one"}
SOON = MORNING + timedelta(days=10)
FIRST = "house.course.one.1"


def house(*children: str) -> Given:
    return a_house(tiny(), *(children or ("one", "two")))


def planned() -> Given:
    given = house()
    given.when(PlanSession, HEAD, **ONE, starts_at=SOON)
    return given


def held(**absent: tuple[str, ...]) -> Given:
    given = planned()
    given.later(days=11).when(RecordAttendance, HEAD, session=FIRST, absent=absent)
    return given


def comes(given: Given, child: str, what: str = "enrolled") -> tuple[Any, ...]:
    return given.when(NoteChild, child=f"tiny-2024/{child}", tier="school", what=what)


def test_a_session_is_planned_for_all_children_and_asks_for_its_attendance() -> None:
    given = house()
    events = given.when(PlanSession, HEAD, **ONE, starts_at=SOON, place=REASON)
    assert isinstance(events[0], SessionPlanned)
    assert (events[0].session, events[0].hours, events[0].mode) == (FIRST, 4, "in_person")
    assert events[0].participants == ("tiny-2024/one", "tiny-2024/two")
    assert about("teach/plan-one", events) == ["TaskCompleted"]
    task = given.state.tasks[f"teach/record-{FIRST}"]
    assert task.due_at == SOON + timedelta(days=4, hours=9), "two working days after it is over"


def test_a_plan_is_asked_for_until_every_child_is_asked_to_a_session() -> None:
    given = house()
    given.when(PlanSession, HEAD, **ONE, starts_at=SOON, participants=("one",))
    assert "teach/plan-one" in given.state.tasks
    events = given.when(PlanSession, HEAD, **ONE, starts_at=SOON + timedelta(days=1))
    assert isinstance(events[0], SessionPlanned)
    assert events[0].participants == ("tiny-2024/two",)
    assert "teach/plan-one" in given.state.done


def test_a_session_that_is_planned_is_moved_and_not_planned_otherwise() -> None:
    given = planned()
    other = {**ONE, "starts_at": SOON + timedelta(days=1)}
    refused = given.refuses(hosting.PLANNED_OTHERWISE, PlanSession, HEAD, **other)
    assert "kaskad session move" in refused.sentence
    given.refuses(hosting.PLANNED_OTHERWISE, PlanSession, HEAD, **other, participants=("two",))


def test_a_session_lies_ahead_and_not_centuries_ahead() -> None:
    given = house()
    given.refuses(hosting.SESSION_IN_PAST, PlanSession, HEAD, **ONE, starts_at=MORNING)
    given.refuses(draft.TOO_FAR, PlanSession, HEAD, **ONE, starts_at=SOON.replace(year=2104))
    given.when(PlanSession, HEAD, **ONE, starts_at=SOON)
    given.refuses(hosting.SESSION_IN_PAST, MoveSession, HEAD, session=FIRST, starts_at=MORNING)
    given.refuses(draft.TOO_FAR, MoveSession, HEAD, session=FIRST, starts_at=SOON.replace(year=2199))


def test_what_is_planned_is_a_session_of_a_training_that_the_host_holds_for_its_children() -> None:
    given = house()
    refused = given.refuses(hosting.NO_DELIVERY, PlanSession, HEAD, step="talk", definition="one", starts_at=SOON)
    assert "course" in refused.sentence
    refused = given.refuses(hosting.NO_DEFINITION, PlanSession, HEAD, step="course", definition="three", starts_at=SOON)
    assert "one, two" in refused.sentence
    refused = given.refuses(hosting.NOT_A_CHILD, PlanSession, HEAD, **ONE, starts_at=SOON, participants=("three",))
    assert "one, two" in refused.sentence


def test_nobody_is_asked_where_nobody_is_prepared_or_who_has_left() -> None:
    a_house(tiny()).refuses(hosting.NOBODY_TO_TRAIN, PlanSession, HEAD, **ONE, starts_at=SOON)
    given = house()
    comes(given, "two", "withdrawn")
    given.refuses(hosting.NOT_A_CHILD, PlanSession, HEAD, **ONE, starts_at=SOON, participants=("two",))


def test_the_head_plans_and_nobody_else() -> None:
    house().refuses(draft.NOT_YOURS, PlanSession, MEMBER, **ONE, starts_at=SOON)
    planned().refuses(draft.NOT_YOURS, RecordAttendance, MEMBER, session=FIRST)


def test_a_session_is_moved_and_so_is_the_day_by_which_its_attendance_is_recorded() -> None:
    given = planned()
    before = given.state.tasks[f"teach/record-{FIRST}"].due_at
    later = SOON + timedelta(days=7)
    moved, task = given.when(MoveSession, HEAD, session=FIRST, starts_at=later, reason=REASON)
    assert isinstance(moved, SessionMoved)
    assert isinstance(task, DeadlineMoved)
    assert (task.because, task.due_at) == ("session", before + timedelta(days=7))


def test_a_session_that_is_cancelled_is_planned_again() -> None:
    given = planned()
    events = given.when(CancelSession, HEAD, session=FIRST, reason=REASON)
    assert kinds(events) == ["SessionCancelled", "TaskWithdrawn", "TaskAsked"]
    assert isinstance(events[0], SessionCancelled)
    assert given.state.tasks["teach/plan-one-again-1"].subject == "one"
    given.when(PlanSession, HEAD, **ONE, starts_at=SOON)
    assert "house.course.one.2" in given.state.hosted
    assert "teach/plan-one-again-1" in given.state.done


def test_a_cancelled_session_for_some_is_planned_again_for_them() -> None:
    given = held()
    comes(given, "three")
    again = given.now + timedelta(days=5)
    given.when(PlanSession, HEAD, **ONE, starts_at=again, participants=("three",))
    given.when(CancelSession, HEAD, session="house.course.one.2")
    assert given.state.tasks["teach/plan-one-again-2"].subject == "one three"


def test_what_is_over_is_neither_moved_nor_cancelled_nor_recorded() -> None:
    given = held()
    later = {"starts_at": given.now + timedelta(days=3)}
    refused = given.refuses(hosting.SESSION_OVER, MoveSession, HEAD, session=FIRST, **later)
    assert "held" in refused.sentence
    given.refuses(hosting.SESSION_OVER, CancelSession, HEAD, session=FIRST)
    given = planned()
    given.when(CancelSession, HEAD, session=FIRST)
    given.later(days=20).refuses(hosting.SESSION_OVER, RecordAttendance, HEAD, session=FIRST)


def test_everybody_was_there_but_for_those_who_are_named() -> None:
    given = planned().later(days=11)
    events = given.when(RecordAttendance, HEAD, session=FIRST, absent={"two": ("member-1", "head"), "one": ()})
    assert events[0] == AttendanceRecorded(FIRST, {"tiny-2024/two": ("head", "member-1")})
    assert about(f"teach/record-{FIRST}", events) == ["TaskCompleted"]
    assert given.state.fact("teach.sessions") == 1


def test_attendance_is_recorded_once_and_afterwards() -> None:
    planned().refuses(attendance.NOT_HELD_YET, RecordAttendance, HEAD, session=FIRST)
    given = held(two=("head",))
    refused = given.refuses(attendance.RECORDED_OTHERWISE, RecordAttendance, HEAD, session=FIRST)
    assert "kaskad correct" in refused.sentence


def test_the_absent_have_a_seat_that_the_session_asked_for_and_a_school_that_was_invited() -> None:
    given = planned().later(days=11)
    absent = {"absent": {"two": ("driver",)}}
    refused = given.refuses(attendance.NO_SUCH_SEAT, RecordAttendance, HEAD, session=FIRST, **absent)
    assert "head, member-1, member-2" in refused.sentence
    given.refuses(hosting.NOT_A_CHILD, RecordAttendance, HEAD, session=FIRST, absent={"nine": ("head",)})
    refused = given.refuses(hosting.NOT_A_CHILD, RecordAttendance, HEAD, session=FIRST, absent={"twoo": ("head",)})
    assert refused.sentence.endswith("; did you mean 'two'?")
    comes(given, "three")
    given.refuses(attendance.NOT_INVITED, RecordAttendance, HEAD, session=FIRST, absent={"three": ("head",)})


def test_a_session_that_there_is_not_is_refused_with_those_there_are() -> None:
    refused = planned().refuses(hosting.NO_SESSION, RecordAttendance, HEAD, session="house.course.one.9")
    assert FIRST in refused.sentence


def test_a_child_that_comes_late_joins_what_is_to_come() -> None:
    assert SessionWidened(FIRST, "tiny-2024/three") in comes(planned(), "three")


def test_a_child_that_comes_late_catches_up_on_what_was_held() -> None:
    given = held()
    events = comes(given, "three")
    assert about("teach/plan-one-three", events) == ["TaskAsked"]
    given.when(PlanSession, HEAD, **ONE, starts_at=given.now + timedelta(days=3), participants=("three",))
    assert "teach/plan-one-three" in given.state.done


def test_a_child_does_not_join_a_session_that_has_begun_but_catches_up_on_it() -> None:
    given = planned().later(days=10, hours=1)
    assert about("teach/plan-one-three", comes(given, "three")) == ["TaskAsked"]


def test_a_child_that_has_not_had_enough_of_a_session_gets_it_again_and_again() -> None:
    given = held(one=("head",))
    again: dict[str, Any] = {"child": "tiny-2024/one", "step": "course", "definition": "one"}
    assert about("teach/plan-one-one", given.when(AskToCatchUp, **again)) == ["TaskAsked"]
    assert given.when(AskToCatchUp, **again) == ()
    given.when(PlanSession, HEAD, **ONE, starts_at=given.now + timedelta(days=3), participants=("two",))
    assert "teach/plan-one-one" in given.state.tasks, "another child's session is no answer"
    given.when(PlanSession, HEAD, **ONE, starts_at=given.now + timedelta(days=4), participants=("one",))
    assert "teach/plan-one-one" in given.state.done
    assert given.when(AskToCatchUp, **again) == (), "it is to come"
    given.later(days=5).when(RecordAttendance, HEAD, session="house.course.one.3", absent={"one": ("head",)})
    assert about("teach/plan-one-one.2", given.when(AskToCatchUp, **again)) == ["TaskAsked"]
    assert about("teach/plan-one-one.2", comes(given, "one", "withdrawn")) == ["TaskWithdrawn"]
    assert given.when(AskToCatchUp, **again) == (), "it is no longer under way"


def test_who_does_not_teach_it_is_asked_nothing() -> None:
    given = held()
    assert given.when(AskToCatchUp, child="tiny-2024/one", step="elsewhere", definition="one") == ()
    assert given.when(AskToCatchUp, child="tiny-2024/nobody", step="course", definition="one") == ()


def test_nothing_is_planned_for_a_late_comer_that_left_again() -> None:
    given = held()
    comes(given, "three")
    events = comes(given, "three", "withdrawn")
    assert events[0] == ChildEnded("tiny-2024/three", "withdrawn")
    assert about("teach/plan-one-three", events) == ["TaskWithdrawn"]


def test_a_session_can_be_held_once_more_for_everybody() -> None:
    given = held()
    events = given.when(PlanSession, HEAD, **ONE, starts_at=given.now + timedelta(days=3))
    assert isinstance(events[0], SessionPlanned)
    assert events[0].participants == ("tiny-2024/one", "tiny-2024/two")


def test_teaching_is_done_when_every_session_was_held() -> None:
    given = held()
    assert given.state.fact("teach.done") is None
    given.when(PlanSession, HEAD, step="course", definition="two", starts_at=given.now + timedelta(days=3))
    given.later(days=4).when(RecordAttendance, HEAD, session="house.course.two.1")
    assert given.state.fact("teach.done") is True
    assert given.state.fact("teach.sessions") == 2


def test_nothing_is_held_after_the_end_but_what_was_recorded_stays_so() -> None:
    given = held()
    given.when(CloseJourney)
    assert given.when(RecordAttendance, HEAD, session=FIRST) == ()
    given.refuses(draft.ENDED, PlanSession, HEAD, **ONE, starts_at=given.now + timedelta(days=1))
