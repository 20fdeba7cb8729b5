"""The tour of the README: its commands, run against a stack of their own, and what they print.

`python -m tests.docs.tour` writes the real output into the README.
"""

import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.terminal.calling import COMMAND, Calls, stack_on

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"

_BLOCK = re.compile(
    r"^```console\n(?P<console>.*?)^```$|^```csv (?P<file>\S+)\n(?P<csv>.*?)^```$", re.MULTILINE | re.DOTALL
)
_PROMPT = "$ ./kaskad "

#: What the machine that wrote the page adds to the output, which is nobody's business.
_OF_THE_MACHINE = (
    (re.compile(r"^(Data +)[^,]+, [\d.]+ ", re.MULTILINE), r"\1/srv/kaskad/var, 40.0 "),
    (re.compile(r"\(\d+@[^)\s]+\)"), "(4711@here)"),
    (re.compile(r"entered by [^],;)\s]+"), "entered by kaskad"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A command of the tour, and the output that the README shows below it."""

    line: str
    output: str


def tour_of(page: str) -> str:
    """The section that is run; what else the page shows starts things that do not end."""
    return page[page.index("\n## A tour") : page.index("\n## Where to go on")]


def shown(page: str) -> list[Shown]:
    """Every command of the tour in order."""
    return [
        each for match in _BLOCK.finditer(tour_of(page)) if match["console"] for each in _commands(match["console"])
    ]


def _commands(console: str) -> Iterator[Shown]:
    line: str | None = None
    output: list[str] = []
    for each in console.splitlines():
        if each.startswith(_PROMPT):
            if line is not None:
                yield Shown(line, "\n".join(output))
            line, output = each.removeprefix(_PROMPT), []
        else:
            output.append(each)
    assert line is not None, console
    yield Shown(line, "\n".join(output))


def lay_out(page: str, folder: Path) -> None:
    """The files that the tour speaks of, where its commands run."""
    (folder / "programmes").symlink_to(ROOT / "programmes")
    for match in _BLOCK.finditer(tour_of(page)):
        if match["file"]:
            (folder / match["file"]).write_text(match["csv"], encoding="utf-8")


def run(line: str, calls: Calls, folder: Path) -> str:
    """What a person at a terminal sees, the refusals too."""
    ended = subprocess.run(
        [COMMAND, *shlex.split(line)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env={**os.environ, **calls.environment, "NO_COLOR": "1"},
        timeout=120,
        check=False,
    )
    assert ended.returncode in (0, 1), f"{line}: {ended.returncode}\n{ended.stdout}"
    return "\n".join(each.rstrip() for each in ended.stdout.rstrip("\n").splitlines())


def write() -> None:
    """Put what the commands print now below each of them."""
    page = README.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as place, stack_on(Path(place) / "var") as calls:
        folder = Path(place)
        lay_out(page, folder)

        def fill(match: re.Match[str]) -> str:
            if not match["console"]:
                return match[0]
            lines = (f"{_PROMPT}{each.line}\n{run(each.line, calls, folder)}\n" for each in _commands(match["console"]))
            return f"```console\n{_neutral(''.join(lines))}```"

        tour = tour_of(page)
        README.write_text(page.replace(tour, _BLOCK.sub(fill, tour)), encoding="utf-8")


def _neutral(output: str) -> str:
    for pattern, instead in _OF_THE_MACHINE:
        output = pattern.sub(instead, output)
    return output


if __name__ == "__main__":
    write()
