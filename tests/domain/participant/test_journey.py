"""The journey: it begins once, its gates open by facts and dates, it certifies once, it ends once."""

from datetime import timedelta
from typing import Any

from domain.gate import Fact, Reading
from domain.participant import draft
from domain.participant.attending import CreditAttendance
from domain.participant.evidence import SubmitEvidence
from domain.participant.journey import (
    Certified,
    CloseJourney,
    Enrol,
    Enrolled,
    JourneyClosed,
    JourneyCompleted,
    NoteChild,
    Reconsider,
    Withdraw,
    Withdrawn,
)
from domain.participant.mentoring import HoldCheckpoint
from domain.participant.reviews import ReviewEvidence
from domain.participant.steps import DateCame, GateOpened
from domain.participant.tasks import CompleteTask
from tests.domain.given import (
    GOOD_PARENT,
    HEAD,
    MANAGER,
    MEMBER,
    MENTOR,
    MORNING,
    PARENT,
    REASON,
    REVIEWER,
    Given,
    a_house,
    a_school,
    kinds,
)
from tests.domain.tiny import text, tiny

POINTS = {"clear": 2, "true": 3}


def file(letter: str) -> dict[str, Any]:
    return {"sha256": letter * 64, "size": 100, "media_type": "application/pdf"}


def everything_but_the_last_phase(school: Given) -> Given:
    """A dutiful school, up to the last thing that is asked of it."""
    school.when(CompleteTask, HEAD, task="ready/go")
    school.when(CompleteTask, MEMBER, task="ready/choice", answer="yes")
    school.when(CreditAttendance, session="house.course.one.1", step="course", hours=4)
    school.when(SubmitEvidence, MEMBER, step="work", item="essay", artefacts=(file("a"),))
    school.when(ReviewEvidence, REVIEWER, step="work", item="essay", verdict="accepted", points=POINTS)
    school.when(SubmitEvidence, HEAD, step="work", item="photo", artefacts=(file("a"), file("b")))
    for days in (10, 20):
        school.later(days=days).when(HoldCheckpoint, MENTOR, step="talk", outcome="on_track")
    for phase, letter in (("1-plan", "c"), ("1-act", "d"), ("2-plan", "e")):
        school.when(SubmitEvidence, MEMBER, step="round", item=phase, artefacts=(file(letter),))
        if phase.endswith("plan"):
            school.when(ReviewEvidence, REVIEWER, step="round", item=phase, verdict="accepted")
    return school


def the_last_phase(school: Given) -> list[str]:
    return kinds(school.when(SubmitEvidence, MEMBER, step="round", item="2-act", artefacts=(file("f"),)))


def test_a_school_is_enrolled_once() -> None:
    school = a_school()
    first = school.history[0].event
    assert isinstance(first, Enrolled)
    arguments = {"rollout": "tiny-2024", "school": "one", "names": text("Other"), "tier": "school", "region": "south"}
    again = school.when(Enrol, participant="tiny-2024/one", parent=PARENT, language="kk", **arguments)
    assert again == ()


def test_work_and_certificate_and_end_follow_from_the_last_piece_of_work() -> None:
    school = everything_but_the_last_phase(a_school())
    assert the_last_phase(school) == [
        "EvidenceSubmitted",
        "TaskCompleted",
        "StepCompleted",
        "GateOpened",
        "Certified",
        "JourneyCompleted",
    ]
    assert school.state.certified_at == school.now
    assert (school.state.phase, school.state.ended_at) == ("completed", school.now)
    assert not school.state.tasks


def test_a_gate_keeps_what_it_read_and_where_that_came_from() -> None:
    school = everything_but_the_last_phase(a_school())
    the_last_phase(school)
    gate = next(each.event for each in school.history if isinstance(each.event, GateOpened))
    readings = {(each.of, each.fact): each for each in gate.readings}
    assert readings[PARENT, "seats.complete"] == Reading(PARENT, "seats.complete", True, 3)
    choice = readings["tiny-2024/one", "ready.choice"]
    assert choice.value == "yes"
    assert school.history[choice.version - 1].event.kind() == "TaskCompleted"
    assert gate.position == school.state.gates["certify"] - 4, "the facts are those before the command"


def test_a_gate_stays_shut_while_a_fact_is_missing_and_opens_when_it_is_there() -> None:
    school = everything_but_the_last_phase(a_school())
    school.related = {"parent": {PARENT: {"seats.complete": Fact(False, 3)}}}
    the_last_phase(school)
    assert school.state.certified_at is None
    school.related = GOOD_PARENT
    assert kinds(school.when(Reconsider)) == ["GateOpened", "Certified", "JourneyCompleted"]


def test_a_gate_opens_on_its_date_without_anybody_and_only_once() -> None:
    house = a_house(tiny())
    assert house.passes(days=28) == []
    events = house.passes(days=1)
    midnight = house.history[-3].happened_at
    assert kinds(events) == ["DateCame", "GateOpened", "TaskAsked"]
    assert events[0] == DateCame(midnight)
    assert f"{midnight:%Y-%m-%d %H:%M}" == "2024-09-30 19:00", "midnight in Astana"
    assert house.state.phase == "next_tier"


def test_a_delivery_begins_with_the_first_school_that_it_is_meant_for() -> None:
    house = a_house(tiny())
    assert "teach" not in house.state.steps
    events = house.when(NoteChild, child="tiny-2024/one", tier="school", what="enrolled")
    assert kinds(events) == ["ChildEnrolled", "StepStarted", "TaskAsked", "TaskAsked"]


def test_a_date_that_is_past_at_the_enrolment_opens_the_gate_at_once() -> None:
    house = Given(tiny(), MORNING + timedelta(days=60), related={})
    arguments = {"rollout": "tiny-2024", "names": text("House"), "region": "north", "language": "both"}
    place = {"participant": PARENT, "school": "house", "tier": "house", "persons": {"head": HEAD}}
    assert "GateOpened" in kinds(house.when(Enrol, **arguments, **place))


def test_the_head_or_the_manager_withdraws_a_school_and_nobody_else() -> None:
    school = a_school()
    school.refuses(draft.NOT_YOURS, Withdraw, MEMBER, reason=REASON)
    (left,) = school.when(Withdraw, MANAGER, reason=REASON)
    assert isinstance(left, Withdrawn)
    assert (school.state.phase, school.state.fact("withdrawn")) == ("withdrawn", True)
    assert school.passes(days=100) == []


def test_those_whom_a_school_that_leaves_was_preparing_are_for_the_manager_to_decide_about() -> None:
    house = a_house(tiny(), "one", "two")
    house.when(NoteChild, child="tiny-2024/two", tier="school", what="completed")
    assert kinds(house.when(Withdraw, MANAGER, reason=REASON)) == ["Withdrawn", "TaskAsked"]
    task = house.state.tasks["children/decide"]
    assert (task.role, task.subject) == ("programme-manager", "one")
    assert kinds(house.when(CompleteTask, MANAGER, task="children/decide", answer="acted")) == ["TaskCompleted"]


def test_what_has_come_to_its_end_does_not_leave_and_what_never_came_neither() -> None:
    school = a_school()
    assert school.when(CloseJourney) == (JourneyClosed(),)
    school.refuses(draft.ENDED, Withdraw, HEAD, reason=REASON)
    Given(tiny()).refuses(draft.NOT_ENROLLED, Withdraw, MANAGER, reason=REASON)


def test_the_clock_and_other_streams_say_nothing_to_a_school_that_is_not_there() -> None:
    nobody = Given(tiny())
    assert nobody.when(Reconsider) == ()
    assert nobody.when(CloseJourney) == ()


def test_no_person_says_what_only_streams_and_the_clock_say() -> None:
    a_school().refuses(draft.FOR_THE_SYSTEM, CloseJourney, MANAGER)


def test_a_school_is_certified_once() -> None:
    school = everything_but_the_last_phase(a_school())
    the_last_phase(school)
    school.when(Reconsider)
    found = [each.event for each in school.history if isinstance(each.event, Certified | JourneyCompleted)]
    assert kinds(found) == ["Certified", "JourneyCompleted"]
