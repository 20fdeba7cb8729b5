"""Mentoring checkpoints: held once each, missed and escalated, at an even pace."""

from datetime import timedelta

from domain.participant import draft, mentoring
from domain.participant.deadlines import ExtendDeadline
from domain.participant.journey import Withdraw
from domain.participant.mentoring import CheckpointHeld, CheckpointMissed, HoldCheckpoint
from domain.participant.tasks import CompleteTask, TaskAsked, TaskCompleted, TaskEscalated, TaskOverdue, TaskWithdrawn
from domain.participant.team import AssignDuty
from tests.domain.given import HEAD, MANAGER, MEMBER, MENTOR, REASON, SPARE, Given, a_school, about, kinds

TALK = {"step": "talk", "outcome": "on_track"}


def in_mentoring() -> Given:
    school = a_school()
    school.when(CompleteTask, HEAD, task="ready/go")
    school.when(CompleteTask, MEMBER, task="ready/choice", answer="yes")
    return school


def test_the_first_checkpoint_is_asked_when_mentoring_begins() -> None:
    school = in_mentoring()
    task = school.state.tasks["talk/checkpoint-1"]
    assert (task.role, task.due_at - school.now) == ("mentor", timedelta(days=14, hours=9))


def test_a_checkpoint_that_is_held_asks_for_the_next() -> None:
    school = in_mentoring().later(days=13)
    held, done, asked = school.when(HoldCheckpoint, MENTOR, **TALK, number=1)
    assert held == CheckpointHeld("talk", 1, "on_track", MENTOR)
    assert done == TaskCompleted("talk/checkpoint-1", "on_track", "talk")
    assert isinstance(asked, TaskAsked)
    assert asked.task == "talk/checkpoint-2"
    assert (school.state.fact("talk.held"), school.state.fact("talk.last")) == (1, "on_track")


def test_the_same_look_is_held_once_with_and_without_its_number() -> None:
    school = in_mentoring()
    school.when(HoldCheckpoint, MENTOR, **TALK)
    assert school.later(hours=2).when(HoldCheckpoint, MENTOR, **TALK) == ()
    assert school.when(HoldCheckpoint, MENTOR, **TALK, number=1) == ()
    assert school.later(days=7).when(HoldCheckpoint, MENTOR, **TALK) != (), "a week later it is the next"


def test_another_outcome_for_the_same_look_points_to_a_correction() -> None:
    school = in_mentoring()
    school.when(HoldCheckpoint, MENTOR, **TALK)
    for number in ({"number": 1}, {}):
        other = {"step": "talk", "outcome": "at_risk", **number}
        refused = school.refuses(mentoring.CHECKPOINT_PAST, HoldCheckpoint, MENTOR, **other)
        assert "kaskad correct" in refused.sentence


def test_nobody_looks_so_it_is_overdue_then_escalated_then_missed_and_the_next_is_asked() -> None:
    school = in_mentoring()
    events = school.passes(days=18)
    assert about("talk/checkpoint-1", events) == ["TaskReminded", "TaskOverdue", "TaskEscalated", "TaskWithdrawn"]
    assert CheckpointMissed("talk", 1) in events
    assert TaskEscalated("talk/checkpoint-1", "mentor", "clerk") in events
    assert "talk/checkpoint-2" in school.state.tasks
    assert (school.state.fact("talk.held"), school.state.fact("talk.missed")) == (0, 1)
    refused = school.refuses(mentoring.CHECKPOINT_PAST, HoldCheckpoint, MENTOR, **TALK, number=1)
    assert "missed" in refused.sentence


def test_a_clock_that_stood_still_for_long_asks_for_one_look_and_not_for_all_that_were_missed() -> None:
    school = in_mentoring().later(days=100)
    events = school.passes(minutes=1)
    assert kinds(events).count("CheckpointMissed") == 1
    assert [task.id for task in school.state.tasks.values() if task.step == "talk"] == ["talk/checkpoint-2"]
    assert TaskOverdue("talk/checkpoint-1", "mentor") in events
    assert TaskWithdrawn("talk/checkpoint-1") in events


def test_looks_that_come_early_or_late_or_never_keep_the_pace() -> None:
    school = in_mentoring()
    first = school.state.tasks["talk/checkpoint-1"].due_at
    for days, fortnights in ((1, 1), (28, 2)):
        school.passes(days=days)
        school.when(HoldCheckpoint, MENTOR, **{**TALK, "outcome": "at_risk"})
        (task,) = [task for task in school.state.tasks.values() if task.step == "talk"]
        assert task.due_at == first + timedelta(weeks=2 * fortnights)
    school.passes(days=18)
    assert school.state.fact("talk.missed") == 1
    assert school.state.tasks["talk/checkpoint-4"].due_at == first + timedelta(weeks=6)


def test_the_pace_goes_on_from_the_day_to_which_a_look_was_put_off() -> None:
    school = in_mentoring()
    put_off = school.state.tasks["talk/checkpoint-1"].due_at + timedelta(days=7)
    school.when(ExtendDeadline, MANAGER, task="talk/checkpoint-1", due_at=put_off, reason=REASON)
    school.later(days=1).when(HoldCheckpoint, MENTOR, **TALK)
    assert school.state.tasks["talk/checkpoint-2"].due_at == put_off + timedelta(weeks=2)


def test_mentoring_is_complete_after_its_number_of_looks_if_enough_were_held() -> None:
    school = in_mentoring()
    school.when(HoldCheckpoint, MENTOR, **TALK)
    school.passes(days=32)
    assert school.state.fact("talk.missed") == 1
    assert school.state.fact("talk.done") is True
    school.refuses(mentoring.NO_CHECKPOINT, HoldCheckpoint, MENTOR, **TALK)


def test_looks_go_on_until_enough_were_held() -> None:
    school = in_mentoring()
    school.passes(days=40)
    assert school.state.fact("talk.missed") == 2
    assert school.state.fact("talk.done") is None
    school.when(HoldCheckpoint, MENTOR, **TALK)
    assert school.state.fact("talk.done") is True


def test_whoever_is_at_risk_is_looked_at_again() -> None:
    school = in_mentoring()
    for number in (1, 2):
        school.later(days=10).when(HoldCheckpoint, MENTOR, step="talk", outcome="at_risk", number=number)
    assert school.state.fact("talk.done") is None
    school.later(days=10).when(HoldCheckpoint, MENTOR, step="talk", outcome="needs_support")
    assert school.state.fact("talk.done") is True


def test_the_mentor_looks_and_nobody_else() -> None:
    school = in_mentoring()
    school.refuses(draft.NOT_YOURS, HoldCheckpoint, HEAD, **TALK)
    school.when(AssignDuty, MANAGER, duty="mentor", person=SPARE)
    school.refuses(draft.NOT_YOURS, HoldCheckpoint, MENTOR, **TALK)
    assert school.when(HoldCheckpoint, SPARE, **TALK)


def test_a_checkpoint_is_looked_for_where_there_is_mentoring_and_in_its_turn() -> None:
    refused = a_school().refuses(mentoring.NO_MENTORING, HoldCheckpoint, MENTOR, **TALK)
    assert "'talk' under way; it begins when ready.done is true." in refused.sentence
    school = in_mentoring()
    school.refuses(mentoring.NO_MENTORING, HoldCheckpoint, MENTOR, step="ready", outcome="on_track")
    refused = school.refuses(mentoring.NOT_THAT_CHECKPOINT, HoldCheckpoint, MENTOR, **TALK, number=3)
    assert "the open one is 1" in refused.sentence


def test_nobody_looks_at_a_school_that_left() -> None:
    school = in_mentoring()
    school.when(Withdraw, HEAD, reason=REASON)
    school.refuses(draft.ENDED, HoldCheckpoint, MENTOR, **TALK)
    assert school.passes(days=100) == []
    early = a_school()
    early.when(Withdraw, HEAD, reason=REASON)
    early.refuses(draft.ENDED, HoldCheckpoint, MENTOR, **TALK)
