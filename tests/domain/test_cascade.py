"""The whole NIS/SHARE cohort of 2024 goes from its start to its end, with nothing but the domain."""

from collections import Counter
from functools import cache

from domain.history import fold
from domain.identity import stream_kind
from domain.participant import stream as participant
from domain.participant.journey import Certified
from domain.participant.state import Participant
from domain.participant.steps import GateOpened
from domain.participant.tasks import TaskOverdue
from domain.rollout import stream as rollout
from domain.rollout.state import Rollout
from tests.domain.cascade import GENERAL, INTELLECTUAL, Cascade


@cache
def played() -> Cascade:
    """A rollout in which everybody did everything on the day; nobody changes it."""
    cascade = Cascade()
    cascade.go_on()
    return cascade


def test_twenty_first_schools_and_forty_below_them_are_certified_and_everybody_comes_to_the_end() -> None:
    ends = Counter(
        (state.tier, state.phase, state.certified_at is not None) for state in played().participants.values()
    )
    assert ends == {
        ("trainers", "completed", False): 1,
        ("intellectual-school", "completed", True): 10,
        ("astana-school", "completed", True): 10,
        ("rural-hub-school", "completed", True): 20,
        ("city-school", "completed", True): 20,
    }


def test_every_school_of_the_first_tier_opened_two_below_it_and_trained_them() -> None:
    for school in (*INTELLECTUAL, *GENERAL):
        below = played().below(school)
        assert len(below) == 2
        for child in below:
            hosts = {booking.host for booking in played().school(child).bookings.values()}
            assert hosts == {played().participant(school)}
            assert played().school(child).duties["mentor"].person == played().school(school).seats["coordinator"].person


def test_no_second_school_opens_before_its_parent_is_certified_and_the_date_has_come() -> None:
    for school in (*INTELLECTUAL, *GENERAL):
        parent = played().school(school)
        assert parent.certified_at is not None
        for child in played().below(school):
            enrolled = played().school(child).enrolled_at
            assert enrolled is not None
            assert parent.certified_at < enrolled
            assert f"{enrolled:%Y-%m-%d %H:%M}" == "2025-10-31 19:00", "midnight of the first of November in Astana"


def test_nothing_was_overdue_and_nothing_is_left_to_do() -> None:
    assert not any(isinstance(each.event, TaskOverdue) for past in played().history.values() for each in past)
    assert not any(state.tasks for state in played().participants.values())
    assert played().next_due() is None


def test_the_roster_knows_how_everybody_ended() -> None:
    assert Counter(entry.status for entry in played().rollout.roster.values()) == {"completed": 61}
    assert sum(entry.certified for entry in played().rollout.roster.values()) == 60
    assert not played().rollout.nominated


def test_every_certificate_stands_right_behind_the_gate_that_gave_it() -> None:
    for school, state in played().participants.items():
        events = played().events_of(school)
        for number, event in enumerate(events):
            if isinstance(event, Certified):
                before = events[number - 1]
                assert isinstance(before, GateOpened)
                assert before.gate == "certify"
                assert state.gates["certify"] == number


def test_the_state_that_was_decided_on_is_the_fold_of_what_was_recorded() -> None:
    for stream, past in played().history.items():
        if stream_kind(stream) == "rollout":
            assert fold(Rollout(), past, rollout.evolve) == played().states[stream]
        else:
            assert fold(Participant(), past, participant.evolve) == played().states[stream]


def test_the_same_people_on_the_same_days_make_the_same_history() -> None:
    again = Cascade()
    again.go_on()
    assert again.history == played().history


def test_whatever_is_asked_again_at_the_same_moment_records_nothing() -> None:
    cascade = Cascade(INTELLECTUAL[:2], GENERAL[:1], twice=True)
    cascade.go_on()
    assert {state.phase for state in cascade.participants.values()} == {"completed"}
