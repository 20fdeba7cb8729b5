"""A worker in a process of its own, of which is known at its end how much memory it took."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
_PATIENCE: Final = 20.0
#: Linux counts the peak in KiB, macOS in bytes.
_UNIT: Final = 1 if sys.platform == "darwin" else 1024


class WorkerProcess:
    """Runs until it is stopped; what it says goes to a file."""

    def __init__(self, arguments: Sequence[str], said: Path, environment: Mapping[str, str] | None = None) -> None:
        self.peak_mib = 0.0
        with said.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def stop(self) -> None:
        if self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        give_up = time.monotonic() + _PATIENCE
        ended = 0
        while not ended:
            if time.monotonic() > give_up:
                self._process.kill()
            time.sleep(0.05)
            ended, status, used = os.wait4(self._process.pid, os.WNOHANG)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self.peak_mib = used.ru_maxrss * _UNIT / 2**20
