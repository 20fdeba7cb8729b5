"""Who is expected at a session: the children that have come to its training, and no others before they have."""

from datetime import timedelta
from typing import Any

from domain import codec
from domain.event import Event
from domain.participant import attendance, hosting
from domain.participant.attendance import RecordAttendance
from domain.participant.catching_up import ExpectChild
from domain.participant.children import ChildEnrolled, ChildExpected
from domain.participant.hosting import CancelSession, PlanSession, SessionPlanned, SessionWidened
from domain.participant.journey import NoteChild, Withdraw
from domain.participant.tasks import CompleteTask
from domain.programme import Programme
from tests.domain.given import HEAD, MANAGER, MEMBER, MORNING, PARENT, REASON, Given, a_house, a_school, about, kinds
from tests.domain.little_world import LittleWorld, place
from tests.domain.participant.test_onward import follows
from tests.domain.tiny import SCHOOL, changed, tiny

ONE: dict[str, Any] = {"step": "course", "definition": "one"}
SOON = MORNING + timedelta(days=10)
FIRST = "house.course.one.1"


COURSE_AFTER_READY = [{**step, "after": ["ready"]} if step["id"] == "course" else step for step in SCHOOL["steps"]]


def after_ready() -> Programme:
    """The course comes after the school is ready."""
    return changed(school={"steps": COURSE_AFTER_READY})


def house(*children: str) -> Given:
    return a_house(after_ready(), *(children or ("one", "two")))


def begins(given: Given, child: str) -> tuple[Event, ...]:
    return given.when(ExpectChild, child=f"tiny-2024/{child}", step="course")


def plans(given: Given, **other: Any) -> tuple[Event, ...]:
    return given.when(PlanSession, HEAD, **ONE, starts_at=SOON, **other)


def test_a_child_awaits_the_trainings_that_it_cannot_begin_at_once() -> None:
    assert house().state.children["tiny-2024/one"].awaits == ("course",)
    assert a_house(tiny(), "one").state.children["tiny-2024/one"].awaits == ()


def test_a_session_is_for_those_who_have_come_to_its_training() -> None:
    given = house("one", "two")
    assert begins(given, "one") == (ChildExpected("tiny-2024/one", "course"),)
    events = plans(given)
    assert isinstance(events[0], SessionPlanned)
    assert events[0].participants == ("tiny-2024/one",)
    assert about("teach/plan-one", events) == ["TaskCompleted"]


def test_who_comes_to_it_later_joins_what_is_still_to_be_held() -> None:
    given = house()
    begins(given, "one")
    plans(given)
    assert SessionWidened(FIRST, "tiny-2024/two") in begins(given, "two")
    assert begins(given, "two") == ()


def test_who_comes_to_it_when_it_was_held_has_it_again() -> None:
    given = house()
    begins(given, "one")
    plans(given)
    given.later(days=11).when(RecordAttendance, HEAD, session=FIRST)
    assert about("teach/plan-one-two", begins(given, "two")) == ["TaskAsked"]


def test_a_day_can_be_fixed_before_anybody_has_come_to_it() -> None:
    given = house()
    (planned, done, asked) = plans(given)
    assert isinstance(planned, SessionPlanned)
    assert planned.participants == ()
    assert [each.kind() for each in (done, asked)] == ["TaskCompleted", "TaskAsked"]
    assert plans(given) == (), "it is so already"
    given.refuses(hosting.PLANNED_OTHERWISE, PlanSession, HEAD, **ONE, starts_at=SOON + timedelta(days=1))
    assert [event for event in begins(given, "two") if isinstance(event, SessionWidened)]
    assert given.state.hosted[FIRST].participants == ("tiny-2024/two",)


def test_a_session_that_nobody_was_asked_to_is_not_held_and_whoever_comes_later_is_asked_for() -> None:
    given = house()
    plans(given)
    given.later(days=11).refuses(attendance.NOBODY_ASKED, RecordAttendance, HEAD, session=FIRST)
    assert kinds(given.when(CancelSession, HEAD, session=FIRST)) == ["SessionCancelled", "TaskWithdrawn"]
    assert about("teach/plan-one-one", begins(given, "one")) == ["TaskAsked"]


def test_such_a_session_holds_up_no_end() -> None:
    given = a_house(changed(house={"opens": []}, school={"steps": COURSE_AFTER_READY}), "one")
    plans(given)
    given.later(days=11)
    given.when(NoteChild, child="tiny-2024/one", tier="school", what="withdrawn")
    assert "children/step-teach/decide-1" in given.state.tasks


def test_who_has_not_come_to_it_cannot_be_named_for_it() -> None:
    given = house()
    begins(given, "one")
    given.refuses(hosting.NOT_EXPECTED, PlanSession, HEAD, **ONE, starts_at=SOON, participants=("two",))
    given.refuses(hosting.NOT_A_CHILD, PlanSession, HEAD, **ONE, starts_at=SOON, participants=("three",))


def test_a_child_that_is_not_there_or_has_left_is_not_expected() -> None:
    given = house("one")
    assert begins(given, "three") == ()
    given.when(NoteChild, child="tiny-2024/one", tier="school", what="withdrawn")
    assert begins(given, "one") == ()


def test_those_that_were_enrolled_before_this_was_known_are_expected() -> None:
    event = codec.decode("ChildEnrolled", 1, b'{"child":"tiny-2024/one","kind":"ChildEnrolled","tier":"school"}')
    assert event == ChildEnrolled("tiny-2024/one", "school", ())


def test_the_parent_hears_of_it_when_the_step_begins() -> None:
    school = a_school(after_ready())
    school.when(CompleteTask, HEAD, task="ready/go")
    told = follows(school, school.when(CompleteTask, MEMBER, task="ready/choice", answer="yes"))
    (expected,) = [each for each in told if each.command is ExpectChild]
    assert expected.stream == f"participant:{PARENT}"
    assert expected.arguments == {"child": "tiny-2024/one", "step": "course"}


def test_a_whole_rollout_in_which_schools_come_to_the_course_one_after_the_other() -> None:
    teams = {each: {"head": f"p-{each}head0", "member-1": f"p-{each}memb0"} for each in ("one", "two")}
    world = LittleWorld(*(place(each, persons=team) for each, team in teams.items()), programme=after_ready())
    world.ask_school("house", PlanSession, HEAD, **ONE, starts_at=SOON)
    assert world.school("one").bookings == world.school("two").bookings == {}
    for school in ("one", "two"):
        for task in ("ready/go", "ready/choice"):
            world.act(school, world.school(school).tasks[task])
        assert world.school(school).bookings[FIRST].status == "booked"
    world.ask_school("two", Withdraw, MANAGER, reason=REASON)
    world.now = SOON + timedelta(days=1)
    world.ask_school("house", RecordAttendance, HEAD, session=FIRST)
    assert world.school("one").fact("course.sessions") == 1
