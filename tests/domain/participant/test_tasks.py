"""Tasks: asked, reminded of, overdue, escalated, done once, put off."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain import refusal
from domain.participant import deadlines, draft, tasks
from domain.participant.deadlines import ExtendDeadline
from domain.participant.journey import CloseJourney, Enrol, Withdraw
from domain.participant.tasks import (
    CompleteTask,
    DeadlineMoved,
    TaskCompleted,
    TaskEscalated,
    TaskOverdue,
    TaskReminded,
)
from tests.domain.given import (
    CLERK,
    GOOD_PARENT,
    HEAD,
    MANAGER,
    MEMBER,
    MORNING,
    REASON,
    STRANGER,
    Given,
    a_school,
    about,
)
from tests.domain.tiny import changed, text, tiny

DUE = datetime(2024, 9, 9, 13, tzinfo=UTC)
GO = {"task": "ready/go"}


def test_a_task_falls_due_at_the_end_of_a_school_day_and_is_reminded_of_before() -> None:
    task = a_school().state.tasks["ready/go"]
    assert task.due_at == DUE, "the fifth working day, at six in the evening in Astana"
    assert task.remind_at == (DUE - timedelta(days=3),), "two days before would be a Saturday"
    assert (task.escalate_at, task.escalate_to) == (DUE + timedelta(days=2), "clerk")


def test_nobody_acts_so_the_clock_reminds_then_says_overdue_then_tells_somebody() -> None:
    school = a_school()
    assert school.passes(days=9, hours=12) == [
        TaskReminded("ready/go", "head"),
        TaskOverdue("ready/go", "head"),
        TaskEscalated("ready/go", "head", "clerk"),
    ]
    assert school.state.tasks["ready/go"].overdue


def test_a_task_is_done_once_and_the_same_again_is_nothing() -> None:
    school = a_school()
    assert school.when(CompleteTask, HEAD, **GO) == (TaskCompleted("ready/go", None, "ready"),)
    assert school.later(days=30).when(CompleteTask, HEAD, **GO) == ()
    assert school.state.fact("ready.go") == "done"


def test_the_clock_has_nothing_to_say_of_a_task_that_is_done() -> None:
    school = a_school()
    school.when(CompleteTask, HEAD, **GO)
    assert about("ready/go", school.passes(days=15)) == []


def test_an_answer_is_a_fact_and_another_answer_points_to_a_correction() -> None:
    school = a_school()
    school.when(CompleteTask, MEMBER, task="ready/choice", answer="yes")
    assert school.state.fact("ready.choice") == "yes"
    refused = school.refuses(tasks.ANSWERED_OTHERWISE, CompleteTask, MEMBER, task="ready/choice", answer="no")
    assert "correct" in refused.sentence
    assert "'yes'" in refused.sentence


def test_an_answer_is_one_of_those_that_are_asked_for() -> None:
    school = a_school()
    refused = school.refuses(tasks.NOT_AN_ANSWER, CompleteTask, MEMBER, task="ready/choice", answer="perhaps")
    assert "yes, no" in refused.sentence
    school.refuses(tasks.ANSWER_MISSING, CompleteTask, MEMBER, task="ready/choice")
    school.refuses(tasks.NOT_AN_ANSWER, CompleteTask, HEAD, **GO, answer="yes")


def test_a_task_is_for_those_who_hold_its_role() -> None:
    school = a_school()
    refused = school.refuses(draft.NOT_YOURS, CompleteTask, MEMBER, **GO)
    assert "Head" in refused.sentence
    school.refuses(draft.NOT_YOURS, CompleteTask, STRANGER, **GO)


def test_an_office_is_held_by_a_right() -> None:
    by_clerk: dict[str, Any] = {"id": "ready", "kind": "assignment", "title": text("Ready")}
    by_clerk["tasks"] = [{"id": "go", "title": text("Go"), "by": "clerk", "due": {"days": 3}}]
    steps = [by_clerk, *tiny().model_dump(mode="json", by_alias=True, exclude_none=True)["tiers"][1]["steps"][1:]]
    gate = {"title": text("Certificate"), "gate": {"fact": "ready.done", "is": True}}
    school = a_school(changed(school={"steps": steps, "certification": gate}))
    school.refuses(refusal.NO_RIGHT, CompleteTask, HEAD, **GO)
    assert school.when(CompleteTask, CLERK, **GO)


def test_an_unknown_task_is_refused_with_the_nearest_one() -> None:
    refused = a_school().refuses(tasks.NO_TASK, CompleteTask, HEAD, task="ready/goo")
    assert "did you mean 'ready/go'?" in refused.sentence


def test_a_task_of_a_step_that_has_not_come_is_too_early() -> None:
    a_school().refuses(tasks.TOO_EARLY, CompleteTask, HEAD, task="round/1-plan/submit-1")


def test_work_that_has_a_command_of_its_own_says_which() -> None:
    refused = a_school().refuses(tasks.OTHER_WAY, CompleteTask, MEMBER, task="work/essay/submit-1")
    assert "kaskad evidence submit" in refused.sentence


def test_nothing_is_done_for_a_school_that_left_or_never_came() -> None:
    Given(tiny(), related=GOOD_PARENT).refuses(draft.NOT_ENROLLED, CompleteTask, HEAD, **GO)
    school = a_school()
    school.when(Withdraw, HEAD, reason=REASON)
    refused = school.refuses(draft.ENDED, CompleteTask, HEAD, **GO)
    assert "withdrawn" in refused.sentence


def test_what_was_done_before_the_end_is_still_done_after_it() -> None:
    school = a_school()
    school.when(CompleteTask, HEAD, **GO)
    school.when(CloseJourney)
    assert school.when(CompleteTask, HEAD, **GO) == ()


def test_what_took_place_took_place_before_now_and_after_the_enrolment() -> None:
    school = a_school().later(days=5)
    school.refuses(draft.IN_THE_FUTURE, CompleteTask, HEAD, **GO, happened_at=school.now + timedelta(hours=1))
    school.refuses(draft.OUTSIDE, CompleteTask, HEAD, **GO, happened_at=MORNING - timedelta(days=1))
    refused = school.refuses(draft.OUTSIDE, CompleteTask, HEAD, **GO, happened_at=MORNING - timedelta(minutes=1))
    assert ":" in refused.sentence, "on the same day the times tell them apart"
    stated = MORNING + timedelta(days=2)
    school.when(CompleteTask, HEAD, **GO, happened_at=stated)
    assert school.state.done["ready/go"].at == stated


def test_a_deadline_is_put_off_with_what_hangs_on_it() -> None:
    school = a_school().later(days=1)
    (moved,) = school.when(ExtendDeadline, MANAGER, **GO, due_at=DUE + timedelta(days=7), reason=REASON)
    assert isinstance(moved, DeadlineMoved)
    assert moved.because == "extended"
    assert moved.remind_at == (DUE + timedelta(days=4),)
    assert moved.escalate_at == DUE + timedelta(days=9)
    assert about("ready/go", school.passes(days=12)) == ["TaskReminded"]


def test_an_overdue_task_is_put_off_and_falls_due_anew() -> None:
    school = a_school()
    school.passes(days=10)
    school.when(ExtendDeadline, MANAGER, **GO, due_at=DUE + timedelta(days=14), reason=REASON)
    assert not school.state.tasks["ready/go"].overdue
    assert about("ready/go", school.passes(days=14)) == ["TaskOverdue", "TaskEscalated"]


def test_a_deadline_is_only_put_off_and_only_to_a_time_to_come() -> None:
    school = a_school()
    extend = {**GO, "reason": REASON}
    school.refuses(deadlines.NOT_LATER, ExtendDeadline, MANAGER, **extend, due_at=DUE - timedelta(days=1))
    school.refuses(draft.TOO_FAR, ExtendDeadline, MANAGER, **extend, due_at=DUE.replace(year=2199))
    school.passes(days=20)
    school.refuses(deadlines.IS_PAST, ExtendDeadline, MANAGER, **extend, due_at=DUE + timedelta(days=1))
    school.refuses(refusal.NO_RIGHT, ExtendDeadline, HEAD, **extend, due_at=DUE + timedelta(days=40))
    school.when(CompleteTask, HEAD, **GO)
    school.refuses(deadlines.TASK_IS_DONE, ExtendDeadline, MANAGER, **extend, due_at=DUE + timedelta(days=40))
    school.refuses(tasks.NO_TASK, ExtendDeadline, MANAGER, task="x", reason=REASON, due_at=DUE)


def test_what_is_asked_late_in_the_day_is_not_due_before_it_was_asked() -> None:
    steps: list[Any] = [{"id": "ready", "kind": "assignment", "title": text("Ready")}]
    steps[0]["tasks"] = [{"id": "go", "title": text("Go"), "by": "head", "due": {"days": 0}}]
    gate = {"title": text("Certificate"), "gate": {"fact": "ready.done", "is": True}}
    school = Given(changed(school={"steps": steps, "certification": gate}), MORNING + timedelta(hours=12))
    arguments: dict[str, Any] = {
        "participant": "tiny-2024/one",
        "rollout": "tiny-2024",
        "school": "one",
        "names": text("One"),
    }
    arguments |= {"tier": "school", "region": "north", "language": "kk"}
    school.when(Enrol, **arguments, persons={"head": HEAD, "member-1": MEMBER})
    assert school.state.tasks["ready/go"].due_at == DUE - timedelta(days=6), "the next day"


def test_a_task_that_was_withdrawn_says_so() -> None:
    school = a_school()
    school.when(CompleteTask, HEAD, **GO)
    school.when(CompleteTask, MEMBER, task="ready/choice", answer="yes")
    school.passes(days=30)
    refused = school.refuses(tasks.WITHDRAWN_TASK, CompleteTask, STRANGER, task="talk/checkpoint-1")
    assert "talk/checkpoint-1" in refused.sentence
