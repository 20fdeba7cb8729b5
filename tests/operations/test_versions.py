"""Worker versioning as an operator meets it: what status and commands say, and how what runs comes to a new version."""

import os
import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from activities.organisation import first_operator
from runtime.embedded import EmbeddedServer
from runtime.settings import Settings
from tests.operations.test_running import SCHOOLS
from tests.terminal.calling import COMMAND, Calls

pytestmark = [pytest.mark.server, pytest.mark.slow]


class Installation:
    """One log on a server of one's own, and what an operator does there."""

    def __init__(self, home: Path, server: EmbeddedServer, task_queue: str) -> None:
        operator = first_operator(Settings(home=home))
        assert operator is not None
        self.calls = Calls(home, operator)
        self.named: dict[str, Any] = {
            "TEMPORAL_ADDRESS": server.address,
            "KASKAD_TASK_QUEUE": task_queue,
            "KASKAD_DEPLOYMENT": task_queue,
        }

    def __call__(self, *arguments: object, code: int = 0) -> str:
        ended = self.calls.apart(*arguments, code=code, **self.named)
        return ended.out + ended.err

    def wrong(self) -> str:
        told = self.calls.apart("status", "--json", **self.named).json
        return " ".join(f"{each['what']} {each['remedy']}" for each in told["wrong"])

    @contextmanager
    def worker(self, build_id: str) -> Iterator[None]:
        environment = {**os.environ, **self.calls.environment, **self.named, "KASKAD_BUILD_ID": build_id}
        with subprocess.Popen([COMMAND, "worker"], env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert any('"versioned' in line for line in process.stdout)
            try:
                yield
            finally:
                process.terminate()
                process.communicate(timeout=20)

    def make_current(self, told: str, build_id: str) -> None:
        """By the command that was told, once the server has heard of that version."""
        found = re.search(r"'(temporal worker deployment set-current-version [^']*)'", told)
        assert found is not None, told
        command = re.sub(r"--build-id \S+", f"--build-id {build_id}", found[1])
        arguments = [str(COMMAND.parent / "temporal"), *shlex.split(command)[1:], "--yes"]
        for _ in range(50):
            done = subprocess.run(
                arguments, env={**os.environ, **self.named}, capture_output=True, text=True, check=False
            )
            if done.returncode == 0:
                return
            time.sleep(0.2)
        raise AssertionError(done.stdout + done.stderr)


@pytest.fixture
def here(home: Path, temporal_server: EmbeddedServer, task_queue: str) -> Installation:
    return Installation(home, temporal_server, task_queue)


def test_what_runs_moves_to_a_new_version_and_status_says_what_is_missing(here: Installation, tmp_path: Path) -> None:
    schools = tmp_path / "schools.csv"
    schools.write_text(SCHOOLS)
    start = ("rollout", "start", "nis-share", "--cohort", "2024", "--schools", schools)
    with here.worker("v1"):
        told = here.wrong()
        assert "commands are not answered" in told
        assert "set-current-version" in here(*start, code=3)
        here.make_current(told, "v1")
        here(*start)
        assert "version" not in here.wrong()
        with here.worker("v2"):
            here.make_current(told, "v2")
            assert f"5 with {here.named['KASKAD_DEPLOYMENT']}:v1" in here.wrong()
            assert "Moved               5" in here("recover")
            assert "version" not in here.wrong()
            assert "agreed with the log already" in here("recover")
    with here.worker("v3"):
        here.make_current(told, "v3")
        assert f"5 with {here.named['KASKAD_DEPLOYMENT']}:v2" in here.wrong()
        here("recover", "--anew")
        assert "version" not in here.wrong()
        here("school", "withdraw", "school-1", "--reason", "moved away")
