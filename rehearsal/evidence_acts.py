"""Evidence as simulated people submit it, and as simulated reviewers judge it."""

import hashlib
from datetime import datetime
from typing import Any

from domain import task_ids
from domain.participant.evidence import ArtefactGiven, SubmitEvidence, item_asked
from domain.participant.reviews import ReviewEvidence
from domain.participant.state import Participant, Task
from eventlog.record import NewText
from rehearsal.acting import Acting
from rehearsal.deed import Deed, Turn, given_text
from rehearsal.drawing import draw, draw_between
from rehearsal.pages import page
from rehearsal.scene import Scene

_PDF = "application/pdf"


def submit(acting: Acting, scene: Scene, turn: Turn, state: Participant, task: Task, now: datetime) -> Deed:
    item = item_asked(acting.programme.tier_by_id[state.tier], task)
    media_type = _PDF if _PDF in item.accepts.media_types else item.accepts.media_types[0]
    files = tuple(
        _file((f"Rehearsal: {state.school}", task.id, f"File {number}"), media_type)
        for number in range(1, item.accepts.min_files + 1)
    )
    artefacts = tuple(
        ArtefactGiven(sha256=hashlib.sha256(file).hexdigest(), size=len(file), media_type=media_type) for file in files
    )
    given: dict[str, Any] = {"step": task.step, "item": task.subject, "artefacts": artefacts}
    return Deed(((turn.stream, acting.command(SubmitEvidence, turn, now, **given)),), files=files)


def _file(lines: tuple[str, ...], media_type: str) -> bytes:
    """A document where one is taken; else a text that stands in for a film, a picture or a workbook."""
    return page(lines) if media_type == _PDF else "\n".join(lines).encode()


def review(acting: Acting, scene: Scene, turn: Turn, state: Participant, task: Task, now: datetime) -> Deed:
    attempt = int(task_ids.read(task.id).number)
    item = item_asked(acting.programme.tier_by_id[state.tier], task)
    assert item.review is not None
    verdict = _verdict(acting, turn, attempt)
    points = _points(acting, turn, item.review.rubric, verdict == "accepted")
    given: dict[str, Any] = {"step": task.step, "item": task.subject, "verdict": verdict, "points": points}
    texts: tuple[NewText, ...] = ()
    if verdict != "accepted":
        body = f"{task.step}, {task.subject}: attempt {attempt} does not yet show what changed and how it is known."
        remark, text = given_text(acting.plan.seed, turn.person, f"{state.school}/{turn.what}", body)
        given["remark"], texts = remark, (text,)
    return Deed(((turn.stream, acting.command(ReviewEvidence, turn, now, **given)),), texts=texts)


def _verdict(acting: Acting, turn: Turn, attempt: int) -> str:
    habits = acting.plan.habits.evidence
    returned = habits.returned[min(attempt, len(habits.returned)) - 1]
    number = draw(acting.plan.seed, turn.person, turn.school, turn.what, "verdict") * 100
    if number < habits.refused:
        return "refused"
    return "returned" if number < habits.refused + returned else "accepted"


def _points(acting: Acting, turn: Turn, rubric: str | None, accepted: bool) -> dict[str, int]:
    """Points that fit the verdict: enough of them for an acceptance."""
    if rubric is None:
        return {}
    criteria = acting.programme.rubrics[rubric].criteria
    points = {}
    for each in criteria:
        least = each.points - each.points // 4 if accepted else 0
        most = each.points if accepted else each.points // 2
        points[each.id] = draw_between(least, most, acting.plan.seed, turn.person, turn.school, turn.what, each.id)
    if accepted and sum(points.values()) < acting.programme.rubrics[rubric].accepted_from:
        return {each.id: each.points for each in criteria}
    return points
