"""Corrections: a new event says what an old one should have said; facts follow, and gates are doubted, not undone."""

from datetime import timedelta
from typing import Any

import pytest

from domain import refusal
from domain.history import Corrected, fold_past
from domain.participant import corrections, draft, reviews, stream, tasks
from domain.participant.attending import CreditAttendance
from domain.participant.corrections import Correct
from domain.participant.evidence import SubmitEvidence
from domain.participant.journey import CloseJourney
from domain.participant.mentoring import HoldCheckpoint
from domain.participant.reviews import ReviewEvidence
from domain.participant.state import Participant
from domain.participant.tasks import CompleteTask
from tests.domain.given import (
    HEAD,
    MANAGER,
    MEMBER,
    MENTOR,
    MORNING,
    REASON,
    REVIEWER,
    STRANGER,
    Given,
    a_school,
    about,
    kinds,
)
from tests.domain.participant.test_journey import everything_but_the_last_phase, file, the_last_phase

ESSAY = {"step": "work", "item": "essay"}
POINTS = {"clear": 2, "true": 3}


def version_of(school: Given, kind: str, nth: int = 0) -> int:
    """The version of the n-th event of a kind; -1 is the last. That a reviewer was named first does not count."""
    named = "duty/reviewer/decide-1"
    fitting = [each for each in school.history if each.event.kind() == kind]
    return [each.version for each in fitting if getattr(each.event, "task", "") != named][nth]


def corrects(school: Given, version: int, actor: str = MANAGER, **changes: Any) -> list[str]:
    return kinds(school.when(Correct, actor, version=version, changes=changes, reason=REASON))


def answered() -> Given:
    school = a_school()
    school.when(CompleteTask, MEMBER, task="ready/choice", answer="no")
    return school


def completed() -> Given:
    school = everything_but_the_last_phase(a_school())
    the_last_phase(school)
    return school


def test_a_correction_is_an_event_of_its_own_and_the_facts_follow_it() -> None:
    school = answered()
    version = version_of(school, "TaskCompleted")
    assert corrects(school, version, MEMBER, answer="yes") == ["Corrected", "TaskWithdrawn"]
    assert "journey/decide-1" not in school.state.tasks, "the certificate can come again"
    assert school.state.fact("ready.choice") == "yes"
    assert getattr(school.history[version - 1].event, "answer", None) == "no", "what was recorded stays as it was"
    assert school.state.facts["ready.choice"].version == version


def test_a_correction_of_what_was_corrected_already_builds_on_that() -> None:
    school = answered()
    version = version_of(school, "TaskCompleted")
    corrects(school, version, answer="yes")
    corrects(school, version, answer="no")
    assert school.state.fact("ready.choice") == "no"
    assert len([each for each in school.history if isinstance(each.event, Corrected)]) == 2


def test_a_correction_that_says_what_is_said_already_is_nothing() -> None:
    school = answered()
    assert corrects(school, version_of(school, "TaskCompleted"), answer="no") == []


def test_when_something_took_place_is_corrected_too() -> None:
    school = answered().later(days=5)
    version = version_of(school, "TaskCompleted")
    when = MORNING + timedelta(days=2)
    school.when(Correct, MANAGER, version=version, took_place=when, reason=REASON)
    assert school.state.done["ready/choice"].at == when


def test_what_was_known_before_a_correction_is_still_told_from_what_is_known_after_it() -> None:
    school = answered()
    corrected_on = school.later(days=3).now
    corrects(school, version_of(school, "TaskCompleted"), answer="yes")
    then = MORNING + timedelta(hours=1)
    early = fold_past(Participant(), school.history, stream.evolve, at=then, known_on=corrected_on - timedelta(days=1))
    late = fold_past(Participant(), school.history, stream.evolve, at=then, known_on=corrected_on)
    assert (early.fact("ready.choice"), late.fact("ready.choice")) == ("no", "yes")


def test_whoever_recorded_something_puts_it_right_and_else_the_manager() -> None:
    school = answered()
    change = {"version": version_of(school, "TaskCompleted"), "changes": {"answer": "yes"}, "reason": REASON}
    school.refuses(refusal.NO_RIGHT, Correct, HEAD, **change)
    school.refuses(refusal.NO_RIGHT, Correct, STRANGER, **change)
    assert school.when(Correct, MEMBER, **change)


def test_an_event_that_there_is_not_is_not_corrected() -> None:
    school = a_school()
    refused = school.refuses(corrections.NO_EVENT, Correct, MANAGER, version=99, reason=REASON)
    assert f"1 to {len(school.history)}" in refused.sentence


def test_a_correction_is_corrected_by_correcting_the_event_again() -> None:
    school = answered()
    version = version_of(school, "TaskCompleted")
    corrects(school, version, answer="yes")
    correction = version_of(school, "Corrected")
    change = {"version": correction, "changes": {"reason": None}, "reason": REASON}
    refused = school.refuses(corrections.CORRECTION_OF_CORRECTION, Correct, MANAGER, **change)
    assert f"event {version} again" in refused.sentence


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("Enrolled", {"school": "other"}),
        ("TaskCompleted", {"task": "ready/go"}),
        ("SeatTaken", {"person": STRANGER}),
        ("Certified", {"tier": "house"}),
    ],
)
def test_only_what_people_state_is_corrected(kind: str, changes: dict[str, Any]) -> None:
    school = completed()
    change = {"version": version_of(school, kind), "changes": changes, "reason": REASON}
    school.refuses(corrections.NOT_CORRECTABLE, Correct, MANAGER, **change)


def test_what_completes_a_task_by_the_way_is_corrected_where_it_was_said() -> None:
    school = completed()
    review = next(e.version for e in school.history if getattr(e.event, "task", "") == "work/essay/review-1")
    change = {"version": review + 1, "changes": {"answer": "refused"}, "reason": REASON}
    school.refuses(corrections.NOT_CORRECTABLE, Correct, MANAGER, **change)


def test_a_correction_names_what_changes() -> None:
    school = answered()
    version = version_of(school, "TaskCompleted")
    school.refuses(corrections.CORRECTS_NOTHING, Correct, MANAGER, version=version, reason=REASON)


def test_a_correction_says_nothing_that_the_command_itself_could_not_have_said() -> None:
    school = completed()
    answer = version_of(school, "TaskCompleted", 1)
    change = {"version": answer, "reason": REASON}
    school.refuses(tasks.NOT_AN_ANSWER, Correct, MANAGER, **change, changes={"answer": "perhaps"})
    change = {"version": version_of(school, "EvidenceReviewed"), "reason": REASON}
    school.refuses(reviews.BELOW_THRESHOLD, Correct, MANAGER, **change, changes={"points": {"clear": 0, "true": 0}})
    school.refuses(reviews.POINTS_MISSING, Correct, MANAGER, **change, changes={"points": {"clear": 1}})
    for changes in ({"verdict": "splendid"}, {"points": 3}, {"points": {"clear": "much", "true": 1}}):
        school.refuses(corrections.BAD_CORRECTION, Correct, MANAGER, **change, changes=changes)
    change = {"version": version_of(school, "AttendanceCredited"), "reason": REASON}
    wrong: list[dict[str, Any]] = [
        {"seats": ["driver"]},
        {"hours": 5},
        {"hours": -1},
        {"hours": "4"},
        {"seats": "head"},
    ]
    for each in wrong:
        school.refuses(corrections.BAD_CORRECTION, Correct, MANAGER, **change, changes=each)
    change = {"version": version_of(school, "CheckpointHeld"), "reason": REASON}
    school.refuses(corrections.BAD_CORRECTION, Correct, MANAGER, **change, changes={"outcome": "splendid"})


def test_a_correction_puts_nothing_into_the_future_or_before_the_enrolment() -> None:
    school = answered().later(days=3)
    change = {"version": version_of(school, "TaskCompleted"), "reason": REASON}
    school.refuses(draft.IN_THE_FUTURE, Correct, MANAGER, **change, took_place=school.now + timedelta(days=1))
    school.refuses(draft.OUTSIDE, Correct, MANAGER, **change, took_place=MORNING - timedelta(days=1))


def test_attendance_that_is_corrected_changes_the_dose() -> None:
    school = a_school()
    school.when(CreditAttendance, session="house.course.one.1", step="course", hours=4)
    version = version_of(school, "AttendanceCredited")
    corrects(school, version, seats=["head"])
    assert school.state.fact("course.hours") == 0
    assert school.state.bookings["house.course.one.1"].present == ("head",)


def test_attendance_that_is_corrected_to_nobody_is_no_session_attended() -> None:
    school = a_school()
    school.when(CreditAttendance, session="house.course.one.1", step="course", hours=4)
    assert school.state.fact("course.sessions") == 1
    version = version_of(school, "AttendanceCredited")
    corrects(school, version, seats=[])
    assert school.state.fact("course.sessions") == 0
    corrects(school, version, seats=["head"])
    assert school.state.fact("course.sessions") == 1


# --- gates


def test_a_correction_that_would_have_kept_a_gate_shut_undoes_nothing_and_asks_the_manager() -> None:
    school = completed()
    answer = version_of(school, "TaskCompleted", 1)
    assert corrects(school, answer, answer="no") == ["Corrected", "TaskAsked"]
    (task,) = school.state.tasks.values()
    assert (task.kind, task.role, task.subject) == ("decide", "programme-manager", "certify")
    assert school.state.certified_at is not None
    assert school.state.phase == "completed"


def test_the_manager_decides_on_a_doubt_also_after_the_end_and_is_reminded_by_the_clock() -> None:
    school = completed()
    corrects(school, version_of(school, "TaskCompleted", 1), answer="no")
    (task,) = school.state.tasks
    assert about(task, school.passes(days=40)) == ["TaskOverdue", "TaskEscalated"]
    events = school.when(CompleteTask, MANAGER, task=task, answer="acted")
    assert kinds(events) == ["TaskCompleted"]
    assert school.passes(days=400) == []


def test_a_further_correction_dispels_the_doubt() -> None:
    school = completed()
    answer = version_of(school, "TaskCompleted", 1)
    corrects(school, answer, answer="no")
    assert corrects(school, answer, answer="yes") == ["Corrected", "TaskWithdrawn"]
    assert not school.state.tasks


def test_a_correction_that_changes_nothing_for_a_gate_raises_no_doubt() -> None:
    school = completed()
    assert corrects(school, version_of(school, "EvidenceReviewed"), points={"clear": 1, "true": 2}) == ["Corrected"]
    assert school.state.fact("work.score") == 3


def test_a_gate_is_doubted_when_a_step_that_it_counted_on_would_not_have_been_done() -> None:
    school = completed()
    version = version_of(school, "AttendanceCredited")
    assert corrects(school, version, seats=["head"]) == ["Corrected", "TaskAsked"]
    assert school.state.fact("course.done") is True, "nothing is undone"


def test_a_verdict_that_is_taken_back_is_doubted_and_the_same_correction_asks_once() -> None:
    school = completed()
    version = version_of(school, "EvidenceReviewed")
    assert corrects(school, version, verdict="returned") == ["Corrected", "TaskAsked"]
    assert corrects(school, version, verdict="refused") == ["Corrected"], "the doubt was raised already"


# --- what is asked after a correction


def test_a_verdict_corrected_to_returned_asks_for_another_attempt() -> None:
    school = a_school()
    school.when(SubmitEvidence, MEMBER, **ESSAY, artefacts=(file("a"),))
    school.when(ReviewEvidence, REVIEWER, **ESSAY, verdict="accepted", points=POINTS)
    version = version_of(school, "EvidenceReviewed")
    assert corrects(school, version, REVIEWER, verdict="returned") == ["Corrected", "TaskAsked"]
    assert "work/essay/submit-2" in school.state.tasks


def test_a_verdict_corrected_to_accepted_asks_for_nothing_more() -> None:
    school = a_school()
    school.when(SubmitEvidence, MEMBER, **ESSAY, artefacts=(file("a"),))
    school.when(ReviewEvidence, REVIEWER, **ESSAY, verdict="returned", points=POINTS, remark=REASON)
    version = version_of(school, "EvidenceReviewed")
    assert corrects(school, version, REVIEWER, verdict="accepted") == ["Corrected", "TaskWithdrawn"]
    assert school.state.fact("work.accepted") == 1
    assert corrects(school, version, REVIEWER, verdict="returned") == ["Corrected", "TaskAsked"]
    assert "work/essay/submit-2" in school.state.tasks


def test_an_outcome_corrected_to_at_risk_asks_for_another_look() -> None:
    school = a_school()
    school.when(CompleteTask, HEAD, task="ready/go")
    school.when(CompleteTask, MEMBER, task="ready/choice", answer="yes")
    school.when(HoldCheckpoint, MENTOR, step="talk", outcome="on_track")
    school.later(days=10).when(HoldCheckpoint, MENTOR, step="talk", outcome="at_risk")
    version = version_of(school, "CheckpointHeld", -1)
    assert "talk/checkpoint-3" in school.state.tasks
    assert corrects(school, version, MENTOR, outcome="on_track") == ["Corrected", "StepCompleted", "TaskWithdrawn"]


def test_a_school_that_was_closed_is_still_put_right() -> None:
    school = answered()
    school.when(CloseJourney)
    assert corrects(school, version_of(school, "TaskCompleted"), answer="yes") == ["Corrected"]
