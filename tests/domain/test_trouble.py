"""NIS/SHARE with people as they are: late, returned, away, leaving; and it comes to its end all the same."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache

from domain.participant.evidence import EvidenceReviewed
from domain.participant.hosting import SessionWidened
from domain.participant.journey import Withdraw
from domain.participant.state import Participant, Task
from domain.participant.tasks import TaskAsked, TaskEscalated, TaskOverdue
from domain.participant.team import NameSubstitute, TakeSeat
from domain.rollout.commands import EnrolSchools
from tests.domain.cascade import MANAGER, Cascade
from tests.domain.given import REASON

LATE, RETURNED, LEAVES, COMES = "nis-atyrau", "nis-semey", "nis-turkestan", "nis-aktau"


class Trouble(Cascade):
    """Coordinators of one school are late, a mentor misses a look, a reviewer returns what comes first."""

    def __init__(self) -> None:
        super().__init__((LATE, RETURNED, LEAVES), ("astana-37",))

    def acts_at(self, state: Participant, task: Task) -> datetime:
        if state.school == LATE and task.role == "coordinator":
            return task.due_at + timedelta(days=9)
        if state.school == LATE and task.id == "mentoring/checkpoint-2":
            return task.due_at + timedelta(days=60)
        return super().acts_at(state, task)

    def act(self, school: str, task: Task, *, verdict: str = "accepted", outcome: str = "on_track") -> None:
        if school == RETURNED and task.id.endswith("/review-1"):
            verdict = "returned"
        if school == RETURNED and task.id.endswith("/submit-2"):
            verdict = "accepted"
        super().act(school, task, verdict=verdict, outcome=outcome)


@cache
def played() -> Trouble:
    cascade = Trouble()
    cascade.go_on(until=datetime(2024, 12, 2, tzinfo=UTC))
    seat = cascade.school(RETURNED).seats["teacher-1"]
    assert seat.person is not None
    cascade.ask_school(RETURNED, TakeSeat, MANAGER, seat="teacher-1", person=cascade.person())
    away = {"seat": "coordinator", "person": cascade.person(), "until": cascade.now + timedelta(days=40)}
    cascade.ask_school("astana-37", NameSubstitute, MANAGER, **away)
    cascade.go_on(until=datetime(2025, 2, 3, tzinfo=UTC))
    cascade.ask_school(LEAVES, Withdraw, MANAGER, reason=REASON)
    comes = cascade.place(COMES, "intellectual-school")
    cascade.ask_rollout(EnrolSchools, MANAGER, places=(comes,), replaces=LEAVES)
    while not cascade.below(RETURNED):
        cascade.go_on(until=cascade.now + timedelta(days=30))
    hub = cascade.below(RETURNED)[0]
    cascade.ask_school(hub, Withdraw, MANAGER, reason=REASON)
    cascade.go_on()
    return cascade


def test_everybody_who_stayed_comes_to_the_end_certified() -> None:
    ends = Counter((state.phase, state.certified_at is not None) for state in played().participants.values())
    assert ends == {("completed", True): 3 + 1 + 8, ("withdrawn", False): 2, ("completed", False): 1}


def test_the_school_that_came_late_caught_up_on_what_had_been_held() -> None:
    cascade = played()
    sessions = {each.definition for each in cascade.school(COMES).bookings.values() if each.status == "attended"}
    assert {"foundations", "methods", "leading-change", "training-others"} <= sessions
    asked = [each.task for each in cascade.events_of("trainers") if isinstance(each, TaskAsked)]
    assert "training-delivery/plan-foundations-nis-aktau" in asked
    widened = [each for each in cascade.events_of("trainers") if isinstance(each, SessionWidened)]
    assert {each.participant for each in widened} == {cascade.participant(COMES)}


def test_a_hub_school_that_left_made_room_for_another() -> None:
    parent = played().school(RETURNED)
    assert Counter(child.ended for child in parent.children.values()) == {"completed": 2, "withdrawn": 1}
    assert any(name.startswith("nominate/rural-hub-school.2") for name in parent.done)


def test_those_who_are_late_are_told_and_so_is_somebody_else() -> None:
    events = played().events_of(LATE)
    late = {each.task for each in events if isinstance(each, TaskOverdue)}
    assert "readiness/focus" in late
    assert {each.to for each in events if isinstance(each, TaskEscalated)} >= {"mentor", "nis-coordinator"}


def test_a_look_that_was_missed_is_one_more_look() -> None:
    looks = played().school(LATE).checkpoints["mentoring"]
    assert [look.outcome for look in looks[:3]] == ["on_track", "missed", "on_track"]


def test_what_was_returned_was_accepted_the_second_time() -> None:
    verdicts = [each.verdict for each in played().events_of(RETURNED) if isinstance(each, EvidenceReviewed)]
    assert Counter(verdicts) == {"returned": 4, "accepted": 4}
