"""Handing over: what a parent leaves behind goes on with another one that may prepare it, and loses nothing."""

from datetime import timedelta
from typing import Any

import pytest

from domain import refusal
from domain.identity import participant_id
from domain.participant.attendance import RecordAttendance
from domain.participant.hosting import PlanSession
from domain.participant.journey import Withdraw
from domain.participant.left_behind import ChangeParent, HandedOver, NoteParentLeft
from domain.participant.state import PastParent
from domain.programme import Programme
from domain.refusal import Reason, Refused
from domain.rollout import handing_over, places
from domain.rollout.commands import HandOver, NominateSchools
from domain.rollout.events import SchoolHandedOver
from tests.domain.given import HEAD, MANAGER, MORNING, PARENT, REASON, SPARE, a_school, kinds
from tests.domain.little_world import LittleWorld, place
from tests.domain.tiny import HOUSE, SCHOOL, changed

COURSE: dict[str, Any] = {"step": "course"}
SOON = MORNING + timedelta(days=10)
OTHER = "tiny-2024/other"


def only_the_course() -> Programme:
    """The whole dose is asked for, and the mentor is the head of the house."""
    course = {**SCHOOL["steps"][1], "dose": {"hours": 8}}
    opening = {**HOUSE["opens"][0], "fan_out": {"least": 1, "target": 1, "most": 2}}
    return changed(house={"opens": [opening]}, school={"steps": [course], "certification": None})


def two_houses() -> LittleWorld:
    """The first has held one of two sessions for its two schools; the second prepares one school."""
    teams = {each: {"head": f"p-{each}head0", "member-1": f"p-{each}memb0"} for each in ("one", "two", "six")}
    world = LittleWorld(
        place("other", "house", persons={"head": SPARE}),
        *(place(each, parent="house", persons=teams[each]) for each in ("one", "two")),
        place("six", parent="other", persons=teams["six"]),
        programme=only_the_course(),
    )
    plan(world, "house", HEAD, "one", SOON)
    world.now = SOON + timedelta(days=1)
    world.ask_school("house", RecordAttendance, HEAD, session="house.course.one.1")
    plan(world, "house", HEAD, "two", world.now + timedelta(days=9))
    return world


def plan(world: LittleWorld, house: str, who: str, definition: str, starts: Any) -> None:
    world.ask_school(house, PlanSession, who, **COURSE, definition=definition, starts_at=starts)


def left(world: LittleWorld) -> LittleWorld:
    world.ask_school("house", Withdraw, MANAGER, reason=REASON)
    return world


def hand(world: LittleWorld, school: str, to: str = "other", who: str = MANAGER) -> list[str]:
    return kinds(world.ask_rollout(HandOver, who, school=school, to=to))


def refuses(world: LittleWorld, reason: Reason, school: str, to: str = "other", who: str = MANAGER) -> None:
    with pytest.raises(Refused) as caught:
        hand(world, school, to, who)
    assert caught.value.code == reason.code, caught.value.sentence


def test_a_school_that_was_left_behind_goes_on_with_another_parent() -> None:
    world = left(two_houses())
    assert "journey/decide-1" in world.school("one").tasks
    assert hand(world, "one") == ["SchoolHandedOver"]
    assert hand(world, "one") == []
    one = world.school("one")
    assert (one.parent, one.parent_left) == (OTHER, False)
    assert "journey/decide-1" not in one.tasks, "it can complete its journey again"
    assert one.id in world.school("other").children
    assert world.rollout.roster[one.id].parent == OTHER
    assert one.duties["mentor"].person == SPARE, "the duty goes with the seat of the new parent's"


def test_what_it_has_had_counts_and_only_the_rest_is_asked_for() -> None:
    world = left(two_houses())
    plan(world, "other", SPARE, "one", world.now + timedelta(days=5))
    hand(world, "one")
    assert [each for each in world.school("other").tasks if "plan" in each] == ["teach/plan-two"]
    plan(world, "other", SPARE, "two", world.now + timedelta(days=6))
    assert world.school("one").bookings["other.course.two.1"].status == "booked"
    assert "other.course.one.1" not in world.school("one").bookings
    world.now += timedelta(days=7)
    world.ask_school("other", RecordAttendance, SPARE, session="other.course.two.1")
    assert world.school("one").fact("course.hours") == 8
    assert world.school("one").phase == "completed"
    assert world.school("other").children[world.school("one").id].ended == "completed"


def test_it_joins_what_the_new_parent_is_still_to_hold() -> None:
    world = left(two_houses())
    plan(world, "other", SPARE, "two", world.now + timedelta(days=6))
    hand(world, "one")
    assert world.school("one").bookings["other.course.two.1"].status == "booked"
    assert "house.course.two.1" in world.school("one").bookings
    assert world.school("one").bookings["house.course.two.1"].status == "cancelled"


def test_what_was_held_there_without_it_is_held_again() -> None:
    world = left(two_houses())
    plan(world, "other", SPARE, "two", world.now + timedelta(days=6))
    world.now += timedelta(days=7)
    world.ask_school("other", RecordAttendance, SPARE, session="other.course.two.1")
    hand(world, "one")
    assert "teach/plan-two-one" in world.school("other").tasks
    assert "teach/plan-one-one" not in world.school("other").tasks, "that it has had"


def test_only_the_manager_hands_over_and_only_what_was_left() -> None:
    world = two_houses()
    refuses(world, handing_over.STILL_PREPARED, "one")
    left(world)
    refuses(world, refusal.NO_RIGHT, "one", who=SPARE)
    refuses(world, handing_over.NOT_ON_ROSTER, "nobody")
    refuses(world, handing_over.NOT_ON_ROSTER, "one", to="nobody")
    refuses(world, handing_over.NOT_UNDER_WAY, "one", to="house")
    refuses(world, places.NO_PARENT, "one", to="two")
    refuses(world, places.NO_PARENT, "other", to="one")


def test_the_new_parent_has_room_for_it() -> None:
    world = left(two_houses())
    hand(world, "one")
    refuses(world, places.TOO_MANY, "two")


def test_the_new_parent_has_its_gate_open_and_lies_in_the_same_region() -> None:
    programme = only_the_course()
    shut = place("shut", "house", persons={"head": "p-shuthead"})
    far = place("far", "house", region="south", persons={"head": "p-farhead0"})
    world = LittleWorld(shut, far, place("one", parent="house"), programme=programme)
    world.having_opened(place("nine", parent="far", region="south"))
    left(world)
    refuses(world, handing_over.NOT_OPEN, "one", to="shut")
    refuses(world, places.OTHER_REGION, "one", to="far")


def test_those_that_are_named_take_room_too() -> None:
    world = left(two_houses())
    world.ask_rollout(NominateSchools, SPARE, parent="other", places=(place("new"),))
    refuses(world, places.TOO_MANY, "one")


def test_who_prepared_it_until_when_stays_in_the_lineage() -> None:
    school = a_school()
    began, handed = school.now, school.later(days=30).now
    (event, *_) = school.when(ChangeParent, parent=OTHER)
    assert event == HandedOver(OTHER, PARENT)
    assert school.state.past_parents == (PastParent(PARENT, began, handed),)
    assert school.when(ChangeParent, parent=OTHER) == ()
    assert school.when(NoteParentLeft, parent=PARENT) == (), "that one is its parent no more"


def test_the_roster_says_by_whom_instead_of_whom() -> None:
    world = left(two_houses())
    (event,) = world.ask_rollout(HandOver, MANAGER, school="two", to="other")
    assert event == SchoolHandedOver(participant_id("tiny-2024", "two"), OTHER, PARENT)
