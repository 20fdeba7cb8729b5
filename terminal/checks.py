"""What `kaskad test` and `kaskad bench` run: the same checks everywhere, each in a process of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from terminal.outcome import Refused

ROOT: Final = Path(__file__).parents[1]
_BIN: Final = Path(sys.executable).parent

#: What is checked before the tests, the quick ones first.
CHECKS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("format", ("ruff", "format", "--check", "--quiet", ".")),
    ("lint", ("ruff", "check", "--quiet", ".")),
    ("imports", ("lint-imports",)),
    ("types", ("mypy", "--no-error-summary")),
)


def run_checks() -> int:
    """Every check, also after one has failed, so that one run shows everything; then the tests."""
    _require("pytest", "./kaskad test")
    failed = [name for name, command in CHECKS if not _passes(name, command)]
    if failed:
        print(f"Failed: {', '.join(failed)}; the tests run all the same, and the whole fails.", flush=True)
    return run_tests(()) or (1 if failed else 0)


def run_tests(arguments: Sequence[str]) -> int:
    """pytest, whose closing line is the last that is printed."""
    _require("pytest", "./kaskad test")
    return _run([sys.executable, "-m", "pytest", *arguments])


def run_bench(name: str, arguments: Sequence[str]) -> int:
    _require("eventsourcing", f"./kaskad bench {name}")
    return _run([sys.executable, "-m", f"bench.{name}", *arguments])


def _passes(name: str, command: Sequence[str]) -> bool:
    started = time.monotonic()
    checked = subprocess.run(
        [_BIN / command[0], *command[1:]], cwd=ROOT, env=_environment(), capture_output=True, text=True, check=False
    )
    passed = checked.returncode == 0
    print(f"{name:<8} {'passed' if passed else 'FAILED'}  {time.monotonic() - started:.1f} s", flush=True)
    if not passed:
        print(checked.stdout + checked.stderr, flush=True)
    return passed


def _run(command: Sequence[str]) -> int:
    """Runs in the root with the terminal's own output; a Ctrl-C reaches the child, which then ends as it sees fit."""
    child = subprocess.Popen(command, cwd=ROOT, env=_environment())
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


def _environment() -> dict[str, str]:
    """Settings of the caller's stack must not leak into tests, which would write into its log."""
    kept = ("KASKAD_PYTHON", "KASKAD_ROOT", "KASKAD_TEST_")
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("KASKAD_", "TEMPORAL_", "OTEL_"))}
    return ours | {name: value for name, value in os.environ.items() if name.startswith(kept)}


def _require(module: str, command: str) -> None:
    if find_spec(module) is None:
        raise Refused(f"What this needs is not installed in {sys.prefix}: call it as `{command}`, which installs it.")
