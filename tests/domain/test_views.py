"""The rows of the views: what people see of a stream, a pure function of its state."""

import json
from datetime import timedelta
from typing import Any

from domain.organisation.stream import Organisation
from domain.participant import stream
from domain.participant.attending import BookSession, CreditAttendance
from domain.participant.interruptions import Pause
from domain.participant.journey import Withdraw
from domain.participant.tasks import CompleteTask
from domain.participant.team import AssignDuty, FreeSeat, NameSubstitute
from domain.views import Rows, changes, organisation_rows, participant_rows, rollout_rows
from eventlog.views import VIEWS
from tests.domain.given import HEAD, MANAGER, MEMBER, MENTOR, MORNING, PARENT, REASON, REVIEWER, SPARE, Given, a_school
from tests.domain.little_world import LittleWorld, place
from tests.domain.participant.test_children import taught
from tests.domain.participant.test_journey import everything_but_the_last_phase, the_last_phase
from tests.domain.tiny import tiny

STREAM = "participant:tiny-2024/one"


def rows(school: Given) -> Rows:
    return participant_rows(school.state, stream.next_due(tiny(), school.state))


def row(school: Given, view: str, *key: str) -> Any:
    return rows(school)[view, (STREAM, *key)]


def of(school: Given, view: str) -> list[Any]:
    return [key[1:] for (name, key) in rows(school) if name == view]


def test_every_row_has_the_columns_of_its_view() -> None:
    school = everything_but_the_last_phase(a_school())
    world = LittleWorld(place("one"))
    office = Organisation(1, {MANAGER: True}, frozenset({(MANAGER, "auditor", "*")}), {"d": ("tiny", 4)})
    found = {**rows(school), **rollout_rows(world.rollout), **organisation_rows("organisation:main", office)}
    assert {view for view, _ in found} == set(VIEWS), "every view has an example here"
    for (view, key), columns in found.items():
        table = VIEWS[view]
        assert len(key) == len(table.primary_key)
        assert set(columns) == {each.name for each in table.c if not each.primary_key}


def test_an_open_task_is_in_the_inbox_of_whoever_holds_its_role() -> None:
    school = a_school()
    task = row(school, "tasks", "ready/go")
    assert (task["person"], task["substitute"], task["status"]) == (HEAD, None, "open")
    school.when(NameSubstitute, HEAD, seat="head", person=SPARE)
    assert row(school, "tasks", "ready/go")["substitute"] == SPARE
    school.when(FreeSeat, MANAGER, seat="head")
    assert row(school, "tasks", "ready/go")["person"] is None


def test_a_task_leaves_the_inbox_when_it_is_done_and_says_when_it_is_late() -> None:
    school = a_school()
    school.passes(days=10)
    assert row(school, "tasks", "ready/go")["status"] == "overdue"
    school.when(CompleteTask, HEAD, task="ready/go")
    assert ("ready/go",) not in of(school, "tasks")


def test_a_duty_is_whose_task_it_is() -> None:
    school = a_school()
    school.when(CompleteTask, HEAD, task="ready/go")
    school.when(CompleteTask, MEMBER, task="ready/choice", answer="yes")
    assert row(school, "tasks", "talk/checkpoint-1")["person"] == MENTOR


def test_the_tree_shows_what_a_school_waits_for() -> None:
    school = a_school()
    shown = row(school, "participants")
    assert (shown["status"], shown["seats_filled"], shown["seats_total"]) == ("journey", 2, 3)
    assert shown["waits_for"] == "head: ready/go"
    assert row(everything_asked_is_done(), "participants")["waits_for"] == "session: s.1"
    school.when(Pause)
    assert (row(school, "participants")["status"], row(school, "participants")["phase"]) == ("paused", "journey")
    school.when(Withdraw, HEAD, reason=REASON)
    shown = row(school, "participants")
    assert (shown["status"], shown["ended_at"], shown["waits_for"]) == ("withdrawn", MORNING, None)


def everything_asked_is_done() -> Given:
    """A school for which one fact is missing that no task asks for: it waits for a session."""
    school = everything_but_the_last_phase(a_school())
    school.related = {}
    the_last_phase(school)
    booking = {"session": "s.1", "step": "course", "definition": "two", "hours": 4, "mode": "online", "host": PARENT}
    school.when(BookSession, **booking, starts_at=school.now + timedelta(days=1))
    return school


def test_what_nobody_can_do_anything_about_is_shown_too() -> None:
    school = everything_asked_is_done()
    school.later(days=2).when(CreditAttendance, session="s.1", step="course", hours=4)
    assert row(school, "participants")["waits_for"] == "gate: nothing is asked of anybody"
    house = taught("one", "two")
    shown = participant_rows(house.state, None)["participants", ("participant:tiny-2024/house",)]
    assert shown["waits_for"] == "children: 2"


def test_a_fact_is_written_as_json_with_the_event_that_set_it() -> None:
    school = a_school()
    school.when(CompleteTask, MEMBER, task="ready/choice", answer="yes")
    fact = row(school, "facts", "ready.choice")
    assert (json.loads(fact["value"]), fact["version"]) == ("yes", len(school.history))


def test_what_falls_due_next_is_known_without_the_workflow() -> None:
    school = a_school()
    assert row(school, "dues")["due_at"] == stream.next_due(tiny(), school.state)
    school.when(Withdraw, HEAD, reason=REASON)
    assert (row(school, "dues")["due_at"], row(school, "dues")["ended"]) == (None, True)


def test_the_lineage_says_who_prepared_mentors_reviews_trained_and_certified() -> None:
    school = everything_but_the_last_phase(a_school())
    school.when(AssignDuty, MANAGER, duty="mentor", person=SPARE)
    booking = {"session": "s.2", "step": "course", "definition": "two", "hours": 4, "mode": "online", "host": PARENT}
    school.when(BookSession, **booking, starts_at=school.now + timedelta(days=1))
    school.later(days=2).when(CreditAttendance, session="s.2", step="course", hours=4)
    the_last_phase(school)
    found = {(relation, other) for relation, other, _ in of(school, "lineage")}
    assert {("parent", PARENT), ("mentor", MENTOR), ("mentor", SPARE), ("reviewer", REVIEWER)} <= found
    assert ("trained", PARENT) in found
    assert ("certified", "tiny-2024/one") in found


def test_the_roster_has_names_in_every_language_as_they_came() -> None:
    world = LittleWorld(place("one"))
    shown = rollout_rows(world.rollout)["roster", ("rollout:tiny-2024", "tiny-2024/one")]
    assert json.loads(shown["names"]) == {"kk": "one", "ru": "one", "en": "one"}
    assert (shown["parent"], shown["status"]) == (PARENT, "enrolled")


def test_persons_rights_and_definitions_are_those_of_the_organisation() -> None:
    rights = frozenset({(MANAGER, "programme-manager", "tiny-2024")})
    state = Organisation(9, {MANAGER: True, SPARE: False}, rights, {"abc": ("tiny", 4)})
    assert organisation_rows("o", state) == {
        ("persons", ("o", MANAGER)): {"status": "known"},
        ("persons", ("o", SPARE)): {"status": "erased"},
        ("rights", ("o", MANAGER, "programme-manager", "tiny-2024")): {},
        ("programmes_used", ("o", "tiny", "4")): {"digest": "abc"},
    }


def test_only_what_changed_is_written() -> None:
    before: Rows = {("v", ("kept",)): {"x": 1}, ("v", ("changed",)): {"x": 1}, ("v", ("gone",)): {"x": 1}}
    after: Rows = {("v", ("kept",)): {"x": 1}, ("v", ("changed",)): {"x": 2}, ("v", ("new",)): {"x": 1}}
    assert sorted(changes(before, after), key=str) == [
        ("v", ("changed",), {"x": 2}),
        ("v", ("gone",), None),
        ("v", ("new",), {"x": 1}),
    ]
