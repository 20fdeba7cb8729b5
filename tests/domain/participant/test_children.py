"""Children: named, opened, counted, replaced when they leave."""

from datetime import timedelta

from domain.participant.attendance import RecordAttendance
from domain.participant.children import ChildCertified, ChildEnded, ChildEnrolled, ChildrenNominated
from domain.participant.hosting import PlanSession
from domain.participant.journey import CloseJourney, NoteChild, NoteNomination
from domain.participant.tasks import CompleteTask
from tests.domain.given import HEAD, MANAGER, Given, a_house, about, kinds
from tests.domain.tiny import HOUSE, changed, text, tiny

REPORT = {
    "id": "report",
    "kind": "assignment",
    "title": text("Report"),
    "after": ["teach"],
    "tasks": [{"id": "tell", "title": text("Tell"), "by": "head", "due": {"days": 9}}],
}


def tells(house: Given, child: str, what: str) -> list[str]:
    return kinds(house.when(NoteChild, child=f"tiny-2024/{child}", tier="school", what=what))


def named(house: Given, number: int) -> list[str]:
    return kinds(house.when(NoteNomination, tier="school", nominated=number))


def opened(*children: str) -> Given:
    """A house whose gate to the schools is open, since the date has come."""
    house = a_house(tiny(), *children)
    house.passes(days=30)
    return house


def test_children_are_counted_as_they_come_and_certify_and_end() -> None:
    house = a_house(tiny(), "one", "two")
    tells(house, "one", "certified")
    tells(house, "one", "completed")
    tells(house, "two", "withdrawn")
    counted = ("children.opened", "children.certified", "children.completed")
    assert [house.state.fact(name) for name in counted] == [2, 1, 1]


def test_a_child_tells_each_thing_once() -> None:
    house = a_house(tiny(), "two")
    child = {"child": "tiny-2024/one", "tier": "school"}
    assert house.when(NoteChild, **child, what="enrolled") == (ChildEnrolled("tiny-2024/one", "school"),)
    assert house.when(NoteChild, **child, what="certified") == (ChildCertified("tiny-2024/one"),)
    assert house.when(NoteChild, **child, what="completed")[0] == ChildEnded("tiny-2024/one", "completed")
    assert tells(house, "one", "closed") == []


def test_what_a_child_tells_is_heard_also_when_its_enrolment_was_not() -> None:
    house = a_house(tiny(), "two")
    assert tells(house, "one", "certified") == ["ChildEnrolled", "ChildCertified"]


def test_a_house_is_asked_to_name_schools_when_its_gate_opens() -> None:
    house = opened()
    task = house.state.tasks["nominate/school"]
    assert (task.role, task.subject) == ("head", "school")


def test_naming_is_done_when_as_many_are_named_as_are_wanted() -> None:
    house = opened()
    assert named(house, 1) == ["ChildrenNominated"]
    assert "nominate/school" in house.state.tasks
    assert named(house, 2) == ["ChildrenNominated", "TaskCompleted"]


def test_who_has_named_early_is_not_asked_again() -> None:
    house = a_house(tiny())
    assert house.when(NoteNomination, tier="school", nominated=2) == (ChildrenNominated("school", 2),)
    house.passes(days=30)
    assert "nominate/school" not in house.state.tasks


def test_a_child_that_leaves_makes_room_and_another_is_asked_for() -> None:
    house = opened()
    named(house, 2)
    for child in ("one", "two"):
        tells(house, child, "enrolled")
    tells(house, "two", "withdrawn")
    events = house.when(NoteNomination, tier="school", nominated=1)
    assert about("nominate/school.2", events) == ["TaskAsked"]
    events = house.when(NoteNomination, tier="school", nominated=2)
    assert about("nominate/school.2", events) == ["TaskCompleted"]


def test_naming_for_a_tier_that_the_house_does_not_open_says_nothing() -> None:
    assert a_house(tiny()).when(NoteNomination, tier="house", nominated=1) == ()


def taught(*children: str) -> Given:
    house = opened(*children)
    named(house, len(children))
    for definition in ("one", "two"):
        starts = house.now + timedelta(days=2)
        house.when(PlanSession, HEAD, step="course", definition=definition, starts_at=starts)
        house.later(days=3).when(RecordAttendance, HEAD, session=f"house.course.{definition}.1")
    return house


def test_a_house_ends_when_it_has_taught_and_all_its_children_have_ended() -> None:
    house = taught("one", "two")
    assert tells(house, "one", "completed") == ["ChildEnded"]
    assert tells(house, "two", "completed") == ["ChildEnded", "JourneyCompleted"]
    assert tells(house, "two", "closed") == []
    assert named(house, 3) == []


def test_a_house_does_not_end_while_another_school_is_still_to_be_named() -> None:
    house = taught("one", "two")
    tells(house, "one", "completed")
    tells(house, "two", "withdrawn")
    assert named(house, 1) == ["ChildrenNominated", "TaskAsked"]
    assert house.state.phase == "next_tier"


def test_a_house_that_was_closed_hears_nothing_more() -> None:
    house = opened("one")
    house.when(CloseJourney)
    assert tells(house, "two", "enrolled") == []


def decided(house: Given, task: str, answer: str) -> list[str]:
    return kinds(house.when(CompleteTask, MANAGER, task=task, answer=answer))


def test_a_house_that_names_nobody_ends_when_the_manager_goes_on_without() -> None:
    house = opened()
    assert "children/tier-school/decide-1" not in house.state.tasks, "there is time to name one"
    assert about("children/tier-school/decide-1", house.passes(days=15)) == ["TaskAsked"]
    assert house.state.tasks["children/tier-school/decide-1"].role == "programme-manager"
    events = decided(house, "children/tier-school/decide-1", "stands")
    assert events == ["TaskCompleted", "StepStarted", "StepCompleted", "TaskWithdrawn", "JourneyCompleted"]


def test_the_manager_is_asked_again_while_nobody_is_named_and_no_longer_once_they_are() -> None:
    house = opened()
    house.passes(days=15)
    assert decided(house, "children/tier-school/decide-1", "acted") == ["TaskCompleted", "TaskAsked"]
    events = house.when(NoteNomination, tier="school", nominated=2)
    assert about("children/tier-school/decide-2", events) == ["TaskWithdrawn"]
    assert about("nominate/school", events) == ["TaskCompleted"]


def test_a_house_that_goes_on_with_fewer_is_not_asked_for_more_and_ends_with_those_it_has() -> None:
    house = taught("one")
    house.passes(days=15)
    assert decided(house, "children/tier-school/decide-1", "stands") == ["TaskCompleted", "TaskWithdrawn"]
    assert tells(house, "one", "completed") == ["ChildEnded", "JourneyCompleted"]


def test_a_delivery_whose_children_have_all_left_ends_when_no_other_comes() -> None:
    house = opened("one", "two")
    starts = house.now + timedelta(days=20)
    house.when(PlanSession, HEAD, step="course", definition="one", starts_at=starts)
    for child, left in (("one", 1), ("two", 0)):
        tells(house, child, "withdrawn")
        named(house, left)
    house.passes(days=15)
    events = decided(house, "children/tier-school/decide-1", "stands")
    assert "SessionCancelled" in events
    assert events[-1] == "JourneyCompleted"
    assert house.state.tasks == {}


def test_attendance_is_recorded_before_a_delivery_ends_for_want_of_children() -> None:
    house = opened("one")
    house.when(PlanSession, HEAD, step="course", definition="one", starts_at=house.now + timedelta(days=2))
    house.passes(days=15)
    decided(house, "children/tier-school/decide-1", "stands")
    tells(house, "one", "completed")
    assert house.state.phase == "next_tier"
    events = kinds(house.when(RecordAttendance, HEAD, session="house.course.one.1"))
    assert events[-1] == "JourneyCompleted"


def without_opening() -> Given:
    """A house whose children come by a list alone."""
    return a_house(changed(house={"opens": []}), "one")


def test_the_manager_is_asked_about_a_delivery_whose_children_have_all_left() -> None:
    house = without_opening()
    events = tells(house, "one", "withdrawn")
    assert events == ["ChildEnded", "TaskAsked"]
    assert house.state.tasks["children/step-teach/decide-1"].subject == "teach"
    assert tells(house, "two", "enrolled")[:2] == ["ChildEnrolled", "TaskWithdrawn"]
    assert tells(house, "two", "withdrawn") == ["ChildEnded", "TaskAsked"]
    assert decided(house, "children/step-teach/decide-2", "stands")[-1] == "JourneyCompleted"


def test_a_delivery_whose_children_have_come_to_their_end_has_nothing_left_to_hold() -> None:
    house = without_opening()
    assert tells(house, "one", "completed")[-2:] == ["StepCompleted", "JourneyCompleted"]


def test_a_child_that_comes_after_the_end_of_a_delivery_has_its_sessions_planned() -> None:
    house = a_house(changed(house={"opens": [], "steps": [*HOUSE["steps"], REPORT]}), "one")
    tells(house, "one", "completed")
    assert house.state.steps["teach"].done_at is not None
    tells(house, "two", "enrolled")
    assert {"teach/plan-one-two", "teach/plan-two-two"} <= set(house.state.tasks)
