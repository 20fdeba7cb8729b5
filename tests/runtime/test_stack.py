"""`kaskad up` in a process of its own: what a person at a terminal gets, kills and second starts included."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from activities.organisation import first_operator
from eventlog.log import open_log
from runtime.folder import DataFolder
from runtime.ports import LOOPBACK, free_port
from runtime.settings import Settings

pytestmark = pytest.mark.server

COMMAND = Path(sys.executable).parent / "kaskad"


class Up:
    """A running `kaskad up` and what it said so far."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.said = home.with_name(f"{home.name}.txt")
        with self.said.open("w") as output:
            self.process = subprocess.Popen(
                [COMMAND, "up"], env=environment(home, **settings), stdout=output, stderr=subprocess.STDOUT
            )

    def wait_for(self, text: str, within: float = 30) -> str:
        end = time.monotonic() + within
        while text not in (said := self.said.read_text()):
            assert time.monotonic() < end, f"{text!r} was not said in time, but:\n{said}"
            assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{said}"
            time.sleep(0.05)
        return said

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(15)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def worker(self) -> int:
        """The worker that was started last."""
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
        rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
        return next(int(pid) for pid, parent, args in rows if int(parent) == self.process.pid and "-m worker" in args)


def environment(home: Path, **settings: str) -> dict[str, str]:
    """An empty setting is none."""
    ours = {"KASKAD_HOME": str(home), "KASKAD_TEMPORAL_UI": "0", "KASKAD_TEMPORAL_PORT": str(free_port())}
    return {name: value for name, value in {**os.environ, **ours, **settings}.items() if value}


@contextmanager
def up(home: Path, **settings: str) -> Iterator[Up]:
    running = Up(home, **settings)
    try:
        running.wait_for("Ctrl-C stops it.")
        yield running
    finally:
        running.end()


def wait_until(what: str, is_so: object, within: float = 15) -> None:
    assert callable(is_so)
    end = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < end, f"not so in time: {what}"
        time.sleep(0.05)


def serving_lines(home: Path) -> int:
    log = DataFolder(home).worker_log
    return sum(json.loads(line)["event"] == "serving" for line in log.read_text().splitlines() if line.startswith("{"))


def is_alive(pid: int) -> bool:
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(shown) and not shown.startswith("Z")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_stops_everything_cleanly_within_ten_seconds(home: Path, number: int) -> None:
    with up(home) as running:
        wait_until("the worker serves", lambda: serving_lines(home) == 1)
        worker = running.worker()
        started = time.monotonic()
        assert running.stop(number) == 0
        assert time.monotonic() - started < 10
        assert "Stopped." in running.said.read_text()
        assert not is_alive(worker)
    assert not DataFolder(home).temporal_note.exists()


def test_the_first_start_makes_an_operator_and_the_second_does_not(home: Path) -> None:
    with up(home) as first:
        assert "Operator   p-" in first.wait_for("Ctrl-C")
        first.stop()
    with up(home) as second:
        assert "Operator" not in second.wait_for("Ctrl-C")
        second.stop()


def test_a_second_stack_on_the_folder_is_refused_by_the_name_of_the_first(home: Path) -> None:
    with up(home) as running:
        second = subprocess.run(
            [COMMAND, "up"], env=environment(home), capture_output=True, text=True, timeout=30, check=False
        )
        assert second.returncode == 1
        assert f"process {running.process.pid}" in second.stderr
        running.stop()


def test_a_killed_worker_and_a_killed_server_are_started_again_on_the_same_address(home: Path) -> None:
    with up(home) as running:
        wait_until("the worker serves", lambda: serving_lines(home) == 1)
        note = json.loads(DataFolder(home).temporal_note.read_text())
        os.kill(running.worker(), signal.SIGKILL)
        running.wait_for("The worker ended (signal 9)")
        wait_until("the next worker serves", lambda: serving_lines(home) == 2)
        os.kill(note["pid"], signal.SIGKILL)
        running.wait_for("The Temporal server ended (signal 9)")
        wait_until("the server is back", lambda: _note_of(home).get("pid") not in (None, note["pid"]))
        assert _note_of(home)["port"] == note["port"]
        running.stop()


def test_a_server_whose_port_was_taken_while_it_was_away_moves_and_its_worker_follows(home: Path) -> None:
    with up(home, KASKAD_TEMPORAL_PORT="") as running, socket.socket() as other:
        wait_until("the worker serves", lambda: serving_lines(home) == 1)
        before, worker = _note_of(home), running.worker()
        # held up, so that it cannot start the server again before the port is taken
        running.process.send_signal(signal.SIGSTOP)
        os.kill(before["pid"], signal.SIGKILL)
        _take_port(other, before["port"])
        running.process.send_signal(signal.SIGCONT)
        running.wait_for("The Temporal server ended (signal 9)")
        wait_until("the next worker serves", lambda: serving_lines(home) == 2, within=30)
        assert _note_of(home)["port"] != before["port"]
        assert not is_alive(worker)
        running.stop()


def _take_port(other: socket.socket, port: int) -> None:
    """As soon as it is given back."""
    other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

    def is_taken() -> bool:
        try:
            other.bind((LOOPBACK, port))
        except OSError:
            return False
        other.listen()
        return True

    wait_until("the port is ours", is_taken)


def test_stacks_that_start_at_the_same_time_all_come_up(home: Path) -> None:
    homes = [home.with_name(name) for name in ("one", "other", "third")]
    with ExitStack() as opened:
        started = [Up(each, KASKAD_TEMPORAL_PORT="") for each in homes]
        for each in started:
            opened.callback(each.end)
        for each in started:
            each.wait_for("Ctrl-C stops it.")
        assert len({_note_of(each)["port"] for each in homes}) == len(homes)


def test_a_killed_stack_leaves_nothing_running_and_starts_again(home: Path) -> None:
    with up(home) as running:
        children = (running.worker(), _note_of(home)["pid"])
        running.process.kill()
        running.process.wait()
        if sys.platform == "linux":
            wait_until("its children are gone", lambda: not any(is_alive(pid) for pid in children))
    with up(home) as again:
        assert again.stop() == 0


def test_a_port_in_use_is_refused_by_its_number(home: Path) -> None:
    with up(home) as running:
        port = _note_of(home)["port"]
        other = subprocess.run(
            [COMMAND, "up"],
            env=environment(home.parent / "other", KASKAD_TEMPORAL_PORT=str(port)),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert other.returncode == 1
        assert f"Port {port} is in use" in other.stderr
        running.stop()


def test_a_log_of_a_newer_version_is_refused_before_anything_is_started(home: Path) -> None:
    with open_log(home / "log" / "events.db") as log:
        log.run(lambda connection: connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9000'"))
    ended = subprocess.run(
        [COMMAND, "up"], env=environment(home), capture_output=True, text=True, timeout=30, check=False
    )
    assert (ended.returncode, ended.stdout) == (1, f"Data       {home}\n")
    assert "schema 9000" in ended.stderr
    assert not DataFolder(home).temporal_database.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_folder_that_nobody_can_make_is_bad_input() -> None:
    ended = subprocess.run(
        [COMMAND, "up"], env=environment(Path("/proc/nowhere")), capture_output=True, text=True, timeout=30, check=False
    )
    assert (ended.returncode, ended.stderr) == (
        2, "kaskad: /proc/nowhere can't be made: name another folder with KASKAD_HOME.\n",
    )  # fmt: skip


def test_where_the_environment_names_a_server_none_is_started(home: Path, temporal_server: object) -> None:
    address = getattr(temporal_server, "address", "")
    with up(home, TEMPORAL_ADDRESS=address) as running:
        assert "none is started here" in running.said.read_text()
        assert not DataFolder(home).temporal_note.exists()
        wait_until("the worker serves there", lambda: serving_lines(home) == 1)
        assert running.stop() == 0


def test_a_worker_waits_for_a_server_that_is_away_and_says_so(home: Path) -> None:
    worker = subprocess.Popen(
        [COMMAND, "worker"],
        env=environment(home, TEMPORAL_ADDRESS=f"127.0.0.1:{free_port()}"),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    with worker.stdout:
        assert "waiting for Temporal" in worker.stdout.readline()
        worker.terminate()
        assert worker.wait(10) == 0


def test_a_namespace_that_the_server_does_not_have_is_told_with_what_to_do(home: Path, temporal_server: object) -> None:
    named = environment(home, TEMPORAL_ADDRESS=getattr(temporal_server, "address", ""), TEMPORAL_NAMESPACE="nowhere")
    ended = subprocess.run([COMMAND, "worker"], env=named, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 3, ended.stderr
    assert ended.stderr.startswith("kaskad: Namespace nowhere is not found. Name another with TEMPORAL_NAMESPACE")


def test_a_worker_that_finds_no_registry_of_the_persons_whom_the_log_knows_makes_none(
    home: Path, temporal_server: object
) -> None:
    folder = Settings(home=home)
    first_operator(folder)
    Path(folder.registry).unlink()
    named = environment(home, TEMPORAL_ADDRESS=getattr(temporal_server, "address", ""))
    ended = subprocess.run([COMMAND, "worker"], env=named, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1, ended.stderr
    assert ended.stderr.startswith(f"kaskad: The registry of persons {folder.registry} has nobody, but the event log")
    assert not Path(folder.registry).exists()


def _note_of(home: Path) -> dict[str, int]:
    try:
        note: dict[str, int] = json.loads(DataFolder(home).temporal_note.read_text())
    except FileNotFoundError:
        return {}
    return note
