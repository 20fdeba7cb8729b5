"""Ids of tasks: as the log has them, and read again."""

import pytest

from domain import task_ids
from domain.identity import SessionId, read_session, session_id


def test_the_ids_are_those_that_stand_in_logs() -> None:
    evidence = task_ids.about_evidence("evidence", "1-plan")
    session = session_id("house", "course", "one", 2)
    assert [
        task_ids.fill_seats(1),
        task_ids.assignment("readiness", "agreement"),
        task_ids.submit("evidence", "1-plan", 2),
        task_ids.review("evidence", "1-plan", 2),
        task_ids.checkpoint("mentoring", 3),
        task_ids.plan("delivery", "one"),
        task_ids.plan_for("delivery", "one", "house"),
        task_ids.plan_again("delivery", "one", "2"),
        task_ids.record("delivery", session),
        task_ids.nominate("hub"),
        task_ids.once_more(task_ids.nominate("hub"), 0),
        task_ids.once_more(task_ids.nominate("hub"), 1),
        task_ids.decide(evidence, 2),
        task_ids.decide(task_ids.about_duty("mentor"), 1),
        task_ids.decide(task_ids.about_tier("hub"), 1),
        task_ids.decide(task_ids.about_delivery("delivery"), 1),
        task_ids.decide(task_ids.about_gate("enter:mentoring"), 45),
        task_ids.decide(task_ids.ABOUT_JOURNEY, 1),
        task_ids.LEFT_BEHIND,
    ] == [
        "team/fill-1",
        "readiness/agreement",
        "evidence/1-plan/submit-2",
        "evidence/1-plan/review-2",
        "mentoring/checkpoint-3",
        "delivery/plan-one",
        "delivery/plan-one-house",
        "delivery/plan-one-again-2",
        "delivery/record-house.course.one.2",
        "nominate/hub",
        "nominate/hub",
        "nominate/hub.2",
        "evidence/1-plan/decide-2",
        "duty/mentor/decide-1",
        "children/tier-hub/decide-1",
        "children/step-delivery/decide-1",
        "gate/enter-mentoring/decide-45",
        "journey/decide-1",
        "children/decide",
    ]


def test_an_id_is_taken_apart_as_it_was_made() -> None:
    assert task_ids.read("evidence/1-plan/review-2") == ("evidence", "1-plan/review-2", "1-plan", "review", "2")
    assert task_ids.read("mentoring/checkpoint-3").number == "3"
    assert task_ids.read("duty/mentor/decide-1").about == "mentor"
    assert task_ids.decided_item("evidence/1-plan/decide-2") == ("evidence", "1-plan")
    assert task_ids.decided_item("evidence/1-plan/review-2") is None
    assert task_ids.decided_item("readiness/decide") is None
    assert task_ids.tier_without("children/tier-hub/decide-1") == "hub"
    assert task_ids.delivery_without("children/step-delivery/decide-1") == "delivery"
    assert task_ids.tier_without(task_ids.LEFT_BEHIND) is task_ids.delivery_without(task_ids.LEFT_BEHIND) is None
    assert task_ids.gate_in_doubt("gate/enter-peer-mentoring/decide-45") == "enter:peer-mentoring"
    assert task_ids.gate_in_doubt("gate/certify/decide-45") == "certify"
    assert task_ids.named_tier("nominate/hub.2") == "hub"
    assert task_ids.recorded_session("delivery/record-house.course.one.2") == "house.course.one.2"


@pytest.mark.parametrize(
    ("task", "planned"),
    [
        ("delivery/plan-one", ("one", None)),
        ("delivery/plan-one-more", ("one-more", None)),
        ("delivery/plan-one-house", ("one", "house")),
        ("delivery/plan-one-house.2", ("one", "house")),
        ("delivery/plan-one-more-house", ("one-more", "house")),
        ("delivery/plan-one-again-2", ("one", None)),
        ("delivery/plan-three", ("three", None)),
    ],
)
def test_a_plan_is_of_a_session_and_may_be_for_one_school(task: str, planned: tuple[str, str | None]) -> None:
    assert task_ids.planned_session(task, ["one", "one-more", "two"]) == planned


def test_a_decision_is_known_by_what_it_is_about() -> None:
    about = task_ids.about_tier("hub")
    assert task_ids.is_decision(task_ids.decide(about, 12), about)
    assert not task_ids.is_decision(task_ids.decide(task_ids.about_tier("hub-school"), 1), about)


def test_the_same_once_more_is_the_same_and_what_begins_alike_is_not() -> None:
    first = task_ids.nominate("hub")
    assert task_ids.is_the_same(first, first)
    assert task_ids.is_the_same(task_ids.once_more(first, 3), first)
    assert not task_ids.is_the_same(task_ids.nominate("hub-school"), first)


def test_a_session_is_read_as_it_was_named() -> None:
    assert read_session(session_id("house", "course", "one", 2)) == SessionId("house", "course", "one", "2")
    assert read_session("house.course") is None
