"""Seats, substitutes and duties: who acts, on whose behalf, and who must be somebody else."""

from datetime import timedelta

from domain import refusal
from domain.participant import draft, team
from domain.participant.journey import CloseJourney
from domain.participant.tasks import CompleteTask, TaskAsked, TaskCompleted
from domain.participant.team import (
    AssignDuty,
    DutyAssigned,
    FreeSeat,
    NameSubstitute,
    SeatFreed,
    SeatTaken,
    SubstituteEnded,
    SubstituteNamed,
    TakeSeat,
)
from tests.domain.given import (
    CLERK,
    HEAD,
    MANAGER,
    MEMBER,
    MENTOR,
    MORNING,
    REVIEWER,
    SPARE,
    STRANGER,
    a_house,
    a_school,
    a_school_alone,
    about,
    kinds,
)
from tests.domain.tiny import changed, tiny


def test_the_journey_begins_when_every_required_seat_is_filled() -> None:
    school = a_school(persons={"head": HEAD})
    assert school.state.phase == "seats"
    assert [task.id for task in school.state.tasks.values()] == ["team/fill-1"]
    events = school.when(TakeSeat, MANAGER, seat="member-1", person=MEMBER)
    assert kinds(events)[:3] == ["SeatTaken", "TaskCompleted", "TeamCompleted"]
    assert school.state.fact("seats.complete") is True
    assert school.state.fact("seats.filled") == 2


def test_a_seat_that_is_freed_is_asked_for_again_and_filling_it_loses_nothing() -> None:
    school = a_school()
    before = school.state.tasks["ready/choice"]
    freed, asked = school.when(FreeSeat, MANAGER, seat="member-1")
    assert freed == SeatFreed("member-1", MEMBER)
    assert isinstance(asked, TaskAsked)
    assert (asked.task, asked.role) == ("team/fill-1", "programme-manager")
    assert school.state.fact("seats.complete") is False
    events = school.when(TakeSeat, MANAGER, seat="member-1", person=SPARE)
    assert events == (SeatTaken("member-1", "member", SPARE), TaskCompleted("team/fill-1", None, None))
    assert school.state.tasks["ready/choice"] == before
    again = school.when(FreeSeat, MANAGER, seat="member-1")[1]
    assert isinstance(again, TaskAsked)
    assert again.task == "team/fill-2"


def test_whoever_takes_a_seat_that_is_taken_replaces_its_holder() -> None:
    school = a_school()
    events = school.when(TakeSeat, MANAGER, seat="head", person=SPARE)
    assert events == (SeatFreed("head", HEAD), SeatTaken("head", "head", SPARE))
    school.refuses(draft.NOT_YOURS, CompleteTask, HEAD, task="ready/go")
    school.when(CompleteTask, SPARE, task="ready/go")


def test_one_person_has_one_seat() -> None:
    a_school().refuses(team.SEATED_ALREADY, TakeSeat, MANAGER, seat="member-2", person=HEAD)


def test_a_seat_that_there_is_not_is_named_with_those_there_are() -> None:
    school = a_school()
    for kind in (TakeSeat, NameSubstitute):
        refused = school.refuses(team.NO_SEAT, kind, MANAGER, seat="member-3", person=SPARE)
        assert "head, member-1, member-2" in refused.sentence
    school.refuses(team.NO_SEAT, FreeSeat, MANAGER, seat="member-3")


def test_only_the_coordinator_or_the_programme_manager_staffs_a_team() -> None:
    a_school().refuses(draft.NOT_YOURS, TakeSeat, MEMBER, seat="member-2", person=SPARE)
    tier = {"seats": [{"id": "lead", "role": "coordinator"}, {"id": "head", "role": "head"}]}
    tier["seats"] += [{"id": "member-1", "role": "member", "required": "no"}]
    school = a_school(changed(school=tier), persons={"lead": SPARE, "head": HEAD})
    assert school.when(TakeSeat, SPARE, seat="member-1", person=MEMBER)


def test_whoever_the_tier_names_changes_the_team_too() -> None:
    staffing = {"by": "clerk", "also_by": ["member"], "due": {"days": 14}}
    school = a_school(changed(school={"team": staffing}))
    assert school.when(TakeSeat, MEMBER, seat="member-2", person=SPARE)
    assert school.when(FreeSeat, CLERK, seat="member-2")
    school.refuses(draft.NOT_YOURS, TakeSeat, REVIEWER, seat="member-2", person=SPARE)


def test_where_the_tier_does_not_say_who_fills_the_seats_the_manager_is_asked() -> None:
    house = a_house(tiny(), persons={})
    assert house.state.tasks["team/fill-1"].role == "programme-manager"
    assert about("team/fill-1", house.when(TakeSeat, MANAGER, seat="head", person=HEAD)) == ["TaskCompleted"]


def test_a_substitute_acts_on_behalf_of_the_holder_until_the_absence_is_over() -> None:
    school = a_school()
    until = MORNING + timedelta(days=3)
    events = school.when(NameSubstitute, HEAD, seat="head", person=SPARE, until=until)
    assert events == (SubstituteNamed("head", SPARE, until),)
    school.when(CompleteTask, SPARE, task="ready/go")
    assert school.on_behalf_of == HEAD
    assert school.passes(days=3) == [SubstituteEnded("head", SPARE)]
    school.refuses(draft.NOT_YOURS, CompleteTask, SPARE, task="work/photo/submit-1")


def test_the_holder_acts_for_nobody_but_himself_also_while_away() -> None:
    school = a_school()
    school.when(NameSubstitute, MANAGER, seat="head", person=SPARE)
    school.when(CompleteTask, HEAD, task="ready/go")
    assert school.on_behalf_of is None


def test_an_absence_ends_when_nobody_is_named_or_the_seat_is_freed() -> None:
    school = a_school()
    school.when(NameSubstitute, HEAD, seat="head", person=SPARE)
    assert school.when(NameSubstitute, HEAD, seat="head") == (SubstituteEnded("head", SPARE),)
    school.when(NameSubstitute, HEAD, seat="head", person=SPARE)
    school.when(FreeSeat, MANAGER, seat="head")
    assert school.state.seats["head"].substitute is None


def test_a_substitute_is_somebody_else_and_for_somebody_and_for_a_time_to_come() -> None:
    school = a_school()
    school.refuses(team.OWN_SUBSTITUTE, NameSubstitute, MANAGER, seat="head", person=HEAD)
    school.refuses(team.SEAT_EMPTY, NameSubstitute, MANAGER, seat="member-2", person=SPARE)
    past = {"seat": "head", "person": SPARE, "until": MORNING - timedelta(days=1)}
    school.refuses(team.UNTIL_PAST, NameSubstitute, MANAGER, **past)
    school.refuses(draft.TOO_FAR, NameSubstitute, MANAGER, **{**past, "until": MORNING.replace(year=2104)})
    school.refuses(draft.NOT_YOURS, NameSubstitute, MEMBER, seat="head", person=SPARE)


def test_the_programme_manager_acts_for_the_holder_and_the_log_says_so() -> None:
    school = a_school()
    school.when(CompleteTask, MANAGER, task="ready/go")
    assert school.on_behalf_of == HEAD


def test_nobody_acts_on_behalf_of_somebody_without_the_role() -> None:
    school = a_school()
    for actor in (HEAD, MANAGER):
        school.refuses(draft.NOT_FOR_THEM, CompleteTask, actor, task="ready/go", on_behalf_of=STRANGER)
    school.when(CompleteTask, MANAGER, task="ready/go", on_behalf_of=HEAD)
    assert school.on_behalf_of == HEAD


def test_a_duty_passes_from_one_person_to_another_and_the_lineage_keeps_both() -> None:
    school = a_school().later(days=10)
    events = school.when(AssignDuty, MANAGER, duty="mentor", person=SPARE)
    assert events == (DutyAssigned("mentor", SPARE, MENTOR),)
    (past,) = school.state.past_duties
    assert (past.person, past.since, past.until) == (MENTOR, MORNING, MORNING + timedelta(days=10))


def test_a_duty_that_there_is_not_is_named_with_those_there_are() -> None:
    refused = a_school().refuses(team.NO_DUTY, AssignDuty, MANAGER, duty="driver", person=SPARE)
    assert "mentor, reviewer" in refused.sentence


def test_the_mentor_does_not_review_and_the_reviewer_does_not_mentor() -> None:
    school = a_school()
    school.refuses(team.NOT_BOTH, AssignDuty, MANAGER, duty="reviewer", person=MENTOR)
    school.refuses(team.NOT_BOTH, AssignDuty, MANAGER, duty="mentor", person=REVIEWER)


def test_a_duty_that_goes_with_a_seat_and_may_not_is_asked_of_the_manager() -> None:
    school = a_school()
    (asked,) = school.when(AssignDuty, duty="mentor", person=REVIEWER)
    assert isinstance(asked, TaskAsked)
    assert (asked.task, asked.role, asked.subject) == ("duty/mentor/decide-1", "programme-manager", "mentor")
    assert school.state.duties["mentor"].person == MENTOR
    assert school.when(AssignDuty, duty="mentor", person=MEMBER) == (), "asked once"
    events = school.when(AssignDuty, MANAGER, duty="mentor", person=SPARE)
    assert kinds(events) == ["DutyAssigned", "TaskCompleted"]
    (again,) = school.when(AssignDuty, duty="mentor", person=REVIEWER)
    assert isinstance(again, TaskAsked)
    assert again.task == "duty/mentor/decide-2"


NAME_A_REVIEWER = "duty/reviewer/decide-1"
NO_SEAT_BRINGS_IT = [{"role": "mentor", "not_also": ["head"]}, {"role": "reviewer", "not_also": ["mentor"]}]


def test_a_duty_that_nobody_has_is_asked_for_when_a_step_begins_to_need_it() -> None:
    school = a_school_alone(changed(school={"duties": NO_SEAT_BRINGS_IT}))
    assert school.state.tasks[NAME_A_REVIEWER].role == "programme-manager", "evidence is asked for, and reviewed"
    assert "duty/mentor/decide-1" not in school.state.tasks, "the talks have not begun"
    school.when(CompleteTask, HEAD, task="ready/go")
    (_, _, _, _, asked) = school.when(CompleteTask, MEMBER, task="ready/choice", answer="yes")
    assert isinstance(asked, TaskAsked)
    assert (asked.task, asked.what, asked.subject) == ("duty/mentor/decide-1", "decide", "mentor")


def test_whoever_is_named_ends_what_was_asked() -> None:
    school = a_school_alone()
    events = school.when(AssignDuty, MANAGER, duty="reviewer", person=REVIEWER)
    assert events == (DutyAssigned("reviewer", REVIEWER), TaskCompleted(NAME_A_REVIEWER, "acted"))
    assert school.when(AssignDuty, MANAGER, duty="reviewer", person=SPARE) == (
        DutyAssigned("reviewer", SPARE, REVIEWER),
    )


def test_as_long_as_nobody_is_named_it_is_asked_again_unless_that_stands() -> None:
    school = a_school_alone()
    _, asked = school.when(CompleteTask, MANAGER, task=NAME_A_REVIEWER, answer="acted")
    assert isinstance(asked, TaskAsked)
    assert asked.task == "duty/reviewer/decide-2"
    assert kinds(school.when(CompleteTask, MANAGER, task=asked.task, answer="stands")) == ["TaskCompleted"]


def test_a_duty_that_goes_with_a_seat_of_the_parents_is_not_asked_for_before_it_comes() -> None:
    school = a_school_alone()
    school.when(CompleteTask, HEAD, task="ready/go")
    school.when(CompleteTask, MEMBER, task="ready/choice", answer="yes")
    assert school.state.tasks["talk/checkpoint-1"].role == "mentor"
    assert "duty/mentor/decide-1" not in school.state.tasks


def test_the_manager_may_leave_a_duty_as_it_stands() -> None:
    school = a_school()
    school.when(AssignDuty, duty="mentor", person=REVIEWER)
    school.when(CompleteTask, MANAGER, task="duty/mentor/decide-1", answer="stands")
    assert not any(task.kind == "decide" for task in school.state.tasks.values())


def test_whoever_sits_in_the_team_does_not_judge_it_nor_does_a_substitute() -> None:
    school = a_school()
    school.refuses(team.NOT_BOTH, AssignDuty, MANAGER, duty="reviewer", person=MEMBER)
    school.refuses(team.NOT_BOTH, TakeSeat, MANAGER, seat="member-2", person=REVIEWER)
    school.refuses(team.NOT_BOTH, NameSubstitute, MANAGER, seat="head", person=MENTOR)
    school.when(NameSubstitute, MANAGER, seat="head", person=SPARE)
    school.refuses(team.NOT_BOTH, AssignDuty, MANAGER, duty="mentor", person=SPARE)


def test_duties_are_given_by_the_programme_manager() -> None:
    a_school().refuses(refusal.NO_RIGHT, AssignDuty, HEAD, duty="mentor", person=SPARE)


def test_nobody_is_staffed_where_nobody_takes_part_any_more() -> None:
    school = a_school()
    school.when(CloseJourney)
    refused = school.refuses(draft.ENDED, TakeSeat, MANAGER, seat="member-2", person=SPARE)
    assert "closed" in refused.sentence
