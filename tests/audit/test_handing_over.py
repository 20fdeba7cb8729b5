"""A log in which a school was handed over is sound, and its peers are those of the parent that it has."""

from pathlib import Path

from audit.verifying import verify_log
from domain.participant.journey import Withdraw
from domain.participant.steps import GateOpened
from domain.participant.tasks import CompleteTask
from domain.rollout.commands import HandOver
from tests.audit.logged import LoggedLittleWorld
from tests.audit.test_facts_of_others import reading_others
from tests.domain.given import MANAGER, REASON
from tests.domain.little_world import place


def test_the_peers_of_a_school_that_was_handed_over_are_those_of_its_new_parent(tmp_path: Path) -> None:
    team = {"head": "p-member00", "member-1": "p-spare000"}
    houses = [place("other", "house", persons={"head": "p-strange0"})]
    schools = [place(name, persons=team, parent="house") for name in ("one", "two", "three")]
    stays = place("stays", persons=team, parent="other")
    world = LoggedLittleWorld(tmp_path / "log.db", *houses, *schools, stays, programme=reading_others())
    world.wait(days=1)
    world.ask_school("house", Withdraw, MANAGER, reason=REASON)
    world.ask_rollout(HandOver, MANAGER, school="one", to="other")
    world.ask_school("two", CompleteTask, MANAGER, task="ready/go")
    assert "late" not in world.school("one").steps, "that is no peer of it any more"
    world.ask_school("stays", CompleteTask, MANAGER, task="ready/go")
    (opened,) = [each for each in world.events_of("one") if isinstance(each, GateOpened)]
    assert (opened.gate, [each.of for each in opened.readings]) == ("enter:late", ["tiny-2024/stays"])
    verdict = verify_log(world.log)
    assert verdict.findings == ()
    rows = [row for row in world.log.rows("lineage", stream="participant:tiny-2024/one") if "parent" in row.values()]
    assert sorted(row["until"] is None for row in rows) == [False, True], "by whom until then, and by whom from then on"
    world.close()
