"""The one screen: with everything running, and with what it needs away."""

import os
import socket
import subprocess
import sys
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from domain.participant.team import AssignDuty, TakeSeat
from eventlog.log import open_log
from eventlog.record import NewNotice
from people.registry import open_registry
from runtime.versions import Poller, Queue, Version
from terminal.status_log import NoOne, Unfilled, told_by
from terminal.status_page import on_the_way, what_is_behind
from terminal.status_stack import Stack, is_gone, stack_told
from tests.audit.logged import LoggedLittleWorld
from tests.domain.given import MANAGER, SPARE
from tests.domain.little_world import place
from tests.domain.tiny import HOUSE, changed
from tests.eventlog.appends import append
from tests.terminal.calling import Calls
from tests.terminal.lists import started
from tests.terminal.short import start_short


def test_the_screen_tells_what_runs(kaskad: Calls, rollout_id: str, tmp_path: Path) -> None:
    started(kaskad, rollout_id, tmp_path)
    told = kaskad("status", "--json").json
    assert told["server"]["reached"]
    assert told["worker"]["reached"]
    (course,) = (each for each in told["log"]["rollouts"] if each["rollout"] == rollout_id)
    assert [(tier["tier"], tier["participants"]) for tier in course["tiers"]] == [
        ("trainers", 1), ("intellectual-school", 3),
    ]  # fmt: skip
    screen = kaskad("status").out
    assert "reached at" in screen
    assert rollout_id in screen


def test_the_screen_is_there_without_a_server_and_says_what_to_do(kaskad: Calls) -> None:
    screen = kaskad("status", TEMPORAL_ADDRESS="127.0.0.1:1").out
    assert "NOT REACHED" in screen
    assert "kaskad up" in screen
    assert "events" in screen


def test_a_task_queue_that_nobody_serves_is_told(kaskad: Calls) -> None:
    told = kaskad("status", "--json", KASKAD_TASK_QUEUE="served-by-nobody").json
    assert told["server"]["reached"]
    assert not told["worker"]["reached"]
    assert "No worker serves the task queue served-by-nobody" in told["wrong"][0]["what"]


def test_a_namespace_that_is_not_there_is_told_with_the_command_that_makes_it(kaskad: Calls) -> None:
    (wrong, *_) = kaskad("status", "--json", TEMPORAL_NAMESPACE="nowhere").json["wrong"]
    assert "No worker serves" in wrong["what"]
    assert "Namespace nowhere is not found" in wrong["remedy"]
    assert "temporal operator namespace create" in wrong["remedy"]


def test_what_is_asked_of_a_role_that_nobody_has_is_told(kaskad: Calls, tmp_path: Path) -> None:
    short = start_short(kaskad, tmp_path)

    def unfilled() -> list[dict[str, object]]:
        return [each for each in short("status", "--json").json["log"]["unfilled"] if each["rollout"] == short.id]

    assert unfilled() == []
    short("school", "seat", f"{short.id}/{short.first}", "lead", "--free")
    (role,) = unfilled()
    assert (role["role"], role["school"]) == ("lead", short.first)
    assert "nobody is that there" in short("status").out


def test_where_nothing_can_be_read_the_exit_code_says_so(kaskad: Calls, tmp_path: Path) -> None:
    ended = kaskad("status", code=3, KASKAD_HOME=str(tmp_path / "nothing"))
    assert "There is no event log" in ended.out
    assert not (tmp_path / "nothing").exists()


def test_a_registry_that_is_away_locked_or_another_is_told_and_none_is_made(kaskad: Calls, tmp_path: Path) -> None:
    registry, keys, master_key = tmp_path / "registry.db", tmp_path / "keys.db", b64encode(bytes(32)).decode()

    def told(registry: object = "", keys: object = "", master_key: str = "") -> str:
        set_to = {"KASKAD_REGISTRY": str(registry), "KASKAD_KEYS": str(keys), "KASKAD_MASTER_KEY": master_key}
        wrong = kaskad("status", "--json", code=0, **set_to).json["wrong"]
        return " ".join(each["what"] + each["remedy"] for each in wrong if "registry" in each["what"])

    assert told() == ""
    assert "There is no registry of persons here: no name is shown, no message is sent." in told(registry, keys)
    assert list(tmp_path.iterdir()) == []
    with open_registry(registry, keys, environment={"KASKAD_MASTER_KEY": master_key}):
        pass
    assert "set KASKAD_MASTER_KEY to read them" in told(registry, keys)
    assert "is not that of this log: it does not know p-" in told(registry, keys, master_key)


def test_a_duty_for_which_somebody_has_to_be_named_is_told_with_what_to_do(tmp_path: Path) -> None:
    opening = {**HOUSE["opens"][0], "gate": {"on_or_after": "2024-09-01"}}
    world = LoggedLittleWorld(tmp_path / "log.db", place("one"), programme=changed(house={"opens": [opening]}))
    world.ask_school("one", AssignDuty, MANAGER, duty="reviewer", person=SPARE)
    assert told_by(world.log).no_one == []
    world.ask_school("house", TakeSeat, MANAGER, seat="head", person=SPARE)
    told = told_by(world.log)
    world.close()
    assert told.no_one == [NoOne("tiny-2024", "one", "mentor")]
    stack = Stack(server=True, worker=True, address="here:7233", workers=("one@here",), why="")
    sentences = dict(what_is_behind(stack, told))
    wrong = next(each for each in sentences if "one needs somebody as mentor" in each)
    assert sentences[wrong] == "kaskad school assign tiny-2024/one --duty mentor=PERSON"


def test_one_task_is_and_several_are_for_a_role_that_nobody_has(tmp_path: Path) -> None:
    world = LoggedLittleWorld(tmp_path / "log.db", place("one"), programme=changed())
    told = told_by(world.log)
    world.close()
    unfilled = [Unfilled("tiny-2024", "head", 1, "one"), Unfilled("tiny-2024", "mentor", 2, "one")]
    sentences = [
        wrong for wrong, _ in what_is_behind(Stack(server=True, worker=True), replace(told, unfilled=unfilled))
    ]
    assert "1 open task of tiny-2024 is for 'head', and nobody is that there: one first." in sentences
    assert "2 open tasks of tiny-2024 are for 'mentor', and nobody is that there: one first." in sentences


def test_messages_that_wait_for_the_end_of_quiet_hours_are_counted_with_when_that_is(tmp_path: Path) -> None:
    morning = datetime(2099, 5, 1, 3, tzinfo=UTC)
    wait = [
        NewNotice(f"n-{number}", "TaskAsked", "{}", at, to_role="lead")
        for number, at in enumerate((morning + timedelta(hours=1), morning, morning - timedelta(days=30_000)))
    ]
    with open_log(tmp_path / "log.db") as log:
        assert on_the_way(told_by(log)) == "0 consequences, 0 messages"
        log.append(append("rollout:r", notices=tuple(wait)))
        said = on_the_way(told_by(log))
    assert said == "0 consequences, 1 message; 2 more after quiet hours, from 2099-05-01 03:00 (UTC) on"


def test_every_command_of_a_manager_has_help_with_an_example(kaskad: Calls) -> None:
    commands = {
        "rollout": ("start", "list", "show", "watch", "pause", "resume", "close"),
        "rollout calendar": ("show", "set"),
        "school": ("show", "list", "enrol", "nominate", "withdraw", "replace", "seat", "seats", "assign"),
        "person": ("add", "list", "show", "grant", "revoke", "erase"),
        "": ("status",),
    }
    for group, names in commands.items():
        for name in names:
            shown = kaskad(*group.split(), name, "--help").out
            assert f"kaskad {group} {name}".replace("  ", " ") in shown.split("For example", 1)[-1], (group, name)


def test_the_commands_read_the_same_in_a_process_of_their_own(kaskad: Calls) -> None:
    told = kaskad.apart("rollout", "list", "--json").json
    assert told == kaskad("rollout", "list", "--json").json
    assert kaskad.apart("rollout", "show", "nowhere", code=1).out == ""


def test_a_worker_that_was_killed_serves_no_longer_whatever_the_server_still_says() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    here = socket.gethostname()
    assert is_gone(f"{ended.pid}@{here}")
    assert not is_gone(f"{os.getpid()}@{here}")
    assert not is_gone(f"{ended.pid}@elsewhere")


OLD, NEW = Version("kaskad", "v1"), Version("kaskad", "v2")


def queue(current: Version | None, *versions: Version | None) -> Queue:
    asked = datetime.now(UTC)
    pollers = tuple(Poller(f"{number}@here", version, asked) for number, version in enumerate(versions))
    return Queue("kaskad", pollers, current)


def test_a_worker_whose_version_is_not_current_does_not_serve_and_how_it_would_is_told() -> None:
    for current, versions, how in (
        (None, (OLD,), "--deployment-name kaskad --build-id v1"),
        (NEW, (OLD,), "--deployment-name kaskad --build-id v1"),
        (NEW, (None,), "--deployment-name kaskad --unversioned"),
    ):
        stack = stack_told(queue(current, *versions), (), "here:7233")
        assert not stack.worker
        assert f"temporal worker deployment set-current-version --address here:7233 {how}" in stack.why
    stack = stack_told(queue(NEW, OLD, NEW), (), "here:7233")
    assert (stack.workers, stack.version) == (("1@here",), "kaskad:v2")


def test_workflows_that_stay_with_another_version_are_told_also_where_no_worker_has_it() -> None:
    ((what, remedy),) = stack_told(queue(NEW, OLD, NEW), (OLD, OLD), "").versions
    assert "2 with kaskad:v1" in what
    assert "'kaskad recover' moves them" in remedy
    ((what, remedy),) = stack_told(queue(NEW, NEW), (OLD, OLD), "").versions
    assert "a version that no worker has: 2 with kaskad:v1" in what
    assert "'kaskad recover --anew'" in remedy
