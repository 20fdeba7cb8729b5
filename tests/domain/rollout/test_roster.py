"""The roster: who comes onto it by a list, by name, or in the place of a school that left."""

from typing import Any

import pytest

from domain import refusal
from domain.participant import draft as participant_draft
from domain.participant.journey import Withdraw
from domain.participant.tasks import CompleteTask
from domain.programme import Programme
from domain.refusal import Reason, Refused
from domain.rollout import places, roster, stream
from domain.rollout.commands import EnrolSchools, NominateSchools, NoteParticipant, OpenTier, Place, StartRollout
from domain.rollout.events import SchoolEnrolled
from tests.domain.given import CLERK, HEAD, MANAGER, MEMBER, MORNING, REASON, SPARE
from tests.domain.little_world import LittleWorld, place
from tests.domain.tiny import HOUSE, TINY, changed


def refused(expected: Reason, world: LittleWorld, kind: Any, actor: str = MANAGER, /, **given: Any) -> Refused:
    before = world.position
    with pytest.raises(Refused) as caught:
        world.ask_rollout(kind, actor, **given)
    assert caught.value.code == expected.code, caught.value.sentence
    assert all(word in caught.value.sentence for word in caught.value.params.values())
    assert world.position == before, "nothing is recorded by a refusal"
    return caught.value


def start(world: LittleWorld, *listed: Place, **other: Any) -> dict[str, Any]:
    house = place("house", "house", persons={"head": HEAD})
    return {**world.start, "cohort": "2024", "places": (house, *listed), **other}


# --- start


def test_a_rollout_starts_with_its_schools_and_a_team_at_the_top_that_no_list_names() -> None:
    world = LittleWorld(started=False, programme=changed(house={"opens": ()}))
    listed = (place("one", parent="house"), place("two"))
    events = world.ask_rollout(StartRollout, MANAGER, **start(world, places=listed))
    assert [event.kind() for event in events] == ["RolloutStarted", *["SchoolEnrolled"] * 3]
    assert list(world.participants) == ["house", "one", "two"]
    assert world.school("two").parent == "tiny-2024/house"
    assert world.school("one").ends == world.programme.cohorts["2024"].ends


def test_a_rollout_is_started_once_and_not_otherwise() -> None:
    world = LittleWorld(place("one"))
    assert world.ask_rollout(StartRollout, MANAGER, **start(world, place("one"))) == ()
    refused(stream.STARTED_OTHERWISE, world, StartRollout, **start(world, definition="e" * 64))
    refusal = refused(stream.STARTED_OTHERWISE, world, StartRollout, **start(world, place("two")))
    assert "kaskad school enrol" in refusal.sentence


def test_no_list_brings_a_school_in_at_the_start_that_a_gate_is_to_open() -> None:
    world = LittleWorld(started=False)
    refused(places.GATE_SHUT, world, StartRollout, **start(world, place("one", parent="house")))


def test_the_programme_manager_starts_a_cohort_that_there_is() -> None:
    world = LittleWorld(started=False)
    refused(refusal.NO_RIGHT, world, StartRollout, CLERK, **start(world))
    assert "2024" in refused(stream.NO_COHORT, world, StartRollout, **start(world, cohort="2030")).sentence


# --- enrol


def enrol(*listed: Place, **other: Any) -> dict[str, Any]:
    return {"places": listed, **other}


def test_a_school_is_enrolled_later_and_its_parent_hears_of_it() -> None:
    world = LittleWorld(place("one"))
    world.ask_rollout(EnrolSchools, MANAGER, **enrol(place("two"), place("three")))
    assert list(world.school("house").children) == ["tiny-2024/one", "tiny-2024/two", "tiny-2024/three"]
    assert world.school("house").nominated == {"school": 3}
    assert world.ask_rollout(EnrolSchools, MANAGER, **enrol(place("two"))) == ()


def test_no_school_is_enrolled_before_the_gate_of_its_parent_is_open() -> None:
    world = LittleWorld()
    given = enrol(place("one"), place("two", parent="house"))
    sentence = refused(places.GATE_SHUT, world, EnrolSchools, **given).sentence
    assert "open:school of house" in sentence
    assert "the date is 2024-10-01 or later" in sentence
    assert "kaskad school nominate house" in sentence
    world.wait(days=30)
    world.ask_rollout(EnrolSchools, MANAGER, **given)
    assert list(world.participants) == ["house", "one", "two"]


def test_nobody_is_enrolled_under_a_parent_that_has_as_many_as_it_may_prepare() -> None:
    world = LittleWorld(place("one"), place("two"))
    refused(places.TOO_MANY, world, EnrolSchools, **enrol(place("three"), place("four")))
    world.ask_rollout(EnrolSchools, MANAGER, **enrol(place("three")))
    refused(places.TOO_MANY, world, EnrolSchools, **enrol(place("four")))
    world.ask_school("three", Withdraw, MANAGER, reason=REASON)
    world.ask_rollout(EnrolSchools, MANAGER, **enrol(place("four"), replaces="three"))


def test_all_that_is_refused_of_a_list_is_told_at_once() -> None:
    world = LittleWorld(place("one"), place("two"))
    listed = enrol(place("three", "skool"), place("four", parent="three"), place("one", "house"), place("five"))
    refusal = refused(places.NO_TIER, world, EnrolSchools, **listed)
    assert [each.code for each in refusal.also] == ["takes_part"], "and of one whose parent is refused nothing"
    otherwise = [place(each, region="south") for each in ("one", "two")]
    refusal = refused(places.OTHERWISE, world, EnrolSchools, **enrol(*otherwise))
    assert [each.params["school"] for each in (refusal, *refusal.also)] == ["one", "two"]


def test_a_log_in_which_a_school_came_before_the_gate_still_folds() -> None:
    """Logs recorded before the gate was asked of lists hold such schools."""
    world = LittleWorld()
    early = place("one", persons={"head": MEMBER, "member-1": SPARE})
    given: dict[str, Any] = {
        "names": early.names.model_dump(),
        "region": "north",
        "language": "kk",
        "persons": dict(early.persons),
    }
    came = SchoolEnrolled(participant="tiny-2024/one", school="one", tier="school", parent="tiny-2024/house", **given)
    state = stream.evolve(world.rollout, came, MORNING, world.rollout.version + 1)
    assert state.roster["tiny-2024/one"].parent == "tiny-2024/house"
    assert not state.opened


def test_the_open_gate_of_one_parent_opens_none_for_another() -> None:
    world = LittleWorld(place("villa", "house"), place("one", parent="villa"))
    refused(places.GATE_SHUT, world, EnrolSchools, **enrol(place("two", parent="house")))
    world.ask_rollout(EnrolSchools, MANAGER, **enrol(place("two", parent="villa")))


def test_who_sits_in_the_seats_comes_with_the_list() -> None:
    world = LittleWorld(place("one", persons={"head": MEMBER, "member-1": SPARE}))
    assert world.school("one").phase == "journey"
    assert world.school("one").duties["mentor"].person == HEAD, "the duty goes with the seat of the parent"


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        ((place("two", "skool"),), places.NO_TIER),
        ((place("two", "planet"),), places.NO_TIER),
        ((place("two"), place("two")), places.TWICE),
        ((place("one", "house"),), places.TAKES_PART),
        ((place("two", parent="nobody"),), places.NO_PARENT),
        ((place("two", persons={"driver": SPARE}),), places.NO_SEAT),
        ((place("two", persons={"head": SPARE, "member-1": SPARE}),), places.ONE_SEAT),
    ],
)
def test_a_place_that_cannot_be_taken_is_refused_and_so_is_the_list(listed: tuple[Place, ...], reason: Reason) -> None:
    refused(reason, LittleWorld(place("one")), EnrolSchools, **enrol(place("three"), *listed))


def test_a_misspelt_tier_is_answered_with_the_nearest() -> None:
    assert "'school'" in refused(places.NO_TIER, LittleWorld(), EnrolSchools, **enrol(place("x", "skool"))).sentence


def test_with_several_parents_the_list_says_which() -> None:
    world = LittleWorld(place("villa", "house"))
    found = refused(places.WHICH_PARENT, world, EnrolSchools, **enrol(place("one")))
    assert "house, villa" in found.sentence
    world.having_opened(place("one", parent="villa"))
    assert world.school("one").parent == "tiny-2024/villa"
    refused(places.TAKES_PART, world, EnrolSchools, **enrol(place("one", parent="house")))


def test_a_rollout_that_there_is_not_enrols_nobody() -> None:
    refused(stream.NO_ROLLOUT, LittleWorld(started=False), EnrolSchools, **enrol(place("one")))


def test_only_the_programme_manager_enrols() -> None:
    refused(refusal.NO_RIGHT, LittleWorld(), EnrolSchools, HEAD, **enrol(place("one")))


# --- replace


def left(*others: str) -> LittleWorld:
    world = LittleWorld(place("one"), *(place(each) for each in others))
    world.ask_school("one", Withdraw, MANAGER, reason=REASON)
    return world


def test_a_school_takes_the_place_of_one_that_left_under_the_same_parent() -> None:
    world = left()
    assert world.rollout.roster["tiny-2024/one"].status == "withdrawn"
    world.ask_rollout(EnrolSchools, MANAGER, **enrol(place("two"), replaces="one"))
    assert world.school("two").parent == "tiny-2024/house"
    assert "tiny-2024/one" in world.rollout.replaced
    assert world.ask_rollout(EnrolSchools, MANAGER, **enrol(place("two"), replaces="one")) == ()


def test_only_a_school_that_left_is_replaced_and_once_and_by_one_like_it() -> None:
    world = left("two")
    refused(roster.NOT_WITHDRAWN, world, EnrolSchools, **enrol(place("three"), replaces="two"))
    refused(roster.NOT_WITHDRAWN, world, EnrolSchools, **enrol(place("three"), replaces="nobody"))
    refused(roster.ONE_FOR_ONE, world, EnrolSchools, **enrol(place("three"), place("four"), replaces="one"))
    refused(roster.ONE_FOR_ONE, world, EnrolSchools, **enrol(place("villa", "house"), replaces="one"))
    world.ask_rollout(EnrolSchools, MANAGER, **enrol(place("three"), replaces="one"))
    refused(roster.REPLACED_ALREADY, world, EnrolSchools, **enrol(place("four"), replaces="one"))


def test_nobody_comes_under_a_parent_that_has_left_itself() -> None:
    world = left()
    world.ask_school("house", Withdraw, MANAGER, reason=REASON)
    refused(places.NO_PARENT, world, EnrolSchools, **enrol(place("two"), replaces="one"))


# --- nominate


def test_a_named_school_waits_until_the_gate_of_its_parent_opens() -> None:
    world = LittleWorld()
    assert world.nominate(place("one"), place("two")) == ["SchoolNominated", "SchoolNominated"]
    assert list(world.participants) == ["house"]
    world.wait(days=30)
    assert list(world.participants) == ["house", "one", "two"]
    assert not world.rollout.nominated
    assert "nominate/school" not in world.school("house").tasks, "nobody is asked for what is done already"


def test_a_school_that_is_named_when_the_gate_is_open_takes_part_at_once() -> None:
    world = LittleWorld()
    world.wait(days=30)
    assert world.nominate(place("one")) == ["SchoolNominated", "SchoolEnrolled"]
    assert "nominate/school" in world.school("house").tasks
    world.nominate(place("two"))
    assert "nominate/school" in world.school("house").done


def test_naming_the_same_school_again_is_nothing() -> None:
    world = LittleWorld()
    world.nominate(place("one"))
    assert world.nominate(place("one"), place("one")) == []


def test_a_school_that_is_known_otherwise_is_not_said_to_be_done() -> None:
    world = LittleWorld()
    world.nominate(place("one"))
    south = (place("one", region="south"),)
    told = refused(places.OTHERWISE, world, NominateSchools, parent="house", places=south)
    assert (told.params["field"], told.params["before"], told.params["given"]) == ("region", "north", "south")
    enrolled = LittleWorld(place("one"))
    refused(places.OTHERWISE, enrolled, EnrolSchools, places=south)
    refused(places.OTHERWISE, enrolled, StartRollout, **start(enrolled, *south))


def test_a_school_that_has_left_is_not_said_to_take_part() -> None:
    world = LittleWorld()
    world.nominate(place("one"))
    world.wait(days=30)
    world.ask_school("one", Withdraw, MANAGER, reason=REASON)
    refused(places.HAS_LEFT, world, EnrolSchools, places=(place("one"),))
    refused(places.HAS_LEFT, world, NominateSchools, parent="house", places=(place("one"),))


def test_a_parent_names_no_more_than_it_may_prepare() -> None:
    found = LittleWorld()
    four = tuple(place(f"s{number}") for number in range(4))
    sentence = refused(places.TOO_MANY, found, NominateSchools, HEAD, parent="house", places=four).sentence
    assert "at most 3" in sentence


def test_a_parent_names_schools_of_its_region_and_of_the_tier_below() -> None:
    world = LittleWorld()
    given = {"parent": "house"}
    south = (place("one", region="south"),)
    refused(places.OTHER_REGION, LittleWorld(), NominateSchools, HEAD, **given, places=south)
    refused(places.NO_NOMINEE_TIER, world, NominateSchools, HEAD, **given, places=(place("one", "house"),))
    refused(places.NO_TIER, world, NominateSchools, HEAD, **given, places=(place("one", "planet"),))
    refused(places.NO_PARENT, world, NominateSchools, HEAD, parent="nobody", places=(place("one"),))


def test_a_school_is_named_by_one_parent_and_takes_part_once() -> None:
    world = LittleWorld(place("villa", "house"), place("three", parent="villa"))
    world.nominate(place("one"))
    given: dict[str, Any] = {"parent": "villa", "places": (place("one"),)}
    assert "by house" in refused(places.NAMED_ALREADY, world, NominateSchools, **given).sentence
    refused(places.TAKES_PART, world, NominateSchools, parent="house", places=(place("three"),))


def test_what_a_parent_named_is_free_again_when_it_leaves() -> None:
    world = LittleWorld(place("villa", "house", persons={"head": SPARE}))
    world.nominate(place("one"))
    world.ask_school("house", Withdraw, MANAGER, reason=REASON)
    refused(places.PARENT_LEFT, world, NominateSchools, HEAD, parent="house", places=(place("one"),))
    world.ask_rollout(NominateSchools, SPARE, parent="villa", places=(place("one"),))
    world.wait(days=30)
    assert world.school("one").parent == "tiny-2024/villa"


def test_those_who_are_asked_to_nominate_do_and_the_manager_may() -> None:
    world = LittleWorld()
    found = refused(places.NOT_ITS_COORDINATOR, world, NominateSchools, MEMBER, parent="house", places=(place("one"),))
    assert "Head" in found.sentence
    assert world.nominate(place("one"), actor=MANAGER)


def test_the_gate_of_a_school_that_left_opens_nothing() -> None:
    world = LittleWorld()
    world.nominate(place("one"))
    world.ask_school("house", Withdraw, MANAGER, reason=REASON)
    opened = world.ask_rollout(OpenTier, "cascade", parent="tiny-2024/house", tier="school")
    assert opened == ()


def test_a_child_that_leaves_is_named_anew() -> None:
    world = LittleWorld()
    world.nominate(place("one"), place("two"))
    world.wait(days=30)
    world.ask_school("one", Withdraw, MANAGER, reason=REASON)
    assert "nominate/school.2" not in world.school("house").done
    assert any(task.kind == "nominate" for task in world.school("house").tasks.values())
    world.nominate(place("three"))
    assert not any(task.kind == "nominate" for task in world.school("house").tasks.values())


# --- what participants tell


def test_the_roster_keeps_how_each_school_stands() -> None:
    world = LittleWorld(place("one"))
    tell = {"participant": "tiny-2024/one"}
    world.ask_rollout(NoteParticipant, "cascade", **tell, what="certified")
    world.ask_rollout(NoteParticipant, "cascade", **tell, what="completed")
    entry = world.rollout.roster["tiny-2024/one"]
    assert (entry.status, entry.certified) == ("completed", True)
    assert world.ask_rollout(NoteParticipant, "cascade", **tell, what="certified") == ()
    assert world.ask_rollout(NoteParticipant, "cascade", participant="tiny-2024/nobody", what="completed") == ()


def test_what_streams_tell_no_person_tells() -> None:
    given = {"participant": "tiny-2024/one", "what": "certified"}
    refused(participant_draft.FOR_THE_SYSTEM, LittleWorld(place("one")), NoteParticipant, MANAGER, **given)


def test_peers_look_again_when_a_fact_that_their_gates_read_changes() -> None:
    school = {**TINY["tiers"][1], "steps": [*TINY["tiers"][1]["steps"]]}
    gate = {"among": "peers", "where": {"fact": "ready.go", "is": "done"}, "at_least": 1}
    step = {"id": "late", "kind": "assignment", "title": HOUSE["title"], "enter": gate}
    step["tasks"] = [{"id": "x", "title": HOUSE["title"], "by": "head", "due": {"days": 1}}]
    school["steps"].append(step)
    programme = Programme.model_validate({**TINY, "tiers": [TINY["tiers"][0], school]})
    persons = {"head": MEMBER, "member-1": SPARE}
    world = LittleWorld(place("one", persons=persons), place("two", persons=persons), programme=programme)
    world.ask_school("one", CompleteTask, MANAGER, task="ready/go")
    assert "late" in world.school("two").steps
    assert "late" not in world.school("one").steps
