"""Gates that read the facts of a parent, of children and of peers are evaluated again at their positions."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from audit.archive import open_archive
from audit.explaining import explain
from audit.verifying import verify_log
from domain.participant.steps import GateOpened
from domain.participant.tasks import CompleteTask
from domain.programme import Programme
from eventlog.backup import backup_log
from eventlog.log import open_log
from tests.audit import test_verify
from tests.audit.logged import LoggedLittleWorld
from tests.audit.tampering import Entry, rewrite
from tests.domain.given import MANAGER, MEMBER, SPARE
from tests.domain.little_world import place
from tests.domain.tiny import HOUSE, SCHOOL, TINY, text

PEERS = {"among": "peers", "where": {"fact": "ready.go", "is": "done"}, "at_least": 1}
CHILDREN = {"among": "children", "where": {"fact": "ready.go", "is": "done"}, "share": 100}
PARENT = {"fact": "party.x", "of": "parent", "is": "done"}


def step(name: str, gate: Mapping[str, object]) -> dict[str, object]:
    task = {"id": "x", "title": text("X"), "by": "head", "due": {"days": 1}}
    return {"id": name, "kind": "assignment", "title": text(name), "enter": gate, "tasks": [task]}


def reading_others() -> Programme:
    school = {**SCHOOL, "steps": [*SCHOOL["steps"], step("late", PEERS), step("dance", PARENT)]}
    opening = {**HOUSE["opens"][0], "gate": {"on_or_after": "2024-09-01"}}
    house = {**HOUSE, "steps": [*HOUSE["steps"], step("party", CHILDREN)], "opens": [opening]}
    return Programme.model_validate({**TINY, "tiers": [house, school]})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoggedLittleWorld]:
    """One school is ready and lets its peer be late, all are and the house has a party, and then they dance."""
    persons = {"head": MEMBER, "member-1": SPARE}
    path = tmp_path_factory.mktemp("others") / "log.db"
    places = [place(name, persons=persons) for name in ("one", "two", "three")]
    world = LoggedLittleWorld(path, *places, programme=reading_others())
    for school in ("one", "two", "three"):
        world.wait(days=1)
        world.ask_school(school, CompleteTask, MANAGER, task="ready/go")
    world.ask_school("house", CompleteTask, MANAGER, task="party/x")
    yield world
    world.close()


def gates(world: LoggedLittleWorld) -> dict[tuple[str, str], GateOpened]:
    return {
        (school, each.gate): each
        for school in ("house", "one", "two", "three")
        for each in world.events_of(school)
        if isinstance(each, GateOpened)
    }


def test_every_gate_that_reads_others_is_sound(world: LoggedLittleWorld) -> None:
    opened = gates(world)
    assert {("two", "enter:late"), ("three", "enter:late"), ("house", "enter:party"), ("one", "enter:dance")} <= set(
        opened
    )
    assert {each.of for each in opened["house", "enter:party"].readings} == {
        "tiny-2024/one",
        "tiny-2024/two",
        "tiny-2024/three",
    }
    verdict = verify_log(world.log)
    assert verdict.findings == ()
    assert verdict.gates == len(opened) == 8


@pytest.mark.parametrize("gate", ["enter:late", "enter:party", "enter:dance"])
def test_a_fact_of_another_that_is_falsified_afterwards_shows_up_at_the_gates_that_read_it(
    world: LoggedLittleWorld, tmp_path: Path, gate: str
) -> None:
    def not_done(entry: Entry) -> None:
        data = entry["data"]
        if entry["kind"] == "TaskCompleted" and data["task"] in ("ready/go", "party/x"):
            data["answer"] = "later"

    backup_log(world.log, tmp_path / "log.db")
    rewrite(tmp_path / "log.db", not_done)
    found = {each.sentence for each in test_verify.verified(tmp_path / "log.db").findings if each.code == "gate"}
    assert any(f"gate {gate} of" in each and "is shut on the facts" in each for each in found)


def test_facts_of_long_ago_are_folded_from_the_log(world: LoggedLittleWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.judging.WINDOW", 0)
    assert verify_log(world.log).findings == ()


def test_a_gate_is_explained_by_the_facts_of_others_and_whose_they_are(world: LoggedLittleWorld) -> None:
    with open_archive(world.log) as archive:
        explanation = explain(archive, world.stream("house"), "enter:party")
    assert {each.of for each in explanation.grounds} == {"tiny-2024/one", "tiny-2024/two", "tiny-2024/three"}
    assert all(each.who == f"{MANAGER} for {MEMBER}, entered by tester" for each in explanation.grounds)
    assert explanation.because is not None
    assert explanation.because.startswith("three: ready/go done")


def test_what_follows_for_several_peers_is_known_by_what_it_follows_from(
    world: LoggedLittleWorld, tmp_path: Path
) -> None:
    records = world.log.read(limit=10_000, kinds=("GateOpened",))
    assert any("+" in record.command_id for record in records)

    def of_another_event(entry: Entry) -> None:
        if "+" in entry["command_id"]:
            entry["command_id"] = entry["command_id"].replace("@", "@9")

    backup_log(world.log, tmp_path / "log.db")
    rewrite(tmp_path / "log.db", of_another_event)
    with open_log(tmp_path / "log.db", read_only=True) as log:
        assert any("Nothing follows from event 9" in each.sentence for each in verify_log(log).findings)
