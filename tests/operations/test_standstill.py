"""While a backup is brought back nobody works, and nobody waits for somebody who was killed."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.folder import DataFolder
from runtime.standstill import CalledAlready, Standstill, StillWorking


@pytest.fixture
def standstill(home: Path) -> Standstill:
    return Standstill(DataFolder(home))


def test_workers_work_side_by_side_and_are_told_when_they_are_to_let_go(standstill: Standstill) -> None:
    assert not standstill.is_worked()
    with standstill.working(), standstill.working():
        assert standstill.is_worked()
        assert not standstill.is_called()
        with pytest.raises(StillWorking, match="did not let go"), standstill.held(within=0.3):
            pass
    assert not standstill.is_called()


def test_nobody_begins_to_work_while_everybody_stands_still(standstill: Standstill) -> None:
    with standstill.held():
        assert standstill.is_called()
        with pytest.raises(CalledAlready), standstill.working():
            pass
        with pytest.raises(CalledAlready, match="Another backup"), standstill.held():
            pass
    with standstill.working():
        pass


async def test_a_worker_hears_the_call_and_that_it_is_over(standstill: Standstill) -> None:
    with standstill.held():
        async with asyncio.timeout(2):
            await standstill.called()
    async with asyncio.timeout(2):
        await standstill.over()


def test_whoever_is_killed_lets_go(home: Path, standstill: Standstill) -> None:
    code = (
        "import time; from pathlib import Path; from runtime.folder import DataFolder\n"
        "from runtime.standstill import Standstill\n"
        f"with Standstill(DataFolder(Path({str(home)!r}))).working(): print('works', flush=True); time.sleep(60)"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=root) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "works\n"
        assert standstill.is_worked()
        os.kill(worker.pid, signal.SIGKILL)
        with standstill.held(within=5):
            pass


def test_what_goes_wrong_meanwhile_is_told_as_it_is(standstill: Standstill) -> None:
    with pytest.raises(BlockingIOError, match="mine"), standstill.held():
        raise BlockingIOError("mine")
    assert not standstill.is_called()
