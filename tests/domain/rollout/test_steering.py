"""Steering: a rollout is paused, gone on with, given another calendar, and closed."""

from datetime import timedelta
from typing import Any

import pytest

from domain import refusal
from domain.calendar import SchoolCalendar
from domain.command import CLOCK, PassTime
from domain.participant import draft as participant_draft
from domain.participant.journey import Withdraw
from domain.refusal import Reason
from domain.rollout import draft, stream
from domain.rollout.commands import (
    ChangeCalendar,
    CloseRollout,
    EnrolSchools,
    NominateSchools,
    PauseRollout,
    ResumeRollout,
)
from tests.domain.given import HEAD, MANAGER, MEMBER, MORNING, REASON, SPARE
from tests.domain.little_world import LittleWorld, place
from tests.domain.rollout.test_roster import refused
from tests.domain.tiny import TINY, text

PERSONS = {"head": MEMBER, "member-1": SPARE}


def running() -> LittleWorld:
    return LittleWorld(place("one", persons=PERSONS), place("two", persons=PERSONS))


def test_a_pause_reaches_everybody_and_so_does_its_end() -> None:
    world = running()
    due = world.school("one").tasks["ready/go"].due_at
    world.ask_rollout(PauseRollout, MANAGER, reason=REASON)
    assert world.rollout.status == "paused"
    assert all(state.paused_at == MORNING for state in world.participants.values())
    assert world.next_due() is None
    world.wait(days=30)
    (resumed,) = world.ask_rollout(ResumeRollout, MANAGER)
    assert getattr(resumed, "seconds", 0) == 30 * 86_400
    assert world.school("one").tasks["ready/go"].due_at == due + timedelta(days=30)


def test_pausing_and_resuming_again_is_nothing() -> None:
    world = running()
    assert world.ask_rollout(ResumeRollout, MANAGER) == ()
    world.ask_rollout(PauseRollout, MANAGER)
    assert world.ask_rollout(PauseRollout, MANAGER) == ()


def test_a_school_that_comes_in_a_pause_waits_with_the_others() -> None:
    world = running()
    world.ask_rollout(PauseRollout, MANAGER)
    world.ask_rollout(EnrolSchools, MANAGER, places=(place("three", persons=PERSONS),))
    assert world.school("three").paused_at == MORNING
    world.wait(days=3)
    world.ask_rollout(ResumeRollout, MANAGER)
    assert "ready" in world.school("three").steps


def test_a_changed_calendar_reaches_everybody_and_those_who_come_later() -> None:
    world = running()
    free = {"id": "free", "title": text("Free"), "first": "2024-09-09", "last": "2024-09-09"}
    calendar = SchoolCalendar.model_validate({**TINY["calendar"], "holidays": [free]})
    world.ask_rollout(ChangeCalendar, MANAGER, calendar=calendar, reason=REASON)
    assert world.school("one").tasks["ready/go"].due_at.day == 10
    world.ask_rollout(EnrolSchools, MANAGER, places=(place("three", persons=PERSONS),))
    assert world.school("three").tasks["ready/go"].due_at.day == 10
    assert world.ask_rollout(ChangeCalendar, MANAGER, calendar=calendar, reason=REASON) == ()


def test_a_rollout_is_not_closed_over_the_heads_of_those_under_way() -> None:
    world = running()
    found = refused(stream.STILL_UNDER_WAY, world, CloseRollout)
    assert found.params == {"count": "3"}
    world.ask_rollout(CloseRollout, MANAGER, force=True, reason=REASON)
    assert world.rollout.status == "closed"
    assert {state.phase for state in world.participants.values()} == {"closed"}
    assert {entry.status for entry in world.rollout.roster.values()} == {"closed"}
    assert world.ask_rollout(CloseRollout, MANAGER) == ()


def test_a_rollout_in_which_nobody_is_under_way_is_closed() -> None:
    world = running()
    for school in world.participants:
        world.ask_school(school, Withdraw, MANAGER, reason=REASON)
    assert world.ask_rollout(CloseRollout, MANAGER)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (PauseRollout, {}),
        (ResumeRollout, {}),
        (EnrolSchools, {"places": (place("nine"),)}),
        (NominateSchools, {"parent": "house", "places": (place("nine"),)}),
        (ChangeCalendar, {"calendar": SchoolCalendar(), "reason": REASON}),
    ],
)
def test_nothing_is_changed_in_a_rollout_that_is_closed(kind: Any, given: dict[str, Any]) -> None:
    world = running()
    world.ask_rollout(CloseRollout, MANAGER, force=True)
    refused(stream.ROLLOUT_CLOSED, world, kind, **given)


@pytest.mark.parametrize("kind", [PauseRollout, ResumeRollout, CloseRollout])
def test_only_the_programme_manager_steers_and_only_what_there_is(kind: Any) -> None:
    refused(refusal.NO_RIGHT, running(), kind, HEAD)
    refused(stream.NO_ROLLOUT, LittleWorld(started=False), kind)


@pytest.mark.parametrize(("days", "reason"), [(1, participant_draft.IN_THE_FUTURE), (-1, draft.BEFORE_START)])
def test_what_took_place_took_place_between_the_start_and_now(days: int, reason: Reason) -> None:
    refused(reason, running(), PauseRollout, happened_at=MORNING + timedelta(days=days))


def test_the_clock_asks_nothing_of_a_rollout() -> None:
    assert running().ask_rollout(PassTime, CLOCK) == ()
