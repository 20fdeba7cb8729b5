"""Evidence: what a participant submits, by attempt; in a cycle, phase by phase."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from msgspec.structs import replace
from pydantic import Field

from domain import task_ids
from domain.command import Command, TextGiven
from domain.event import Artefact, Event, TextRef
from domain.participant.draft import Draft, text_ref
from domain.participant.state import Attempt, Participant, Review, Task, item_key, put, with_facts
from domain.participant.tasks import ask, done
from domain.programme import Tier
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

# --- decide


def start_evidence(draft: Draft, step: EvidenceStep | CycleStep) -> None:
    """Ask for every item of an evidence step at once; of a cycle, for the first phase."""
    items = list(items_of(step))
    for name, item in items if isinstance(step, EvidenceStep) else items[:1]:
        ask_for(draft, step.id, name, item, 1)


def evidence_complete(draft: Draft, step: EvidenceStep | CycleStep) -> bool:
    return all(is_accepted(draft.state, step.id, name) for name, _ in items_of(step))


def items_of(step: EvidenceStep | CycleStep) -> Iterator[tuple[str, EvidenceItem]]:
    """The items in order, under the names by which they are submitted."""
    match step:
        case EvidenceStep():
            yield from ((item.id, item) for item in step.items)
        case CycleStep():
            for number in range(1, step.repeats + 1):
                yield from ((f"{number}-{phase.id}", phase) for phase in step.phases)


def item_asked(tier: Tier, task: Task) -> EvidenceItem:
    """What a submission or a review is about."""
    step = tier.step_by_id[task.step or ""]
    assert isinstance(step, EvidenceStep | CycleStep)
    return dict(items_of(step))[task.subject or ""]


def submit_evidence(draft: Draft, command: SubmitEvidence) -> None:
    draft.must_exist()
    step, item = item_of(draft, command.step, command.item)
    draft.must_hold(item.by)
    attempts = draft.state.attempts(command.step, command.item)
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
        next_phase(draft, step, command.item)


def ask_for(draft: Draft, step: str, name: str, item: EvidenceItem, attempt: int) -> None:
    ask(draft, task_ids.submit(step, name, attempt), "submit", item, step, subject=name)


def next_phase(draft: Draft, step: EvidenceStep | CycleStep, name: str) -> None:
    if isinstance(step, CycleStep):
        items = list(items_of(step))
        following = [each for each, _ in items].index(name) + 1
        if following < len(items):
            ask_for(draft, step.id, *items[following], 1)


def item_of(draft: Draft, step_id: str, name: str) -> tuple[EvidenceStep | CycleStep, EvidenceItem]:
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
    if is_accepted(draft.state, command.step, command.item):
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


def is_accepted(state: Participant, step: str, name: str) -> bool:
    return any(each.review and each.review.verdict == "accepted" for each in state.attempts(step, name))


# --- evolve


def evolve_evidence(state: Participant, event: EvidenceEvent, at: datetime) -> Participant:
    name = item_key(event.step, event.item)
    attempts = state.attempts(event.step, event.item)
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
