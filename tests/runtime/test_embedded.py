"""The embedded server keeps what it has, is found by its note, and never runs twice on one folder."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from activities.asking import BY_ROLLOUT, BY_SCHOOL
from runtime.embedded import (
    SEARCH_ATTRIBUTES,
    EmbeddedServer,
    PortLost,
    end_left_over,
    find_server,
    start_server,
    start_somewhere,
)
from runtime.folder import DataFolder, FolderInUse
from runtime.ports import LOOPBACK, Ports, PortTaken, choose_port
from runtime.settings import Settings

pytestmark = pytest.mark.server


def _is_running(pid: int) -> bool:
    """A killed process that nobody has asked after yet still has its number, and the state Z."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(shown) and not shown.startswith("Z")


def _wait_until_gone(pid: int) -> None:
    end = time.monotonic() + 10
    while _is_running(pid):
        assert time.monotonic() < end, f"process {pid} is still there"
        time.sleep(0.02)


def test_the_server_gives_way_to_whoever_works_with_it(home: Path) -> None:
    """All of its threads: each has a priority of its own."""
    server = start_somewhere(DataFolder(home))
    try:
        threads = Path(f"/proc/{server.process.pid}/task")
        each = [int(thread.name) for thread in threads.iterdir()] if threads.exists() else [server.process.pid]
        assert {os.getpriority(os.PRIO_PROCESS, thread) for thread in each} == {min(os.nice(0) + 5, 19)}
    finally:
        server.stop()


async def test_a_namespace_made_before_a_kill_is_there_after_it(home: Path) -> None:
    folder = DataFolder(home)
    first = start_somewhere(folder)
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait()
    assert find_server(folder) is None
    second = start_server(folder, first.ports)
    try:
        assert second.address == first.address
        assert find_server(folder) == second.listening
    finally:
        second.stop()
    assert not folder.temporal_note.exists()


def test_a_server_that_was_left_over_is_ended_before_the_next_starts(home: Path) -> None:
    left = start_somewhere(DataFolder(home))
    end_left_over(DataFolder(home))
    assert left.process.wait() in (0, -signal.SIGTERM, -signal.SIGKILL)


def test_a_note_whose_process_is_another_program_ends_nothing(home: Path) -> None:
    folder = DataFolder(home)
    folder.prepare()
    folder.temporal_note.write_text(f'{{"pid": {os.getpid()}, "port": 1, "http_port": 2, "ui_port": null}}')
    end_left_over(folder)
    assert not folder.temporal_note.exists()


def test_the_server_ends_with_a_killed_parent(home: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", _PARENT, str(home)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent.stdout:
        server = int(parent.stdout.readline())
    assert _is_running(server)
    parent.kill()
    parent.wait()
    if sys.platform != "linux":
        # There no process can be tied to its parent: the next start ends what was left over.
        end_left_over(DataFolder(home))
    _wait_until_gone(server)


_PARENT = """
import sys, time
from pathlib import Path
from runtime.embedded import start_somewhere
from runtime.folder import DataFolder
print(start_somewhere(DataFolder(Path(sys.argv[1]))).process.pid, flush=True)
time.sleep(60)
"""


def test_two_stacks_on_one_folder_are_refused_by_the_name_of_the_first(home: Path) -> None:
    folder = DataFolder(home)
    with folder.held(), pytest.raises(FolderInUse, match=f"process {os.getpid()}"), folder.held():
        pass
    assert not folder.is_held()


def test_whoever_only_looks_whether_a_folder_is_held_keeps_nobody_from_it(home: Path) -> None:
    folder = DataFolder(home)
    assert not folder.is_held()
    assert not folder.lock.exists()
    with folder.held():
        noted = folder.lock.read_text()
        assert folder.is_held()
        assert folder.lock.read_text() == noted
    with folder.lock.open() as look:
        fcntl.flock(look, fcntl.LOCK_SH)
        threading.Timer(0.05, fcntl.flock, (look, fcntl.LOCK_UN)).start()
        with folder.held():
            assert folder.is_held()


def test_the_data_folder_is_for_its_owner_alone(home: Path) -> None:
    DataFolder(home).prepare()
    assert home.stat().st_mode & 0o077 == 0


def test_a_port_that_was_asked_for_and_is_taken_is_refused_by_its_number() -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"Port {port} .* KASKAD_TEMPORAL_PORT"):
            Ports.choose(Settings(temporal_port=port))
        assert choose_port(None, port, "KASKAD_TEMPORAL_PORT") != port


@pytest.mark.parametrize("name", ["grpc", "http", "metrics", "ui"])
def test_a_port_that_another_program_takes_between_choice_and_start_is_replaced_by_another(
    home: Path, name: str
) -> None:
    with socket.socket() as other:
        choices: list[Ports] = []

        def choose() -> Ports:
            choices.append(Ports.choose(Settings(), grpc=None, ui=None))
            if len(choices) == 1:
                other.bind((LOOPBACK, getattr(choices[0], name)))
                other.listen()
            return choices[-1]

        server = start_somewhere(DataFolder(home), choose)
    try:
        assert len(choices) == 2
        assert server.ports == choices[1]
        assert find_server(DataFolder(home)) == server.listening
    finally:
        server.stop()


def test_a_port_that_was_asked_for_and_is_taken_between_choice_and_start_is_refused(home: Path) -> None:
    with socket.socket() as other:
        asked = Settings(temporal_port=Ports.free().grpc, temporal_ui=False)

        def choose() -> Ports:
            ports = Ports.choose(asked)
            other.bind((LOOPBACK, ports.grpc))
            other.listen()
            return ports

        with pytest.raises(PortTaken, match=str(asked.temporal_port)):
            start_somewhere(DataFolder(home), choose)


def test_ports_that_are_taken_again_and_again_are_given_up(home: Path) -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        taken = replace(Ports.free(), grpc=other.getsockname()[1])
        with pytest.raises(PortLost, match="another program took one of its ports"):
            start_somewhere(DataFolder(home), lambda: taken)


async def test_the_server_knows_our_search_attributes(temporal_server: EmbeddedServer) -> None:
    from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
    from temporalio.client import Client

    client = await Client.connect(temporal_server.address)
    known = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
    assert {BY_ROLLOUT.name, BY_SCHOOL.name} <= set(known.custom_attributes)
    assert set(SEARCH_ATTRIBUTES) == {BY_ROLLOUT.name, BY_SCHOOL.name}
