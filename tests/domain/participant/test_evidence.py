"""Evidence: submitted, judged by somebody else, returned, submitted again, accepted, or decided on by the manager."""

from datetime import timedelta
from typing import Any

import pytest

from domain.event import TextRef
from domain.history import fold_past
from domain.participant import draft, evidence, reviews, stream
from domain.participant.evidence import EvidenceReviewed, EvidenceSubmitted, SubmitEvidence
from domain.participant.journey import CloseJourney, Withdraw
from domain.participant.reviews import ReviewEvidence
from domain.participant.state import Participant
from domain.participant.tasks import CompleteTask, TaskAsked, TaskCompleted
from domain.participant.team import NameSubstitute
from domain.refusal import Reason
from tests.domain.given import (
    HEAD,
    MANAGER,
    MEMBER,
    MENTOR,
    REASON,
    REVIEWER,
    SPARE,
    STRANGER,
    Given,
    a_school,
    about,
    kinds,
)

ESSAY = {"step": "work", "item": "essay"}
FULL = {"clear": 2, "true": 3}


def file(letter: str = "a", **other: Any) -> dict[str, Any]:
    return {"sha256": letter * 64, "size": 100, "media_type": "application/pdf", **other}


def submitted(letter: str = "a") -> Given:
    school = a_school()
    school.when(SubmitEvidence, MEMBER, **ESSAY, artefacts=(file(letter),))
    return school


def judged(verdict: str, school: Given | None = None) -> Given:
    school = school or submitted()
    points = FULL if verdict == "accepted" else {}
    school.when(ReviewEvidence, REVIEWER, **ESSAY, verdict=verdict, points=points, remark=REASON)
    return school


def test_what_is_submitted_is_known_by_its_hash_and_asks_for_a_review() -> None:
    school = a_school()
    submission, done, asked = school.when(SubmitEvidence, MEMBER, **ESSAY, artefacts=(file(name=REASON),))
    assert isinstance(submission, EvidenceSubmitted)
    assert (submission.attempt, submission.submitter, submission.reviewed) == (1, MEMBER, True)
    assert submission.artefacts[0].sha256 == "a" * 64
    assert submission.artefacts[0].name == TextRef("t-1", "a" * 64)
    assert done == TaskCompleted("work/essay/submit-1", None, "work")
    assert isinstance(asked, TaskAsked)
    assert (asked.task, asked.role) == ("work/essay/review-1", "reviewer")


def test_without_a_review_what_is_submitted_is_accepted() -> None:
    school = a_school()
    school.when(SubmitEvidence, HEAD, step="work", item="photo", artefacts=(file("a"), file("b")))
    assert school.state.fact("work.accepted") == 1


def test_a_review_accepts_by_the_rubric() -> None:
    school = submitted()
    events = school.when(ReviewEvidence, REVIEWER, **ESSAY, verdict="accepted", points=FULL)
    assert events[0] == EvidenceReviewed("work", "essay", 1, "accepted", REVIEWER, FULL, 5)
    assert about("work/essay/review-1", events) == ["TaskCompleted"]
    assert (school.state.fact("work.accepted"), school.state.fact("work.score")) == (1, 5)


def test_what_is_returned_is_submitted_again_and_then_accepted() -> None:
    school = judged("returned")
    assert "work/essay/submit-2" in school.state.tasks
    school.when(SubmitEvidence, MEMBER, **ESSAY, artefacts=(file("b"),))
    judged("accepted", school)
    assert [each.review.verdict for each in school.state.evidence["work/essay"] if each.review] == [
        "returned",
        "accepted",
    ]
    assert school.state.fact("work.score") == 5


def test_the_very_files_that_came_back_will_not_do() -> None:
    school = judged("returned")
    refused = school.refuses(evidence.SAME_FILES, SubmitEvidence, MEMBER, **ESSAY, artefacts=(file(),))
    assert "returned" in refused.sentence


def test_after_the_last_attempt_the_programme_manager_decides() -> None:
    school = judged("returned")
    school.when(SubmitEvidence, MEMBER, **ESSAY, artefacts=(file("b"),))
    judged("returned", school)
    assert school.state.tasks["work/essay/decide-2"].role == "programme-manager"
    school.refuses(evidence.REFUSED_FOR_GOOD, SubmitEvidence, MEMBER, **ESSAY, artefacts=(file("c"),))
    school.when(CompleteTask, MANAGER, task="work/essay/decide-2", answer="acted")
    assert "work/essay/submit-3" in school.state.tasks
    school.when(SubmitEvidence, MEMBER, **ESSAY, artefacts=(file("c"),))
    assert school.when(CompleteTask, MANAGER, task="work/essay/decide-2", answer="acted") == ()


def test_what_is_refused_stays_refused_when_the_manager_lets_it_stand() -> None:
    school = judged("refused")
    assert school.state.fact("work.refused") == 1
    events = school.when(CompleteTask, MANAGER, task="work/essay/decide-1", answer="stands")
    assert kinds(events) == ["TaskCompleted", "TaskAsked"]
    assert getattr(events[1], "task", "") == "journey/decide-1", "it can't complete its journey without it"
    school.refuses(evidence.REFUSED_FOR_GOOD, SubmitEvidence, MEMBER, **ESSAY, artefacts=(file("b"),))


@pytest.mark.parametrize(("verdict", "points"), [("returned", {}), ("accepted", {"clear": 1, "true": 2})])
def test_another_verdict_on_the_same_attempt_points_to_a_correction(verdict: str, points: dict[str, int]) -> None:
    school = judged("accepted")
    refused = school.refuses(
        reviews.REVIEWED_OTHERWISE, ReviewEvidence, REVIEWER, **ESSAY, verdict=verdict, points=points, remark=REASON
    )
    assert "kaskad correct" in refused.sentence


def test_a_verdict_that_does_not_accept_says_why() -> None:
    school = submitted()
    for verdict in ("returned", "refused"):
        school.refuses(reviews.REMARK_MISSING, ReviewEvidence, REVIEWER, **ESSAY, verdict=verdict)


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ({}, reviews.POINTS_MISSING),
        ({"clear": 2}, reviews.POINTS_MISSING),
        ({"clear": 2, "true": 3, "more": 1}, reviews.POINTS_MISSING),
        ({"clear": 3, "true": 3}, reviews.POINTS_OUT_OF_RANGE),
        ({"clear": -1, "true": 3}, reviews.POINTS_OUT_OF_RANGE),
        ({"clear": 1, "true": 1}, reviews.BELOW_THRESHOLD),
    ],
)
def test_an_acceptance_is_held_to_the_rubric(points: dict[str, int], reason: Reason) -> None:
    submitted().refuses(reason, ReviewEvidence, REVIEWER, **ESSAY, verdict="accepted", points=points)


def test_the_submitter_does_not_review() -> None:
    school = a_school()
    school.when(NameSubstitute, MANAGER, seat="member-1", person=SPARE)
    school.when(SubmitEvidence, SPARE, **ESSAY, artefacts=(file(),))
    assert school.on_behalf_of == MEMBER
    refused = school.refuses(reviews.OWN_EVIDENCE, ReviewEvidence, SPARE, **ESSAY, verdict="accepted", points=FULL)
    assert SPARE in refused.sentence
    school.when(ReviewEvidence, REVIEWER, **ESSAY, verdict="accepted", points=FULL)


@pytest.mark.parametrize(("actor", "role"), [(MENTOR, "Mentor"), (HEAD, "Head")])
def test_neither_the_mentor_nor_the_team_reviews(actor: str, role: str) -> None:
    refused = submitted().refuses(
        reviews.MENTOR_REVIEWS, ReviewEvidence, actor, **ESSAY, verdict="accepted", points=FULL
    )
    assert role in refused.sentence


def test_nobody_else_reviews_either() -> None:
    submitted().refuses(draft.NOT_YOURS, ReviewEvidence, STRANGER, **ESSAY, verdict="accepted", points=FULL)


def test_the_manager_who_submitted_for_a_school_does_not_review_it() -> None:
    school = a_school()
    school.when(SubmitEvidence, MANAGER, **ESSAY, artefacts=(file(),))
    assert school.on_behalf_of == MEMBER
    school.refuses(reviews.OWN_EVIDENCE, ReviewEvidence, MANAGER, **ESSAY, verdict="accepted", points=FULL)


def test_only_what_was_submitted_is_reviewed() -> None:
    school = a_school()
    school.refuses(reviews.NOTHING_TO_REVIEW, ReviewEvidence, REVIEWER, **ESSAY, verdict="accepted", points=FULL)
    school.when(SubmitEvidence, MEMBER, **ESSAY, artefacts=(file(),))
    later = {**ESSAY, "verdict": "accepted", "points": FULL, "attempt": 2}
    school.refuses(reviews.ANOTHER_WAITS, ReviewEvidence, REVIEWER, **later)
    school.when(ReviewEvidence, REVIEWER, **ESSAY, verdict="returned", points=FULL, remark=REASON)
    school.refuses(reviews.NO_ATTEMPT, ReviewEvidence, REVIEWER, **later)


def test_a_verdict_is_of_no_day_before_the_submission_and_the_past_of_that_day_can_be_told() -> None:
    school = a_school()
    school.passes(days=2, hours=6)
    school.when(SubmitEvidence, MEMBER, **ESSAY, artefacts=(file(),))
    judged = {**ESSAY, "verdict": "accepted", "points": FULL}
    before = school.now - timedelta(days=1)
    refused = school.refuses(reviews.JUDGED_TOO_EARLY, ReviewEvidence, REVIEWER, **judged, happened_at=before)
    assert refused.sentence == "2024-09-03 is before attempt 1 of 'work/essay' was submitted (2024-09-04)."
    # A date alone is noon of that day, also where the evidence came in the afternoon.
    noon = school.now - timedelta(hours=3)
    school.when(ReviewEvidence, REVIEWER, **judged, happened_at=noon)
    past = fold_past(Participant(), school.history, stream.evolve, at=noon)
    assert (past.evidence, past.fact("work.score")) == ({}, None)
    assert school.state.fact("work.score") == 5


def test_evidence_that_is_not_asked_for_is_told_from_evidence_that_is() -> None:
    school = a_school()
    refused = school.refuses(evidence.NO_ITEM, SubmitEvidence, MEMBER, step="work", item="song", artefacts=(file(),))
    assert "essay, photo" in refused.sentence
    school.refuses(evidence.NO_ITEM, SubmitEvidence, MEMBER, step="course", item="one", artefacts=(file(),))
    school.refuses(evidence.NOT_ASKED_YET, SubmitEvidence, MEMBER, step="round", item="1-plan", artefacts=(file(),))


def test_while_the_reviewer_has_it_nothing_else_is_submitted_nor_after_it_was_accepted() -> None:
    school = submitted()
    school.refuses(evidence.IN_REVIEW, SubmitEvidence, MEMBER, **ESSAY, artefacts=(file("b"),))
    judged("accepted", school)
    school.refuses(evidence.ACCEPTED_ALREADY, SubmitEvidence, MEMBER, **ESSAY, artefacts=(file("b"),))
    assert school.when(SubmitEvidence, MEMBER, **ESSAY, artefacts=(file("a"),)) == ()


@pytest.mark.parametrize(
    ("item", "files", "reason"),
    [
        ("photo", (file(),), evidence.TOO_FEW),
        ("essay", (file("a"), file("b"), file("c")), evidence.TOO_MANY),
        ("essay", (file(media_type="text/plain"),), evidence.WRONG_TYPE),
        ("essay", (file(size=1001),), evidence.TOO_LARGE),
    ],
)
def test_files_are_as_many_and_as_large_and_of_the_kind_that_the_item_takes(
    item: str, files: tuple[dict[str, Any], ...], reason: Reason
) -> None:
    a_school().refuses(reason, SubmitEvidence, MANAGER, step="work", item=item, artefacts=files)


def test_points_are_for_items_with_a_rubric() -> None:
    school = done_with_work()
    school.when(SubmitEvidence, MEMBER, step="round", item="1-plan", artefacts=(file("c"),))
    review = {"step": "round", "item": "1-plan", "verdict": "accepted"}
    school.refuses(reviews.NO_RUBRIC, ReviewEvidence, REVIEWER, **review, points={"clear": 1})
    assert school.when(ReviewEvidence, REVIEWER, **review)


def done_with_work() -> Given:
    school = judged("accepted")
    school.when(SubmitEvidence, HEAD, step="work", item="photo", artefacts=(file("a"), file("b")))
    return school


def test_a_cycle_asks_for_one_phase_after_the_other_as_often_as_it_is_gone_through() -> None:
    school = done_with_work()
    asked = []
    while mine := [task for task in school.state.tasks.values() if task.step == "round"]:
        (task,) = mine
        asked.append(task.id)
        item = {"step": "round", "item": task.subject}
        if task.kind == "submit":
            school.when(SubmitEvidence, MEMBER, **item, artefacts=(file(str(len(asked))),))
        else:
            school.when(ReviewEvidence, REVIEWER, **item, verdict="accepted")
    phases = ["1-plan/submit-1", "1-plan/review-1", "1-act/submit-1", "2-plan/submit-1", "2-plan/review-1"]
    assert asked == [f"round/{each}" for each in (*phases, "2-act/submit-1")]
    assert (school.state.fact("round.phases"), school.state.fact("round.repeats")) == (4, 2)
    assert school.state.steps["round"].done_at is not None


def test_nothing_is_submitted_or_judged_after_the_school_left() -> None:
    school = submitted()
    school.when(Withdraw, HEAD, reason=REASON)
    assert school.when(SubmitEvidence, MEMBER, **ESSAY, artefacts=(file(),)) == (), "that was done before"
    school.refuses(draft.ENDED, SubmitEvidence, MEMBER, **ESSAY, artefacts=(file("b"),))
    school.refuses(draft.ENDED, ReviewEvidence, REVIEWER, **ESSAY, verdict="accepted", points=FULL)


def test_a_verdict_is_remembered_after_the_end() -> None:
    school = judged("accepted")
    school.when(CloseJourney)
    assert school.when(ReviewEvidence, REVIEWER, **ESSAY, verdict="accepted", points=FULL) == ()
