"""`kaskad demo` as a person at a terminal has it: small ones for how it ends, a whole one for what it plays."""

import os
import pty
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from eventlog.log import open_log
from runtime.folder import DataFolder

pytestmark = [pytest.mark.server, pytest.mark.slow]

COMMAND = Path(sys.executable).parent / "kaskad"


def _environment(home: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "KASKAD_HOME": str(home), "KASKAD_TEMPORAL_UI": "0", **more}


def _demo(home: Path, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [COMMAND, "demo", *arguments],
        env=_environment(home, **more), capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip


def _try_next(said: str, home: Path) -> list[str]:
    """Every command that the demo says to try next, tried, with nothing running; what each printed."""
    lines = [line.strip() for line in said.splitlines() if line.startswith("  ./kaskad ")]
    assert len(lines) == 3
    printed = []
    for line in lines:
        ended = subprocess.run(
            [COMMAND, *shlex.split(line)[1:]],
            env=_environment(home), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert ended.returncode == 0, f"{line}\n{ended.stdout}{ended.stderr}"
        printed.append(ended.stdout)
    return printed


def _servers_on(folder: Path) -> str:
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "args="], capture_output=True, text=True, check=True).stdout
    return "\n".join(line for line in listed.splitlines() if str(folder) in line)


def test_the_whole_cohort_of_2024_comes_to_its_end(home: Path) -> None:
    ended = _demo(home)
    assert ended.returncode == 0, ended.stderr
    said = ended.stdout
    assert re.search(r"^First tier +20 certified; 1 withdrew, 1 took its place$", said, re.M)
    assert re.search(r"^Second tier +40 opened by certified parents; 40 certified, 40 at their end$", said, re.M)
    assert re.search(r"^the end  first tier 20, certified 20;  second tier 40, certified 40;", said, re.M)
    assert re.search(r"^People .* 1 left a seat, 1 stood in for another$", said, re.M)
    assert re.search(r"^Evidence +[1-9]\d* times returned", said, re.M)
    assert re.search(r"^Mentoring +[1-9]\d* checkpoints missed$", said, re.M)
    assert re.search(r"^Log +\d+ events and \d+ gates, verified$", said, re.M)
    assert len(re.findall(r"^20\d\d-\d\d  first tier", said, re.M)) > 20, "a line for each month"
    replayed, explained, verified = _try_next(said, home)
    assert "nis-astana-1" in replayed
    assert "certify" in explained
    assert "sound" in verified


def test_a_small_one_keeps_what_it_played_where_it_is_told_to_and_stops_its_server(home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    ended = _demo(home, "--schools", "2", "--seed", "5", "--keep", str(kept))
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    assert sorted(each.name for each in kept.iterdir()) == ["evidence", "log.db"]
    assert not home.exists() or not (home / "log").exists(), "invented people never enter a real log"
    assert _servers_on(kept) == ""
    _try_next(ended.stdout, home)


def test_on_a_terminal_it_is_shown_live(home: Path) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(_environment(home, TERM="xterm-256color", COLUMNS="100", LINES="30"))
        os.execv(COMMAND, [str(COMMAND), "demo", "--schools", "2"])
    shown = b""
    while chunk := _read(terminal):
        shown += chunk
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    said = shown.decode()
    assert os.waitstatus_to_exitcode(status) == 0, said
    assert "Just happened" in said
    assert "Waits for" in said
    assert said.count("Intellectual School") > 10, "it is drawn again and again"
    assert "\x1b[?25h" in said, "the cursor comes back"
    assert "Second tier" in said


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def test_ctrl_c_ends_it_with_its_server(home: Path) -> None:
    running = subprocess.Popen(
        [COMMAND, "demo", "--schools", "4"],
        env=_environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert running.stdout is not None
    while not running.stdout.readline().startswith("2024-10"):
        assert running.poll() is None
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=20)
    assert running.returncode == 130
    assert said.strip() == "kaskad: stopped."
    assert _servers_on(home) == ""
    (folder,) = (home / "rehearsals").iterdir()
    with open_log(folder / "log.db", read_only=True) as log:
        assert log.head().size > 0, "what was played until then can be looked at"


def test_a_folder_that_is_not_empty_is_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    ended = _demo(home, "--keep", str(tmp_path))
    assert ended.returncode == 1
    assert "is not empty" in ended.stderr


def test_of_two_on_one_folder_at_once_the_second_is_refused(home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    both = [
        subprocess.Popen(
            [COMMAND, "demo", "--schools", "2", "--seed", "5", "--keep", str(kept)],
            env=_environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    try:
        said = [each.communicate(timeout=120) for each in both]
    finally:
        for each in both:
            each.kill()
    assert sorted(each.returncode for each in both) == [0, 1], said
    assert sum("is not empty" in err for _, err in said) == 1


def test_a_folder_on_which_nothing_began_is_left_empty(home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    ended = _demo(home, "--schools", "2", "--keep", str(kept), TEMPORAL_ADDRESS="127.0.0.1:1")
    assert ended.returncode == 3
    assert list(kept.iterdir()) == []


def test_a_folder_that_can_not_be_made_is_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    for keep in (tmp_path / "letter.txt", Path("/proc/demo")):
        ended = _demo(home, "--keep", str(keep))
        assert ended.returncode == 1
        assert f"{keep} can't be made an empty folder: " in ended.stderr


def test_a_port_in_use_is_said(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = _demo(home, "--schools", "2", KASKAD_TEMPORAL_PORT=str(taken.getsockname()[1]))
    assert ended.returncode == 1
    assert "is in use" in ended.stderr


def test_a_server_that_is_named_and_away_is_said(home: Path) -> None:
    ended = _demo(home, "--schools", "2", TEMPORAL_ADDRESS="127.0.0.1:1")
    assert ended.returncode == 3
    assert "can't be reached" in ended.stderr


def test_a_running_stack_is_played_on_and_left_running(home: Path) -> None:
    up = subprocess.Popen(
        [COMMAND, "up"], env=_environment(home), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert up.stdout is not None
        while not up.stdout.readline().startswith("Worker"):
            assert up.poll() is None
        ended = _demo(home, "--schools", "2", "--seed", "5")
        assert ended.returncode == 0, ended.stderr
        assert up.poll() is None
        _try_next(ended.stdout, home)
        with open_log(home / "log" / "events.db", read_only=True) as log:
            assert log.rows("rollouts") == [], "invented people never enter a real log"
        assert DataFolder(home).is_held()
    finally:
        up.terminate()
        up.communicate(timeout=20)


def test_two_at_once_do_not_meet(home: Path) -> None:
    began = time.monotonic()
    both = [
        subprocess.Popen(
            [COMMAND, "demo", "--schools", "2", "--seed", seed],
            env=_environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for seed in ("5", "6")
    ]  # fmt: skip
    said = [each.communicate(timeout=300) for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    assert len(list((home / "rehearsals").iterdir())) == 2
    assert time.monotonic() - began < 240
