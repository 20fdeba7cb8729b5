"""Children end when they are told to, are started again with patience, and their logs stay within a size."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runtime import lifeline
from runtime.embedded import ServerMissing, find_binary
from runtime.settings import Settings
from runtime.stack import Pause, Signals, Stack

_STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(60)
"""
_TALKING = """
import itertools, time
for number in itertools.count():
    print("line", number, flush=True)
    time.sleep(0.01)
"""


def _start(program: str, output: Path) -> subprocess.Popen[bytes]:
    child = lifeline.spawn([sys.executable, "-c", program], output=output, environment=os.environ)
    _wait_for_a_line(output)
    return child


def _wait_for_a_line(output: Path, within: float = 10) -> str:
    end = time.monotonic() + within
    while "\n" not in (text := output.read_text()):
        assert time.monotonic() < end
        time.sleep(0.005)
    return text


def test_a_child_that_does_not_stop_is_ended(tmp_path: Path) -> None:
    child = _start(_STUBBORN, tmp_path / "log")
    lifeline.stop(child, within=0.2)
    assert child.returncode == -9


def test_a_second_signal_does_not_wait_for_a_child_that_does_not_stop(tmp_path: Path, settings_here: Settings) -> None:
    said: list[str] = []
    stack = Stack(settings_here, said.append, Signals(seen=2))
    stack.worker = _start(_STUBBORN, tmp_path / "log")
    started = time.monotonic()
    stack.stop()
    assert time.monotonic() - started < 2
    assert said == ["The worker did not stop by itself and is ended."]


def test_a_child_that_keeps_ending_is_started_again_ever_later() -> None:
    pause = Pause()
    assert [round(pause.next(), 1) for _ in range(9)] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 20.0, 20.0]
    pause.started -= 60
    assert pause.next() == 0.2


def test_a_log_that_grew_too_long_begins_anew_and_the_one_before_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text("x" * 100)
    lifeline.cut(log, largest=100)
    assert log.stat().st_size == 100
    lifeline.cut(log, largest=99)
    assert log.read_text() == ""
    assert (tmp_path / "worker.log.1").read_text() == "x" * 100
    lifeline.cut(tmp_path / "none", largest=1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_on_a_full_disk_a_log_that_grew_too_long_begins_anew_all_the_same(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text("x" * 100)
    (tmp_path / "worker.log.1").symlink_to("/dev/full")
    lifeline.cut(log, largest=99)
    assert log.read_text() == ""
    assert not (tmp_path / "worker.log.1").is_symlink()


def test_a_child_that_the_disk_does_not_let_start_is_tried_again(
    settings_here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    signals = Signals()
    stack = Stack(settings_here, said.append, signals)
    stack.worker = lifeline.spawn([sys.executable, "-c", ""], output=None, environment=os.environ)
    stack.worker.wait()
    tries: list[str] = []

    def refuse(*_: object, **__: object) -> None:
        tries.append("tried")
        if len(tries) == 2:
            signals.note()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lifeline, "spawn", refuse)
    stack.watch()
    assert len(tries) == 2
    assert "No space left on device" in said[-1]


def test_a_folder_with_a_module_of_the_workers_name_is_no_trap(
    tmp_path: Path, settings_here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "worker.py").write_text("raise SystemExit(5)\n")
    monkeypatch.chdir(tmp_path)
    stack = Stack(settings_here, print, Signals(seen=1))
    stack.folder.prepare()
    stack.start_worker()
    try:
        assert "waiting for Temporal" in _wait_for_a_line(stack.folder.worker_log, within=60)
    finally:
        stack.stop()
    assert stack.worker is not None
    assert stack.worker.returncode != 5


def test_what_a_child_writes_after_the_cut_stands_at_the_new_beginning(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = _start(_TALKING, log)
    try:
        lifeline.cut(log, largest=1)
        assert _wait_for_a_line(log).startswith("line ")
    finally:
        lifeline.stop(child, within=5)


def test_without_a_server_for_this_platform_the_sentence_names_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerMissing, match="TEMPORAL_ADDRESS"):
        find_binary()
