"""Reviews: what a reviewer says of an attempt, by a rubric, and what is asked after the verdict."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from domain import task_ids
from domain.command import Command, TextGiven
from domain.participant.draft import Draft, roles_of, text_ref
from domain.participant.evidence import EvidenceReviewed, Verdict, ask_for, is_accepted, item_of, items_of, next_phase
from domain.participant.state import Attempt
from domain.participant.tasks import MANAGER_DECIDES, ask, done, withdraw_task
from domain.refusal import Reason
from domain.step import CycleStep, EvidenceItem, EvidenceStep
from domain.text import Id

# --- commands


class ReviewEvidence(Command):
    kind: Literal["ReviewEvidence"] = "ReviewEvidence"
    step: Id
    item: Id
    verdict: Verdict
    points: dict[Id, int] = Field(default_factory=dict)
    #: the attempt that is judged; none: the latest
    attempt: int | None = Field(None, ge=1)
    remark: TextGiven | None = None


# --- refusals

NOTHING_TO_REVIEW = Reason("nothing_to_review", "No evidence '{step}/{item}' of {school} waits for a review.")
ANOTHER_WAITS = Reason(
    "another_attempt_waits",
    "There is no attempt {attempt} of '{step}/{item}' of {school}; attempt {waiting} waits for a review.",
)
NO_ATTEMPT = Reason(
    "no_attempt",
    "There is no attempt {attempt} of '{step}/{item}' of {school}; the last, attempt {last}, was {verdict}.",
)
REVIEWED_OTHERWISE = Reason(
    "reviewed_otherwise",
    "Attempt {attempt} of '{step}/{item}' was {verdict} already; to change that, use 'kaskad correct' with a reason.",
)
JUDGED_TOO_EARLY = Reason(
    "judged_too_early", "{judged} is before attempt {attempt} of '{step}/{item}' was submitted ({submitted})."
)
OWN_EVIDENCE = Reason("own_evidence", "{actor} submitted this evidence and cannot review it.")
MENTOR_REVIEWS = Reason("mentor_reviews", "{actor} is the {duty} of {school} and cannot review its evidence.")
REMARK_MISSING = Reason("remark_missing", "Evidence that is {verdict} needs a remark: the school must know why.")
NO_RUBRIC = Reason("no_rubric", "'{item}' is judged without points; leave them out.")
POINTS_MISSING = Reason("points_missing", "The rubric asks for points on {criteria}.")
POINTS_OUT_OF_RANGE = Reason("points_out_of_range", "'{criterion}' takes 0 to {most} points, not {given}.")
BELOW_THRESHOLD = Reason("below_threshold", "{score} points are too few to accept it; the rubric asks for {least}.")

# --- decide


def review_evidence(draft: Draft, command: ReviewEvidence) -> None:
    draft.must_exist()
    step, item = item_of(draft, command.step, command.item)
    if item.review is None:
        raise NOTHING_TO_REVIEW(step=command.step, item=command.item, school=draft.state.school)
    number, attempt = _attempt_meant(draft, command)
    _independent(draft, item, attempt)
    draft.must_hold(item.review.by)
    score = score_of(draft, command.step, command.item, command.verdict, command.points)
    if attempt.review is not None:
        if (attempt.review.verdict, attempt.review.score) != (command.verdict, score):
            raise REVIEWED_OTHERWISE(
                attempt=number, step=command.step, item=command.item, verdict=attempt.review.verdict
            )
        return
    draft.must_be_under_way()
    judged, submitted = draft.day(draft.happened_at), draft.day(attempt.submitted_at)
    if judged < submitted:
        raise JUDGED_TOO_EARLY(attempt=number, step=command.step, item=command.item, judged=judged, submitted=submitted)
    if command.verdict != "accepted" and command.remark is None:
        raise REMARK_MISSING(verdict=command.verdict)
    draft.record(
        EvidenceReviewed(
            command.step,
            command.item,
            number,
            command.verdict,
            command.actor,
            dict(command.points),
            score,
            text_ref(command.remark),
        )
    )
    done(draft, task_ids.review(command.step, command.item, number), command.verdict)
    _after_verdict(draft, step, command.item, item, command.verdict, number)


def _attempt_meant(draft: Draft, command: ReviewEvidence) -> tuple[int, Attempt]:
    """The attempt that is named, else the latest, with its number."""
    attempts = draft.state.attempts(command.step, command.item)
    names = {"step": command.step, "item": command.item, "school": draft.state.school}
    if not attempts:
        raise NOTHING_TO_REVIEW(**names)
    last, number = len(attempts), command.attempt or len(attempts)
    if number <= last:
        return number, attempts[number - 1]
    review = attempts[-1].review
    if review is None:
        raise ANOTHER_WAITS(attempt=number, waiting=last, **names)
    raise NO_ATTEMPT(attempt=number, last=last, verdict=review.verdict, **names)


def _after_verdict(
    draft: Draft, step: EvidenceStep | CycleStep, name: str, item: EvidenceItem, verdict: Verdict, number: int
) -> None:
    assert item.review is not None
    match verdict:
        case "accepted":
            next_phase(draft, step, name)
        case "returned" if number < item.review.attempts:
            ask_for(draft, step.id, name, item, number + 1)
        case "returned" | "refused":
            ask(draft, _decision(step.id, name, number), "decide", MANAGER_DECIDES, step.id, subject=name)


def reopen(draft: Draft, task: str, answer: str | None) -> None:
    """The manager decided on refused evidence: 'acted' gives the school another attempt."""
    decided = task_ids.decided_item(task)
    if answer != "acted" or decided is None:
        return
    step_id, name = decided
    if not isinstance(draft.tier.step_by_id.get(step_id), EvidenceStep | CycleStep):
        return
    _, item = item_of(draft, step_id, name)
    ask_for(draft, step_id, name, item, len(draft.state.attempts(step_id, name)) + 1)


def settle(draft: Draft) -> None:
    """After a correction: ask for what the verdicts now ask for, and no longer for what they have accepted."""
    for step in draft.tier.steps:
        under_way = draft.state.steps.get(step.id)
        if not isinstance(step, EvidenceStep | CycleStep) or under_way is None or under_way.done_at is not None:
            continue
        for name, item in items_of(step):
            _settle_item(draft, step, name, item)


def _settle_item(draft: Draft, step: EvidenceStep | CycleStep, name: str, item: EvidenceItem) -> None:
    attempts = draft.state.attempts(step.id, name)
    number = len(attempts)
    if is_accepted(draft.state, step.id, name):
        withdraw_task(draft, task_ids.submit(step.id, name, number + 1))
        withdraw_task(draft, task_ids.review(step.id, name, number))
        withdraw_task(draft, _decision(step.id, name, number))
        next_phase(draft, step, name)
    elif attempts and attempts[-1].review is not None and item.review is not None:
        _after_verdict(draft, step, name, item, attempts[-1].review.verdict, number)


def _decision(step: str, name: str, attempt: int) -> str:
    return task_ids.decide(task_ids.about_evidence(step, name), attempt)


def _independent(draft: Draft, item: EvidenceItem, attempt: Attempt) -> None:
    """Who submitted it does not review it, nor does whoever has a role that the reviewer's excludes."""
    actor = draft.command.actor
    if actor == attempt.submitter:
        raise OWN_EVIDENCE(actor=actor)
    assert item.review is not None
    rule = draft.tier.duty_by_role.get(item.review.by)
    for role in sorted(roles_of(draft.state, actor, draft.at).intersection(rule.not_also if rule else ())):
        raise MENTOR_REVIEWS(actor=actor, duty=draft.programme.role_title(role), school=draft.state.school)


def score_of(draft: Draft, step: str, name: str, verdict: Verdict, points: Mapping[str, int]) -> int:
    """The sum of the points, held to the rubric. Who does not accept may leave the points out."""
    _, item = item_of(draft, step, name)
    rubric = draft.programme.rubrics.get(item.review.rubric or "") if item.review else None
    if rubric is None and points:
        raise NO_RUBRIC(item=name)
    if rubric is None or (not points and verdict != "accepted"):
        return 0
    most = {criterion.id: criterion.points for criterion in rubric.criteria}
    if set(points) != set(most):
        raise POINTS_MISSING(criteria=", ".join(f"{name} (0 to {points})" for name, points in most.items()))
    for criterion, given in points.items():
        if not 0 <= given <= most[criterion]:
            raise POINTS_OUT_OF_RANGE(criterion=criterion, most=most[criterion], given=given)
    score = sum(points.values())
    if verdict == "accepted" and score < rubric.accepted_from:
        raise BELOW_THRESHOLD(score=score, least=rubric.accepted_from)
    return score
