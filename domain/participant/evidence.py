"""Evidence: what a participant submits, by attempt, and what a reviewer says of it; in a cycle, phase by phase."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from msgspec.structs import replace
from pydantic import Field

from domain import task_ids
from domain.command import Command, TextGiven
from domain.event import Artefact, Event, TextRef
from domain.participant.draft import Draft, roles_of, text_ref
from domain.participant.state import Attempt, Participant, Review, put, with_facts
from domain.participant.tasks import MANAGER_DECIDES, ask, done, withdraw_task
from domain.refusal import Reason
from domain.step import CycleStep, EvidenceItem, EvidenceStep
from domain.text import Id, Model

Verdict = Literal["accepted", "returned", "refused"]

# --- events


class EvidenceSubmitted(Event, frozen=True, tag="EvidenceSubmitted"):
    step: str
    item: str
    attempt: int
    artefacts: tuple[Artefact, ...]
    submitter: str
    #: without a review, evidence counts as accepted when it is submitted
    reviewed: bool = True
    remark: TextRef | None = None


class EvidenceReviewed(Event, frozen=True, tag="EvidenceReviewed"):
    step: str
    item: str
    attempt: int
    verdict: Verdict
    reviewer: str
    #: points per criterion of the rubric
    points: dict[str, int]
    score: int
    remark: TextRef | None = None


EvidenceEvent = EvidenceSubmitted | EvidenceReviewed

# --- commands


class ArtefactGiven(Model):
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=1)
    media_type: str = Field(max_length=127)
    name: TextGiven | None = None


class SubmitEvidence(Command):
    """`item` of a cycle is the number of the round and the phase: 1-plan."""

    kind: Literal["SubmitEvidence"] = "SubmitEvidence"
    step: Id
    item: Id
    artefacts: tuple[ArtefactGiven, ...] = Field(min_length=1, max_length=100)
    remark: TextGiven | None = None


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

NO_ITEM = Reason("no_item", "The step '{step}' asks {school} for no evidence '{item}'; it asks for {items}.")
NOT_ASKED_YET = Reason(
    "evidence_too_early", "'{step}/{item}' is not asked of {school} yet; what comes first is not done."
)
ACCEPTED_ALREADY = Reason(
    "accepted_already", "'{step}/{item}' of {school} is accepted already; nothing more is needed."
)
IN_REVIEW = Reason(
    "in_review", "'{step}/{item}' of {school} is with the reviewer; wait for the verdict before submitting again."
)
REFUSED_FOR_GOOD = Reason(
    "refused_for_good", "'{step}/{item}' of {school} was refused; the programme manager decides how to go on."
)
SAME_FILES = Reason(
    "same_files", "These are the very files of '{step}/{item}' that were {verdict}; submit what has changed."
)
TOO_FEW = Reason("too_few_files", "'{item}' takes at least {least} file(s); {given} given.")
TOO_MANY = Reason("too_many_files", "'{item}' takes at most {most} file(s); {given} given.")
WRONG_TYPE = Reason("wrong_type", "'{item}' takes {types}, not {given}.")
TOO_LARGE = Reason("too_large", "A file of {size} bytes is too large; '{item}' takes files up to {most} bytes.")
NOTHING_TO_REVIEW = Reason("nothing_to_review", "No evidence '{step}/{item}' of {school} waits for a review.")
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


def start_evidence(draft: Draft, step: EvidenceStep | CycleStep) -> None:
    """Ask for every item of an evidence step at once; of a cycle, for the first phase."""
    items = list(items_of(step))
    for name, item in items if isinstance(step, EvidenceStep) else items[:1]:
        _ask_for(draft, step.id, name, item, 1)


def evidence_complete(draft: Draft, step: EvidenceStep | CycleStep) -> bool:
    return all(_accepted(draft.state, step.id, name) for name, _ in items_of(step))


def items_of(step: EvidenceStep | CycleStep) -> Iterator[tuple[str, EvidenceItem]]:
    """The items in order, under the names by which they are submitted."""
    match step:
        case EvidenceStep():
            yield from ((item.id, item) for item in step.items)
        case CycleStep():
            for number in range(1, step.repeats + 1):
                yield from ((f"{number}-{phase.id}", phase) for phase in step.phases)


def submit_evidence(draft: Draft, command: SubmitEvidence) -> None:
    draft.must_exist()
    step, item = _item(draft, command.step, command.item)
    draft.must_hold(item.by)
    attempts = draft.state.evidence.get(f"{command.step}/{command.item}", ())
    given = tuple(Artefact(each.sha256, each.size, each.media_type, text_ref(each.name)) for each in command.artefacts)
    if attempts and _submitted_already(draft, command, attempts[-1], given):
        return
    draft.must_be_under_way()
    _may_submit(draft, command, attempts)
    _check_artefacts(command, item)
    number = len(attempts) + 1
    draft.record(
        EvidenceSubmitted(
            command.step, command.item, number, given, command.actor, item.review is not None, text_ref(command.remark)
        )
    )
    done(draft, task_ids.submit(command.step, command.item, number))
    if item.review is not None:
        ask(
            draft,
            task_ids.review(command.step, command.item, number),
            "review",
            item.review,
            command.step,
            subject=command.item,
        )
    else:
        _next_phase(draft, step, command.item)


def review_evidence(draft: Draft, command: ReviewEvidence) -> None:
    draft.must_exist()
    step, item = _item(draft, command.step, command.item)
    attempts = draft.state.evidence.get(f"{command.step}/{command.item}", ())
    number = command.attempt or len(attempts)
    if item.review is None or not 1 <= number <= len(attempts):
        raise NOTHING_TO_REVIEW(step=command.step, item=command.item, school=draft.state.school)
    attempt = attempts[number - 1]
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


def _after_verdict(
    draft: Draft, step: EvidenceStep | CycleStep, name: str, item: EvidenceItem, verdict: Verdict, number: int
) -> None:
    assert item.review is not None
    match verdict:
        case "accepted":
            _next_phase(draft, step, name)
        case "returned" if number < item.review.attempts:
            _ask_for(draft, step.id, name, item, number + 1)
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
    _, item = _item(draft, step_id, name)
    _ask_for(draft, step_id, name, item, len(draft.state.evidence[f"{step_id}/{name}"]) + 1)


def settle(draft: Draft) -> None:
    """After a correction: ask for what the verdicts now ask for, and no longer for what they have accepted."""
    for step in draft.tier.steps:
        under_way = draft.state.steps.get(step.id)
        if not isinstance(step, EvidenceStep | CycleStep) or under_way is None or under_way.done_at is not None:
            continue
        for name, item in items_of(step):
            _settle_item(draft, step, name, item)


def _settle_item(draft: Draft, step: EvidenceStep | CycleStep, name: str, item: EvidenceItem) -> None:
    attempts = draft.state.evidence.get(f"{step.id}/{name}", ())
    number = len(attempts)
    if _accepted(draft.state, step.id, name):
        withdraw_task(draft, task_ids.submit(step.id, name, number + 1))
        withdraw_task(draft, task_ids.review(step.id, name, number))
        withdraw_task(draft, _decision(step.id, name, number))
        _next_phase(draft, step, name)
    elif attempts and attempts[-1].review is not None and item.review is not None:
        _after_verdict(draft, step, name, item, attempts[-1].review.verdict, number)


def _ask_for(draft: Draft, step: str, name: str, item: EvidenceItem, attempt: int) -> None:
    ask(draft, task_ids.submit(step, name, attempt), "submit", item, step, subject=name)


def _decision(step: str, name: str, attempt: int) -> str:
    return task_ids.decide(task_ids.about_evidence(step, name), attempt)


def _next_phase(draft: Draft, step: EvidenceStep | CycleStep, name: str) -> None:
    if isinstance(step, CycleStep):
        items = list(items_of(step))
        following = [each for each, _ in items].index(name) + 1
        if following < len(items):
            _ask_for(draft, step.id, *items[following], 1)


def _item(draft: Draft, step_id: str, name: str) -> tuple[EvidenceStep | CycleStep, EvidenceItem]:
    step = draft.tier.step_by_id.get(step_id)
    items = dict(items_of(step)) if isinstance(step, EvidenceStep | CycleStep) else {}
    if not isinstance(step, EvidenceStep | CycleStep) or name not in items:
        raise NO_ITEM(step=step_id, school=draft.state.school, item=name, items=", ".join(items) or "none")
    return step, items[name]


def _submitted_already(draft: Draft, command: SubmitEvidence, last: Attempt, given: tuple[Artefact, ...]) -> bool:
    """The files of the last attempt once more; when they came back, the very same will not do."""
    if sorted(each.sha256 for each in last.artefacts) != sorted(each.sha256 for each in given):
        return False
    if last.review is not None and last.review.verdict != "accepted":
        raise SAME_FILES(step=command.step, item=command.item, verdict=last.review.verdict)
    return True


def _may_submit(draft: Draft, command: SubmitEvidence, attempts: tuple[Attempt, ...]) -> None:
    names = {"step": command.step, "item": command.item, "school": draft.state.school}
    if task_ids.submit(command.step, command.item, len(attempts) + 1) in draft.state.tasks:
        return
    if _accepted(draft.state, command.step, command.item):
        raise ACCEPTED_ALREADY(**names)
    if not attempts:
        raise NOT_ASKED_YET(**names)
    raise IN_REVIEW(**names) if attempts[-1].review is None else REFUSED_FOR_GOOD(**names)


def _check_artefacts(command: SubmitEvidence, item: EvidenceItem) -> None:
    accepts, given = item.accepts, command.artefacts
    if len(given) < accepts.min_files:
        raise TOO_FEW(item=command.item, least=accepts.min_files, given=len(given))
    if len(given) > accepts.max_files:
        raise TOO_MANY(item=command.item, most=accepts.max_files, given=len(given))
    for each in given:
        if each.media_type not in accepts.media_types:
            raise WRONG_TYPE(item=command.item, types=", ".join(accepts.media_types), given=each.media_type)
        if each.size > accepts.max_bytes:
            raise TOO_LARGE(item=command.item, size=each.size, most=accepts.max_bytes)


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
    _, item = _item(draft, step, name)
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


def _accepted(state: Participant, step: str, name: str) -> bool:
    return any(each.review and each.review.verdict == "accepted" for each in state.evidence.get(f"{step}/{name}", ()))


# --- evolve


def evolve_evidence(state: Participant, event: EvidenceEvent, at: datetime) -> Participant:
    name = f"{event.step}/{event.item}"
    attempts = state.evidence.get(name, ())
    match event:
        case EvidenceSubmitted():
            review = None if event.reviewed else Review("accepted", event.submitter, 0, state.version)
            attempt = Attempt(event.artefacts, event.submitter, at, state.version, review)
            state = replace(state, evidence=put(state.evidence, name, (*attempts, attempt)))
            return state if event.reviewed else _verdict_facts(state, event.step)
        case EvidenceReviewed():
            if event.attempt > len(attempts):  # in the past: that attempt is said to have been made later
                raise KeyError(name)
            review = Review(event.verdict, event.reviewer, event.score, state.version)
            judged = tuple(
                replace(each, review=review) if number == event.attempt else each
                for number, each in enumerate(attempts, 1)
            )
            return _verdict_facts(replace(state, evidence=put(state.evidence, name, judged)), event.step)


def _verdict_facts(state: Participant, step: str) -> Participant:
    """What gates read of an evidence step or a cycle, counted anew from its attempts."""
    mine = [attempts for name, attempts in state.evidence.items() if name.startswith(f"{step}/")]
    accepted = [
        [each.review for each in attempts if each.review and each.review.verdict == "accepted"] for attempts in mine
    ]
    last = [attempts[-1].review for attempts in mine]
    count = sum(bool(each) for each in accepted)
    under_way = state.steps.get(step)
    if under_way is not None and under_way.kind == "cycle":
        return with_facts(state, {f"{step}.phases": count, f"{step}.repeats": count // max(under_way.parts, 1)})
    return with_facts(
        state,
        {
            f"{step}.accepted": count,
            f"{step}.refused": sum(each is not None and each.verdict == "refused" for each in last),
            f"{step}.score": sum(each[-1].score for each in accepted if each),
        },
    )
