"""The README's tour is what happens: its commands are run, and print what it shows."""

import re
from pathlib import Path

import pytest

from tests.docs.tour import README, lay_out, run, shown
from tests.terminal.calling import stack_on

PAGE = README.read_text(encoding="utf-8")

#: What differs from one run to the next, and what stands for it while comparing.
_VARIES = (
    (r"127\.0\.0\.1:\d+", "ADDRESS"),
    (r"\d+ consequences?, \d+ messages?(; .*)?", "SOME"),  # nobody is told anything at night
    (r"\b\d{4}-\d\d-\d\d( \d\d:\d\d)?\b", "DATE"),
    (r"\b(in \d+ days?|today|tomorrow), \d{1,2} [A-Z][a-z]+( \d{4})?", "DAY"),
    (r"\b[0-9a-f]{12,64}\b", "HASH"),
    (r"\b\d+\.\d s\b", "SECONDS"),
    (r"\b(events? |position |since |at )\d+\b", r"\1N"),
    (r"^ *\d+(?=  DATE)", "N"),
    (r"^([a-z-]+\.[a-z-]+ +\S+ +)\d+$", r"\1N"),  # a fact, and the event that it comes from
    (r"entered by [^],;)]+", "entered by ACCOUNT"),
    (r"\(\d+@[^)]+\)", "(PROCESS)"),
    (r"^(Data +).*$", r"\1FOLDER"),
    (r"[-─]{3,}", "---"),
    (r" {2,}", "  "),
)


def compared(output: str, persons: dict[str, str]) -> list[str]:
    """The output without what varies; persons are numbered as they appear."""
    for pattern, stands_for in _VARIES:
        output = re.sub(pattern, stands_for, output, flags=re.MULTILINE)
    for person in re.findall(r"\bp-[0-9a-z]{8}\b", output):
        persons.setdefault(person, f"PERSON {len(persons) + 1}")
    for person, number in persons.items():
        output = output.replace(person, number)
    return [line.rstrip() for line in output.splitlines()]


def test_the_tour_has_ten_stops() -> None:
    assert len(re.findall(r"^### \d+\. ", PAGE, re.MULTILINE)) == 10
    assert len(shown(PAGE)) >= 10


@pytest.mark.server
def test_each_command_of_the_tour_prints_what_the_readme_shows(tmp_path: Path) -> None:
    lay_out(PAGE, tmp_path)
    in_page: dict[str, str] = {}
    in_fact: dict[str, str] = {}
    with stack_on(tmp_path / "var") as calls:
        for each in shown(PAGE):
            printed = run(each.line, calls, tmp_path)
            assert compared(printed, in_fact) == compared(each.output, in_page), (
                f"'{each.line}' prints something else now; if that is right: python -m tests.docs.tour"
            )
