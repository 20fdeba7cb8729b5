"""Whatever anybody does, in any order: the fold is total, replay equals live, and the views follow."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.history import fold, fold_past
from domain.participant import stream as participant
from domain.participant.state import Participant
from domain.rollout import stream as rollout
from domain.rollout.commands import ResumeRollout
from domain.rollout.state import Rollout
from domain.views import Rows, changes, participant_rows, rollout_rows
from tests.domain.any_acts import acts, does
from tests.domain.given import MANAGER, MEMBER, MENTOR, MORNING, REVIEWER, SPARE
from tests.domain.little_world import LittleWorld, place

PROPERTY = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
STEPS = st.integers(5, 60)


def busy(data: st.DataObject, steps: int) -> LittleWorld:
    """A rollout in which so many things were done; asked twice, each of them was done once."""
    persons = {"head": MEMBER, "member-1": SPARE}
    world = LittleWorld(place("one", persons=persons), place("two", persons={"head": REVIEWER, "member-1": MENTOR}))
    for _ in range(steps):
        acts(world, data.draw)
    return world


def start_of(stream: str) -> tuple[Any, Any]:
    if stream.startswith("rollout:"):
        return Rollout(), rollout.evolve
    return Participant(), participant.evolve


@PROPERTY
@given(st.data(), STEPS)
def test_the_state_that_was_decided_on_is_the_fold_of_what_was_recorded(data: st.DataObject, steps: int) -> None:
    world = busy(data, steps)
    for stream, past in world.history.items():
        start, evolve = start_of(stream)
        assert fold(start, past, evolve) == world.states[stream]


@PROPERTY
@given(st.data(), STEPS)
def test_what_was_the_case_at_any_moment_as_known_at_any_other_can_be_told(data: st.DataObject, steps: int) -> None:
    world = busy(data, steps)
    moments = st.one_of(st.none(), st.integers(-3, 200).map(lambda days: MORNING + timedelta(days=days, hours=1)))
    for stream, past in world.history.items():
        start, evolve = start_of(stream)
        at, known_on = data.draw(moments), data.draw(moments)
        state = fold_past(start, past, evolve, at, known_on)
        assert state.version <= len(past)
        rows_of(world, state)
        prefix = past[: data.draw(st.integers(0, len(past)))]
        assert fold_past(start, prefix, evolve, at, known_on).version <= len(prefix)


@PROPERTY
@given(st.data(), STEPS)
def test_the_past_can_be_told_whatever_people_say_of_when_things_happened(data: st.DataObject, steps: int) -> None:
    world = busy(data, steps)
    chance = data.draw(st.randoms(use_true_random=False))
    for stream, past in world.history.items():
        start, evolve = start_of(stream)
        for _ in range(4):
            later = world.now + timedelta(days=9)
            moved = [replace(each, happened_at=later) if chance.random() < 0.3 else each for each in past[1:]]
            state = fold_past(start, (*past[:1], *moved), evolve, world.now)
            rows_of(world, state)


@PROPERTY
@given(st.data(), STEPS)
def test_the_past_up_to_now_as_known_now_is_the_present(data: st.DataObject, steps: int) -> None:
    world = busy(data, steps)
    for stream, past in world.history.items():
        start, evolve = start_of(stream)
        assert fold_past(start, past, evolve, world.now, world.now) == world.states[stream]


@PROPERTY
@given(st.data(), STEPS)
def test_the_clock_has_done_everything_that_was_due_and_does_nothing_twice(data: st.DataObject, steps: int) -> None:
    world = busy(data, steps)
    world.pass_time(world.now)
    assert world.pass_time(world.now) == 0
    due = world.next_due()
    assert due is None or due > world.now


@PROPERTY
@given(st.data(), STEPS)
def test_the_changes_of_the_rows_applied_to_those_before_give_those_after(data: st.DataObject, steps: int) -> None:
    world = busy(data, steps)
    for stream, past in world.history.items():
        start, evolve = start_of(stream)
        table: Rows = {}
        before: Rows = {}
        for number in range(len(past) + 1):
            after = rows_of(world, fold(start, past[:number], evolve))
            for view, key, row in changes(before, after):
                if row is None:
                    del table[view, key]
                else:
                    table[view, key] = row
            assert table == after
            before = after


def rows_of(world: LittleWorld, state: Any) -> Rows:
    if not state.version:
        return {}
    if isinstance(state, Rollout):
        return rollout_rows(state)
    return participant_rows(state, participant.next_due(world.programme, state))


@PROPERTY
@given(st.data(), STEPS)
def test_nobody_is_left_with_a_task_after_the_end_but_the_manager_with_a_doubt(data: st.DataObject, steps: int) -> None:
    for state in busy(data, steps).participants.values():
        if state.ended:
            assert {task.kind for task in state.tasks.values()} <= {"decide"}


@settings(PROPERTY, max_examples=15)
@given(st.data(), STEPS)
def test_nobody_who_does_what_is_asked_is_left_waiting_for_nothing(data: st.DataObject, steps: int) -> None:
    """Whatever was done before: a school stands still only where its own answer or its absence shut the gate."""
    world = busy(data, steps)
    if world.rollout.status == "paused":
        world.ask_rollout(ResumeRollout, MANAGER)
    for _ in range(60):
        for school in list(world.participants):
            for task in list(world.school(school).tasks.values()):
                does(world, school, task)
        world.wait(days=6)
    house = world.school("house")
    for state in world.participants.values():
        missed = state.fact("ready.choice") == "no" or not state.fact("course.done")
        if state.tier == "school" and not (state.ended or missed or house.ended or not house.fact("seats.complete")):
            assert state.tasks, f"{state.school} has {dict(state.facts)}"
