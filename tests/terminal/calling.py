"""A running stack for the tests of commands: `kaskad up` on a folder of its own, and commands called against it."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.settings import settings
from terminal import main

COMMAND = Path(sys.executable).parent / "kaskad"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls commands on one data folder, in the name of one person unless --as says otherwise."""

    home: Path
    operator: str

    @property
    def environment(self) -> dict[str, str]:
        return {"KASKAD_HOME": str(self.home), "KASKAD_AS": self.operator}

    def __call__(self, *arguments: object, code: int | None = 0, **more: str) -> Ended:
        """In this process. `code` is the exit code that is expected (None: any); `more` are environment variables."""
        out, err = io.StringIO(), io.StringIO()
        with (
            _environment({**self.environment, **more}),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            settings.cache_clear()
            ended = main.execute([str(each) for each in arguments])
        settings.cache_clear()
        assert code is None or ended == code, f"{arguments} ended with {ended}:\n{out.getvalue()}\n{err.getvalue()}"
        return Ended(ended, out.getvalue(), err.getvalue())

    def apart(self, *arguments: object, code: int | None = 0, typed: str | None = None, **more: str) -> Ended:
        """In a process of its own, as somebody at a terminal would; `typed` is what comes in on standard input."""
        ended = subprocess.run(
            [COMMAND, *(str(each) for each in arguments)],
            capture_output=True,
            text=True,
            input=typed,
            env={**os.environ, **self.environment, **more},
            timeout=60,
            check=False,
        )
        assert code is None or ended.returncode == code, (
            f"{arguments}: {ended.returncode}\n{ended.stdout}{ended.stderr}"
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)


@contextlib.contextmanager
def stack_on(home: Path) -> Iterator[Calls]:
    """`kaskad up` until the block ends; its first start has made the operator."""
    process = subprocess.Popen(
        [COMMAND, "up"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "KASKAD_HOME": str(home), "KASKAD_TEMPORAL_UI": "0", "KASKAD_RECONCILE_EVERY": "5"},
    )
    try:
        yield Calls(home, _operator(process))
    finally:
        process.terminate()
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _operator(process: "subprocess.Popen[str]") -> str:
    """The person that the start prints, once the worker runs."""
    assert process.stdout is not None
    operator, lines = "", []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("Operator"):
            operator = line.split()[1].rstrip(",")
        if line.startswith("Worker"):
            return operator
    raise AssertionError(f"The stack did not come up:\n{''.join(lines)}")


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
