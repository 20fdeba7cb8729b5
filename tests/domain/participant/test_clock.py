"""The clock: what falls due when, each of it once, also over changes of the local time and long standstills."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.calendar import instant_on, zone
from domain.command import CLOCK, PassTime
from domain.participant import stream
from domain.participant.journey import Enrol, Withdraw
from domain.participant.steps import DateCame
from domain.participant.tasks import CompleteTask
from domain.participant.team import FreeSeat, NameSubstitute, SubstituteEnded, TakeSeat
from domain.programme import Programme
from tests.domain.given import HEAD, MANAGER, MEMBER, MORNING, PARENT, REASON, SPARE, Given, a_house, a_school, kinds
from tests.domain.tiny import HOUSE, TINY, text, tiny


def test_nothing_is_due_before_there_is_a_participant_or_after_it_left() -> None:
    assert stream.next_due(tiny(), Given(tiny()).state) is None
    school = a_school()
    school.when(Withdraw, HEAD, reason=REASON)
    assert stream.next_due(tiny(), school.state) is None


def test_the_clock_does_nothing_before_its_time() -> None:
    school = a_school()
    due = stream.next_due(tiny(), school.state)
    assert due is not None
    school.now = due - timedelta(seconds=1)
    assert school.when(PassTime, CLOCK) == ()
    school.now = due
    assert kinds(school.when(PassTime, CLOCK)) == ["TaskReminded"]
    after = stream.next_due(tiny(), school.state)
    assert after is not None
    assert after > due


def test_a_clock_that_stood_still_does_everything_in_the_order_in_which_it_was_due() -> None:
    school = a_school().later(days=400)
    events = school.when(PassTime, CLOCK)
    told = [event.kind() for event in events if getattr(event, "task", "") == "ready/go"]
    assert told == ["TaskReminded", "TaskOverdue", "TaskEscalated"]
    after = stream.next_due(tiny(), school.state)
    assert after is None or after > school.now


def test_no_instant_is_due_twice_in_a_whole_year_of_nobody_doing_anything() -> None:
    school = a_school()
    school.when(CompleteTask, HEAD, task="ready/go")
    school.when(CompleteTask, MEMBER, task="ready/choice", answer="yes")
    seen: list[datetime] = []
    while (due := stream.next_due(tiny(), school.state)) is not None and due < MORNING + timedelta(days=365):
        assert not seen or due > seen[-1]
        seen.append(due)
        school.now = due
        assert school.when(PassTime, CLOCK)
    assert len(seen) > 60, "talks are asked for and missed all year"


def test_a_substitute_whose_time_is_over_is_ended_by_the_clock_also_when_it_comes_late() -> None:
    school = a_school()
    school.when(NameSubstitute, HEAD, seat="head", person=SPARE, until=MORNING + timedelta(days=1))
    school.later(days=2).when(CompleteTask, HEAD, task="ready/go")
    due = stream.next_due(tiny(), school.state)
    assert due is not None
    assert due < school.now
    assert SubstituteEnded("head", SPARE) in school.when(PassTime, CLOCK)


def test_a_date_that_gates_wait_for_is_looked_at_once_and_leaves_the_agenda() -> None:
    house = a_house(tiny())
    midnight = datetime(2024, 9, 30, 19, tzinfo=UTC)
    assert (midnight, DateCame(midnight)) in list(stream.agenda(tiny(), house.state))
    house.later(days=60).when(PassTime, CLOCK)
    assert not any(isinstance(event, DateCame) for _, event in stream.agenda(tiny(), house.state))


def test_a_date_comes_also_while_the_team_is_not_complete_and_the_gate_opens_when_it_is() -> None:
    house = a_house(tiny(), persons={})
    house.passes(days=60)
    assert house.state.dates
    assert "GateOpened" in kinds(house.when(TakeSeat, MANAGER, seat="head", person=HEAD))


def test_everything_that_is_on_the_agenda_happens_when_it_is_due() -> None:
    school = a_school()
    school.when(FreeSeat, MANAGER, seat="member-1")
    for at, event in list(stream.agenda(tiny(), school.state)):
        other = Given(tiny(), at, school.related)
        other.history, other.state = list(school.history), school.state
        assert event in other.when(PassTime, CLOCK)


def in_zone(time_zone: str, day: str) -> Programme:
    house = {**HOUSE, "opens": [{**HOUSE["opens"][0], "gate": {"on_or_after": day}}]}
    return Programme.model_validate({**TINY, "time_zone": time_zone, "tiers": [house, TINY["tiers"][1]]})


@pytest.mark.parametrize(
    ("time_zone", "day"),
    [
        ("Europe/Berlin", "2024-10-27"),
        ("Europe/Berlin", "2025-03-30"),
        ("America/Sao_Paulo", "2018-11-04"),
        ("Asia/Beirut", "2024-03-31"),
        ("Africa/Cairo", "2024-04-26"),
        ("Pacific/Apia", "2024-12-31"),
        ("Asia/Almaty", "2024-03-01"),
    ],
)
def test_a_gate_opens_on_its_day_wherever_the_clocks_are_changed_at_midnight(time_zone: str, day: str) -> None:
    programme = in_zone(time_zone, day)
    start = instant_on(datetime.fromisoformat(day).date(), MORNING.time(), time_zone) - timedelta(days=20)
    house = Given(programme, start, related={})
    place: dict[str, Any] = {"participant": PARENT, "rollout": "tiny-2024", "school": "house", "names": text("House")}
    house.when(Enrol, **place, tier="house", region="north", language="kk", persons={"head": HEAD})
    house.passes(days=25)
    opened = next(each.happened_at for each in house.history if each.event.kind() == "GateOpened")
    came = next(each.event for each in house.history if isinstance(each.event, DateCame))
    assert opened == came.at, "it opened when the day came, not a day later"


@pytest.mark.parametrize("time_zone", ["Europe/Berlin", "America/New_York"])
def test_a_day_of_twenty_five_hours_has_its_task_due_at_six_all_the_same(time_zone: str) -> None:
    programme = Programme.model_validate({**TINY, "time_zone": time_zone})
    school = Given(programme, datetime(2024, 10, 21, 8, tzinfo=UTC))
    place: dict[str, Any] = {"participant": "tiny-2024/one", "rollout": "tiny-2024", "school": "one"}
    place |= {"names": text("One"), "tier": "school", "parent": PARENT, "region": "north", "language": "kk"}
    school.when(Enrol, **place, persons={"head": HEAD, "member-1": MEMBER})
    for task in school.state.tasks.values():
        assert task.due_at.astimezone(zone(time_zone)).hour == 18
