"""What follows for others: commands to other streams, and notices to whoever is concerned."""

from datetime import timedelta
from typing import Any

import pytest

from domain.event import Event
from domain.history import fold
from domain.participant import onward, stream
from domain.participant.attendance import RecordAttendance
from domain.participant.attending import BookSession, CreditAttendance, UnbookSession
from domain.participant.catching_up import AskToCatchUp
from domain.participant.deadlines import ExtendDeadline
from domain.participant.evidence import SubmitEvidence
from domain.participant.hosting import CancelSession, MoveSession, PlanSession
from domain.participant.journey import CloseJourney, NoteChild, Reconsider, Withdraw
from domain.participant.notices import Notice, notices
from domain.participant.onward import Onward
from domain.participant.reviews import ReviewEvidence
from domain.participant.state import Participant
from domain.participant.tasks import CompleteTask
from domain.participant.team import AssignDuty, FreeSeat, NameSubstitute, TakeSeat
from domain.rollout.commands import NoteParticipant, OpenTier
from tests.domain.given import (
    HEAD,
    MANAGER,
    MEMBER,
    MORNING,
    REASON,
    REVIEWER,
    SPARE,
    Given,
    a_house,
    a_school,
)
from tests.domain.participant.test_journey import everything_but_the_last_phase, file, the_last_phase
from tests.domain.tiny import SCHOOL, changed, tiny

ONE: dict[str, Any] = {"step": "course", "definition": "one"}
SOON = MORNING + timedelta(days=10)
WEEK = timedelta(days=7)
FIRST = "house.course.one.1"


def states(given: Given, last: int) -> list[tuple[Participant, Participant, Event]]:
    """The last events, each with the state before and after it."""
    found = []
    for number in range(len(given.history) - last, len(given.history)):
        before = fold(Participant(), given.history[:number], stream.evolve)
        after = fold(Participant(), given.history[: number + 1], stream.evolve)
        found.append((before, after, given.history[number].event))
    return found


def follows(given: Given, events: tuple[Event, ...]) -> list[Onward]:
    found = (onward.consequences(given.programme, *each) for each in states(given, len(events)))
    return [each for some in found for each in some]


def told(given: Given, events: tuple[Event, ...]) -> list[Notice]:
    found = (notices(after, event, given.now) for _, after, event in states(given, len(events)))
    return [each for some in found for each in some]


FIRST_OF_TWO = "house.course.two.1"


def house() -> Given:
    return a_house(tiny(), "one", "two")


def test_a_planned_session_is_booked_with_every_child_and_again_when_it_moves() -> None:
    given = house()
    planned = follows(given, given.when(PlanSession, HEAD, **ONE, starts_at=SOON))
    assert [(each.stream, each.command) for each in planned] == [
        ("participant:tiny-2024/one", BookSession),
        ("participant:tiny-2024/two", BookSession),
    ]
    later = SOON + timedelta(days=1)
    moved = follows(given, given.when(MoveSession, HEAD, session=FIRST, starts_at=later))
    assert [each.arguments["starts_at"] for each in moved] == [later, later]
    assert all(each.command(id="c", actor="cascade", **each.arguments) for each in (*planned, *moved))


def credited(definition: str, *absent: str, dose: int = 8) -> tuple[Given, tuple[Event, ...]]:
    """A school that has had one session; of the other, the one that is named, those were absent."""
    steps = [{**step, "dose": {"hours": dose}} if step["id"] == "course" else step for step in SCHOOL["steps"]]
    given = a_school(changed(school={"steps": steps}))
    for each in ("one", "two"):
        session = {"session": f"house.course.{each}.1", "step": "course", "hours": 4}
        given.when(BookSession, **session, definition=each, starts_at=SOON, mode="online", host="tiny-2024/house")
    other = "two" if definition == "one" else "one"
    given.later(days=11).when(CreditAttendance, session=f"house.course.{other}.1", step="course", hours=4)
    events = given.when(CreditAttendance, session=f"house.course.{definition}.1", step="course", hours=4, absent=absent)
    return given, events


@pytest.mark.parametrize("definition", ["one", "two"])
def test_who_has_had_every_session_and_not_enough_of_one_is_to_have_that_one_again(definition: str) -> None:
    given, events = credited(definition, "member-1")
    (asked,) = follows(given, events)
    assert (asked.stream, asked.command) == ("participant:tiny-2024/house", AskToCatchUp)
    assert asked.arguments == {"child": given.state.id, "step": "course", "definition": definition}


def test_attendance_that_comes_before_the_invitation_is_caught_up_on_as_any_other() -> None:
    steps = [{**step, "dose": {"hours": 8}} if step["id"] == "course" else step for step in SCHOOL["steps"]]
    given = a_school(changed(school={"steps": steps}))
    given.when(CreditAttendance, session="house.course.one.1", step="course", hours=4)
    events = given.when(CreditAttendance, session=FIRST_OF_TWO, step="course", hours=4, absent=("member-1",))
    assert [each.arguments["definition"] for each in follows(given, events)] == ["two"]
    late = {"session": FIRST_OF_TWO, "step": "course", "definition": "two", "starts_at": SOON}
    assert given.when(BookSession, **late, hours=4, mode="online", host="tiny-2024/house") == ()


def test_who_has_had_enough_catches_up_on_nothing() -> None:
    assert AskToCatchUp not in {each.command for each in follows(*credited("one", "member-1", dose=4))}


def test_nothing_is_held_again_as_long_as_another_session_is_to_come() -> None:
    given, _ = credited("one", "member-1")
    given.when(
        BookSession,
        session="house.course.one.2",
        step="course",
        definition="one",
        starts_at=given.now + WEEK,
        hours=4,
        mode="online",
        host="tiny-2024/house",
    )
    still = given.when(CreditAttendance, session="house.course.two.2", step="course", hours=0)
    assert follows(given, still) == []


def test_a_cancelled_session_is_unbooked_and_one_that_was_held_is_credited() -> None:
    given = house()
    given.when(PlanSession, HEAD, **ONE, starts_at=SOON)
    cancelled = follows(given, given.when(CancelSession, HEAD, session=FIRST))
    assert {each.command for each in cancelled} == {UnbookSession}
    given.when(PlanSession, HEAD, **ONE, starts_at=SOON)
    absent = {"two": ("head",)}
    recorded = given.later(days=11).when(RecordAttendance, HEAD, session="house.course.one.2", absent=absent)
    credited = {each.stream: each.arguments["absent"] for each in follows(given, recorded)}
    assert credited == {"participant:tiny-2024/one": (), "participant:tiny-2024/two": ("head",)}


def test_a_late_comer_is_booked_for_what_is_to_come() -> None:
    given = house()
    given.when(PlanSession, HEAD, **ONE, starts_at=SOON)
    events = given.when(NoteChild, child="tiny-2024/three", tier="school", what="enrolled")
    assert ("participant:tiny-2024/three", BookSession) in [(e.stream, e.command) for e in follows(given, events)]


def test_a_duty_that_goes_with_a_seat_of_the_parent_goes_to_the_children_with_its_holder() -> None:
    given = house()
    events = given.when(NoteChild, child="tiny-2024/three", tier="school", what="enrolled")
    (duty,) = follows(given, events)
    assert (duty.command, duty.arguments) == (AssignDuty, {"duty": "mentor", "person": HEAD})
    given.when(NoteChild, child="tiny-2024/two", tier="school", what="withdrawn")
    changed = follows(given, given.when(TakeSeat, MANAGER, seat="head", person=SPARE))
    assert [(each.stream, each.arguments["person"]) for each in changed if each.command is AssignDuty] == [
        ("participant:tiny-2024/one", SPARE),
        ("participant:tiny-2024/three", SPARE),
    ]


def test_an_open_gate_tells_the_rollout() -> None:
    given = house()
    events = given.passes(days=30)
    found = follows(given, tuple(events))
    assert Onward("rollout:tiny-2024", OpenTier, {"parent": "tiny-2024/house", "tier": "school"}) in found


def test_a_school_tells_its_parent_and_its_rollout_how_it_stands() -> None:
    school = everything_but_the_last_phase(a_school())
    count = len(the_last_phase(school))
    what = [
        (each.stream.partition(":")[0], each.command, each.arguments["what"])
        for each in follows(school, tuple(each.event for each in school.history[-count:]))
    ]
    assert what == [
        ("rollout", NoteParticipant, "certified"),
        ("participant", NoteChild, "certified"),
        ("rollout", NoteParticipant, "completed"),
        ("participant", NoteChild, "completed"),
    ]
    for kind, arguments, word in ((Withdraw, {"reason": REASON}, "withdrawn"), (CloseJourney, {}, "closed")):
        other = a_school()
        actor = HEAD if kind is Withdraw else "cascade"
        found = follows(other, other.when(kind, actor, **arguments))
        assert [each.arguments["what"] for each in found] == [word, word]


def test_children_whose_gates_read_a_fact_of_the_parent_look_again_when_it_changes() -> None:
    given = house()
    found = follows(given, given.when(FreeSeat, MANAGER, seat="head"))
    assert [(each.stream, each.command) for each in found] == [
        ("participant:tiny-2024/one", Reconsider),
        ("participant:tiny-2024/two", Reconsider),
    ]
    assert follows(given, given.when(TakeSeat, MANAGER, seat="aide", person=SPARE)) == []


def test_a_fact_that_nobody_reads_disturbs_nobody() -> None:
    school = a_school()
    assert follows(school, school.when(CompleteTask, HEAD, task="ready/go")) == []


# --- notices


def test_a_task_is_told_to_whoever_holds_its_role() -> None:
    school = a_school()
    notices = told(school, school.when(SubmitEvidence, MEMBER, step="work", item="essay", artefacts=(file("a"),)))
    assert [(each.template, each.person) for each in notices] == [("TaskAsked", REVIEWER)]
    assert notices[0].parameters["task"] == "work/essay/review-1"
    assert notices[0].parameters["school"] == "one"


def test_an_office_is_told_by_its_right() -> None:
    school = a_school()
    events = tuple(school.passes(days=10))
    escalated = [each for each in told(school, events) if each.template == "TaskEscalated"]
    assert [(each.person, each.right) for each in escalated] == [(None, "clerk")]


def test_the_substitute_is_told_while_the_holder_is_away() -> None:
    school = a_school()
    school.when(NameSubstitute, HEAD, seat="head", person=SPARE, until=MORNING + timedelta(days=6))
    events = tuple(school.passes(days=5, hours=12))
    assert [(each.template, each.person) for each in told(school, events)] == [("TaskReminded", SPARE)]


def test_everybody_in_a_role_is_told_and_nobody_in_an_empty_seat() -> None:
    school = a_school()
    school.when(TakeSeat, MANAGER, seat="member-2", person=SPARE)
    extend = {"task": "ready/choice", "due_at": MORNING + timedelta(days=60), "reason": REASON}
    notices = told(school, school.when(ExtendDeadline, MANAGER, **extend))
    assert [(each.template, each.person) for each in notices] == [("DeadlineMoved", MEMBER), ("DeadlineMoved", SPARE)]


def test_a_verdict_is_told_to_the_submitter_and_a_missed_look_to_the_manager() -> None:
    school = a_school()
    school.when(SubmitEvidence, MEMBER, step="work", item="essay", artefacts=(file("a"),))
    review = {"step": "work", "item": "essay", "verdict": "returned", "remark": REASON}
    notices = told(school, school.when(ReviewEvidence, REVIEWER, **review))
    assert ("EvidenceReviewed", MEMBER) in [(each.template, each.person) for each in notices]
    school.when(CompleteTask, HEAD, task="ready/go")
    school.when(CompleteTask, MEMBER, task="ready/choice", answer="yes")
    missed = [each for each in told(school, tuple(school.passes(days=25))) if each.template == "CheckpointMissed"]
    assert [each.right for each in missed] == ["programme-manager"]


def test_a_team_is_told_of_its_certificate_and_of_its_leaving() -> None:
    school = everything_but_the_last_phase(a_school())
    count = len(the_last_phase(school))
    notices = told(school, tuple(each.event for each in school.history[-count:]))
    assert [each.person for each in notices if each.template == "Certified"] == [HEAD, MEMBER]
    other = a_school()
    assert [each.person for each in told(other, other.when(Withdraw, HEAD, reason=REASON))] == [HEAD, MEMBER]


def test_those_who_are_asked_to_a_session_are_told_when_it_is() -> None:
    school = a_school()
    booking = {"session": FIRST, **ONE, "starts_at": SOON, "hours": 4, "mode": "online", "host": "tiny-2024/house"}
    notices = told(school, school.when(BookSession, **booking))
    assert [each.person for each in notices] == [HEAD, MEMBER]
    assert notices[0].parameters["starts"] == SOON.isoformat()
