"""DBOS as a contender: its own process, which is told stage by stage what to do."""

import asyncio
import subprocess
import sys
from pathlib import Path

from bench.cascading.process import ROOT
from bench.cascading.stage import Stage


class Dbos:
    """Workflows of DBOS on PostgreSQL. It plays the commands of people only."""

    def __init__(self, url: str, workflows: int, home: Path) -> None:
        with (home / "dbos.log").open("wb") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bench.cascading.on_dbos", url, str(workflows)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )

    async def play(self, stage: Stage) -> float:
        """The seconds that one command to each workflow took."""
        return float(await asyncio.to_thread(self._told, stage.name))

    def _told(self, command: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()

    def stop(self) -> None:
        self._process.communicate("\n", timeout=60)
