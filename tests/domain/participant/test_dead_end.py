"""Dead ends: who cannot complete its journey any more is asked about, at once and for that reason alone."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.event import Event
from domain.gate import Fact
from domain.participant import draft, evidence
from domain.participant.attending import BookSession
from domain.participant.corrections import Correct
from domain.participant.evidence import SubmitEvidence
from domain.participant.journey import JourneyClosed, NoteChild, Reconsider, Withdraw
from domain.participant.left_behind import NoteParentLeft, ParentLeft
from domain.participant.reviews import ReviewEvidence
from domain.participant.tasks import CompleteTask, TaskAsked, TaskCompleted
from domain.programme import Programme
from tests.domain.given import HEAD, MANAGER, MEMBER, PARENT, REASON, REVIEWER, Given, a_house, a_school, kinds
from tests.domain.participant.test_journey import file
from tests.domain.participant.test_onward import follows
from tests.domain.tiny import FILES, HOUSE, SCHOOL, changed, text, tiny

ASKED = "journey/decide-1"


def asks(step: str, **other: Any) -> dict[str, Any]:
    task = {"id": "x", "title": text("X"), "by": "head", "due": {"days": 5}, "answers": ["yes", "no"]}
    return {"id": step, "kind": "assignment", "title": text(step), "tasks": [task], **other}


def reviewed(step: str, **other: Any) -> dict[str, Any]:
    review = {"by": "reviewer", "due": {"days": 7}, "attempts": 1}
    item = {"id": "x", "title": text("X"), "by": "member", "due": {"days": 9}, "accepts": FILES, "review": review}
    return {"id": step, "kind": "evidence", "title": text(step), "items": [item], **other}


def going(*steps: dict[str, Any], certified_by: dict[str, Any] | None = None, **other: Any) -> Given:
    """A school with these steps, and a certificate behind a gate."""
    certification = {"title": text("C"), "gate": certified_by} if certified_by else None
    return a_school(changed(school={"steps": list(steps), "certification": certification, **other}))


def answers(school: Given, step: str, answer: str) -> tuple[Event, ...]:
    return school.when(CompleteTask, HEAD, task=f"{step}/x", answer=answer)


def judges(school: Given, step: str, verdict: str) -> tuple[Event, ...]:
    school.when(SubmitEvidence, MEMBER, step=step, item="x", artefacts=(file("a"),))
    return school.when(ReviewEvidence, REVIEWER, step=step, item="x", verdict=verdict, remark=REASON)


def is_asked(school: Given) -> str | None:
    """What it can't come to any more, as the manager is told."""
    return next((each.subject for each in school.state.tasks.values() if each.id.startswith("journey/")), None)


APPROVED = {"fact": "a.x", "is": "yes"}


def test_who_fails_its_certificate_for_good_is_asked_about_at_once() -> None:
    school = going(asks("a"), asks("b"), certified_by=APPROVED)
    assert is_asked(school) is None
    (_, _, asked) = answers(school, "a", "no")
    assert isinstance(asked, TaskAsked)
    assert (asked.task, asked.what, asked.role, asked.subject) == (ASKED, "decide", "programme-manager", "certify")
    assert asked.escalate_to == "operator"
    assert "b/x" in school.state.tasks, "all else goes on"


def test_what_stands_goes_on_as_far_as_it_can_and_is_closed_there() -> None:
    school = going(asks("a"), asks("b"), certified_by=APPROVED)
    answers(school, "a", "no")
    assert kinds(school.when(CompleteTask, MANAGER, task=ASKED, answer="stands")) == ["TaskCompleted"]
    assert kinds(answers(school, "b", "yes")) == ["TaskCompleted", "StepCompleted", "JourneyClosed"]
    assert school.state.phase == "closed"
    assert (school.state.fact("completed"), school.state.fact("withdrawn")) == (None, None)


def test_where_nothing_is_left_to_do_it_is_closed_when_that_stands() -> None:
    school = going(asks("a"), certified_by=APPROVED)
    answers(school, "a", "no")
    events = school.when(CompleteTask, MANAGER, task=ASKED, answer="stands")
    assert events == (TaskCompleted(ASKED, "stands"), JourneyClosed())


def test_it_is_asked_again_while_nothing_has_come_of_what_was_done() -> None:
    school = going(asks("a"), certified_by=APPROVED)
    answers(school, "a", "no")
    (_, again) = school.when(CompleteTask, MANAGER, task=ASKED, answer="acted")
    assert isinstance(again, TaskAsked)
    assert again.task == "journey/decide-2"


def test_what_is_put_right_is_no_longer_asked() -> None:
    school = going(asks("a"), certified_by=APPROVED)
    answers(school, "a", "no")
    version = next(each.version for each in school.history if getattr(each.event, "answer", None) == "no")
    events = school.when(Correct, MANAGER, version=version, changes={"answer": "yes"}, reason=REASON)
    assert kinds(events) == ["Corrected", "GateOpened", "Certified", "JourneyCompleted"]
    assert not school.state.tasks


def test_a_school_may_leave_instead() -> None:
    school = going(asks("a"), certified_by=APPROVED)
    answers(school, "a", "no")
    school.when(Withdraw, MANAGER, reason=REASON)
    school.refuses(draft.ENDED, CompleteTask, MANAGER, task=ASKED, answer="stands")
    assert school.state.phase == "withdrawn"


def test_a_step_that_can_never_begin_is_a_dead_end_and_so_is_all_behind_it() -> None:
    school = going(
        asks("a"), asks("b", enter=APPROVED), asks("c", after=["b"]), certified_by={"fact": "c.done", "is": True}
    )
    answers(school, "a", "no")
    assert is_asked(school) == "b c certify"


def test_evidence_that_is_refused_is_first_decided_on_by_itself() -> None:
    school = going(reviewed("w"), asks("a"))
    judges(school, "w", "refused")
    assert is_asked(school) is None
    school.when(CompleteTask, MANAGER, task="w/x/decide-1", answer="stands")
    assert is_asked(school) == "w"
    school.refuses(evidence.REFUSED_FOR_GOOD, SubmitEvidence, MEMBER, step="w", item="x", artefacts=(file("b"),))


def test_points_that_are_too_few_for_the_certificate_are_a_dead_end() -> None:
    school = going(reviewed("w"), certified_by={"fact": "w.score", "at_least": 3})
    judges(school, "w", "accepted")
    assert is_asked(school) == "certify"


def test_a_date_that_is_over_is_a_dead_end_and_one_that_comes_is_none() -> None:
    over, ahead = {"before": "2024-09-10"}, {"on_or_after": "2024-12-01"}
    school = going(asks("a"), certified_by={"all": [{"any": [over, ahead]}, {"fact": "a.done", "is": True}]})
    school.passes(days=20)
    assert is_asked(school) is None
    school = going(asks("a"), certified_by={"all": [over, {"fact": "a.done", "is": True}]})
    assert is_asked(school) is None
    school.passes(days=20)
    assert is_asked(school) == "certify"


def test_whatever_others_may_still_bring_is_waited_for() -> None:
    parent = {"fact": "certified", "of": "parent", "is": True}
    peers = {"among": "peers", "where": {"fact": "certified", "is": True}, "at_least": 3}
    for other in (parent, peers, {"fact": "course.hours", "at_least": 8}):
        school = going(asks("a"), SCHOOL["steps"][1], certified_by={"any": [APPROVED, other]})
        answers(school, "a", "no")
        assert is_asked(school) is None


def test_nobody_is_asked_about_who_has_not_begun_or_waits_in_a_pause() -> None:
    programme = changed(
        school={"steps": [asks("a")], "certification": {"title": text("C"), "gate": {"before": "2024-01-01"}}}
    )
    school = a_school(programme, persons={})
    assert is_asked(school) is None
    school = a_school(programme, paused=True)
    assert is_asked(school) is None


def test_children_that_may_still_do_it_are_waited_for_and_those_that_cannot_are_not() -> None:
    gate = {"among": "children", "where": {"fact": "certified", "is": True}, "at_least": 2}
    opening = {**HOUSE["opens"][0], "fan_out": {"least": 1, "target": 2, "most": 2}}
    programme = changed(house={"opens": [opening], "certification": {"title": text("C"), "gate": gate}})
    house = a_house(programme, "one", "two").later(days=40)
    house.when(Reconsider)
    house.related = {"children": {"tiny-2024/one": {"certified": Fact(True, 9)}, "tiny-2024/two": {}}}
    house.when(NoteChild, child="tiny-2024/one", tier="school", what="completed")
    assert is_asked(house) is None, "the other one is under way"
    house.when(NoteChild, child="tiny-2024/two", tier="school", what="closed")
    assert is_asked(house) == "certify"


def test_children_whose_sessions_can_never_begin_are_asked_about_where_these_are_held() -> None:
    teach = {**HOUSE["steps"][0], "enter": APPROVED}
    programme = changed(house={"steps": [asks("a"), teach], "opens": []})
    house = a_house(programme, "one")
    answers(house, "a", "no")
    assert is_asked(house) == "teach"
    house.when(NoteChild, child="tiny-2024/one", tier="school", what="withdrawn")
    assert is_asked(house) is None, "nobody is left who needs them"


@pytest.mark.parametrize("enter", [None, {"fact": "children.opened", "at_least": 1}])
def test_who_can_open_nothing_for_good_is_closed_with_nobody_taught(enter: dict[str, Any] | None) -> None:
    teach = {**HOUSE["steps"][0], "after": ["a"], "enter": enter}
    opening = {**HOUSE["opens"][0], "gate": {"fact": "certified", "is": True}}
    certification = {"title": text("C"), "gate": APPROVED}
    house = a_house(changed(house={"steps": [asks("a"), teach], "opens": [opening], "certification": certification}))
    answers(house, "a", "no")
    assert is_asked(house) == "certify open:school"
    house.when(CompleteTask, MANAGER, task=ASKED, answer="stands")
    assert house.state.phase == "closed"


def test_sessions_for_schools_that_can_never_be_opened_are_no_way_to_a_certificate() -> None:
    opening = {**HOUSE["opens"][0], "gate": APPROVED}
    certification = {"title": text("C"), "gate": {"fact": "teach.sessions", "at_least": 1}}
    steps = [asks("a"), {**HOUSE["steps"][0], "after": ["a"]}]
    house = a_house(changed(house={"steps": steps, "opens": [opening], "certification": certification}))
    assert is_asked(house) is None
    answers(house, "a", "no")
    assert is_asked(house) == "certify open:school"
    house.when(CompleteTask, MANAGER, task=ASKED, answer="stands")
    assert house.state.phase == "closed"


def left_by_its_parent(**changes: Any) -> Given:
    school = a_school(changed(school=changes))
    assert school.when(NoteParentLeft, parent=PARENT)[0] == ParentLeft(PARENT)
    return school


COURSE = SCHOOL["steps"][1]


def test_who_still_needs_a_parent_that_has_left_is_asked_about() -> None:
    assert is_asked(left_by_its_parent(steps=[COURSE, asks("a")], certification=None)) == "course"
    needs = {"fact": "certified", "of": "parent", "is": True}
    school = left_by_its_parent(steps=[asks("a")], certification={"title": text("C"), "gate": needs})
    assert is_asked(school) == "certify"


def test_who_needs_it_no_more_goes_on_by_itself() -> None:
    school = left_by_its_parent(steps=[asks("a")], certification={"title": text("C"), "gate": APPROVED})
    assert is_asked(school) is None
    assert kinds(answers(school, "a", "yes"))[-1] == "JourneyCompleted"


def test_who_was_certified_by_its_facts_before_it_left_has_what_it_needs() -> None:
    needs = {"all": [{"fact": "seats.complete", "of": "parent", "is": True}, APPROVED]}
    school = left_by_its_parent(steps=[asks("a")], certification={"title": text("C"), "gate": needs})
    assert is_asked(school) is None


def test_what_a_parent_that_has_left_was_to_hold_is_not_held() -> None:
    school = a_school(changed(school={"steps": [COURSE, asks("a")], "certification": None}))
    session = {"session": "house.course.one.1", "step": "course", "definition": "one", "hours": 4}
    school.when(BookSession, **session, starts_at=school.now + timedelta(days=9), mode="online", host=PARENT)
    events = school.when(NoteParentLeft, parent=PARENT)
    assert kinds(events) == ["ParentLeft", "SessionUnbooked", "TaskAsked"]
    school.when(CompleteTask, MANAGER, task=ASKED, answer="stands")
    assert kinds(answers(school, "a", "yes"))[-1] == "JourneyClosed"


def test_a_parent_that_leaves_tells_those_that_are_under_way_below_it() -> None:
    house = a_house(tiny(), "one", "two")
    house.when(NoteChild, child="tiny-2024/two", tier="school", what="completed")
    told = follows(house, house.when(Withdraw, MANAGER, reason=REASON))
    assert [each.stream for each in told if each.command is NoteParentLeft] == ["participant:tiny-2024/one"]


# --- by trying everything

LEAVES: list[dict[str, Any]] = [
    *({"fact": f"{step}.x", "is": answer} for step in "ab" for answer in ("yes", "no")),
    *({"fact": f"{step}.done", "is": True} for step in "abw"),
    {"fact": "w.accepted", "at_least": 1},
    {"fact": "w.refused", "at_least": 1},
    {"before": "2024-09-01"},
    {"on_or_after": "2024-09-01"},
]
GATES = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(
        lambda of: st.sampled_from([{"any": of}, {"all": of}, {"at_least": (len(of) + 1) // 2, "of": of}])
    ),
    max_leaves=4,
)
PLANS = [dict(zip("abw", plan, strict=True)) for plan in product(("yes", "no"), ("yes", "no"), ("accepted", "refused"))]


def played(programme: Programme, plan: dict[str, str]) -> tuple[Given, list[tuple[tuple[str, ...], bool]]]:
    """A school that is played to where nothing is left to do, and after each act whether it is asked about."""
    school, acts = a_school(programme), tuple[str, ...]()
    told = [(acts, is_asked(school) is not None)]
    while step := next((each for each in "abw" if each in school.state.steps and each not in "".join(acts)), None):
        if step == "w":
            judges(school, step, plan[step])
            if plan[step] == "refused":
                school.when(CompleteTask, MANAGER, task="w/x/decide-1", answer="stands")
        else:
            answers(school, step, plan[step])
        acts = (*acts, f"{step}={plan[step]}"[0:3])
        told.append((acts, is_asked(school) is not None))
    return school, told


@settings(max_examples=60, deadline=None)
@given(GATES, GATES, GATES)
def test_who_is_asked_about_cannot_complete_and_who_has_nothing_left_to_do_is_asked_about_or_complete(
    second: dict[str, Any], work: dict[str, Any], certified_by: dict[str, Any]
) -> None:
    steps = [asks("a"), asks("b", enter=second), reviewed("w", enter=work)]
    certification = {"title": text("C"), "gate": certified_by}
    programme = changed(school={"steps": steps, "certification": certification})
    asked: dict[tuple[str, ...], bool] = {}
    ends_well: dict[tuple[str, ...], bool] = {}
    for plan in PLANS:
        school, told = played(programme, plan)
        for acts, is_told in told:
            asked[acts] = is_told
            ends_well[acts] = ends_well.get(acts, False) or school.state.phase == "completed"
        if school.state.phase != "completed":
            school.when(CompleteTask, MANAGER, task=ASKED, answer="stands")
            assert school.state.phase == "closed"
    assert not [acts for acts, well in ends_well.items() if well and asked[acts]]


@pytest.mark.parametrize("answer", ["stands", "acted"])
def test_only_the_manager_decides(answer: str) -> None:
    school = going(asks("a"), certified_by=APPROVED)
    answers(school, "a", "no")
    with pytest.raises(Exception, match="takes the right programme-manager"):
        school.when(CompleteTask, HEAD, task=ASKED, answer=answer)
