"""Commands and their documentation can't drift: every command is in the docs, and every command in the docs exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from terminal.main import COMMANDS, kaskad
from tests.docs.command_pages import PAGE, page
from tests.docs.command_tree import Documented, child, documented

ROOT = Path(__file__).parents[2]
PAGES = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").glob("*.md")))

#: A call in a code span, in an indented or in a fenced block.
_CALL = re.compile(
    r"(?:(?<=`)|^(?:    |\$ )(?:\S+=\S+ )*|/opt/kaskad/)(?:\./)?kaskad((?: [^\s`#|…,;)]+)+)", re.MULTILINE
)


def calls(text: str) -> Iterator[list[str]]:
    for match in _CALL.finditer(text):
        yield match[1].split()


def found(words: list[str]) -> Documented:
    """The command that the words call. Raises LookupError for a word of a group that is no command of it."""
    command: click.Command = kaskad
    path = ["kaskad"]
    for word in words:
        if not isinstance(command, click.Group) or word.startswith("-"):
            break
        command = child(command, word)
        path.append(word)
    return Documented(tuple(path), command)


def test_the_page_of_commands_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m tests.docs.command_pages"


def test_every_command_says_what_it_is_for() -> None:
    assert [each.words for each in documented() if not (each.command.help or "").strip()] == []


def test_every_command_of_the_tree_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    missing = [" ".join(each.words) for each in documented() if f"# {' '.join(each.words)}\n" not in text]
    assert missing == []
    assert [name for name in COMMANDS if f"# kaskad {name}\n" not in text] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_call_in_a_page_is_of_a_command_with_such_options(path: Path) -> None:
    wrong = []
    for words in calls(path.read_text(encoding="utf-8")):
        try:
            command = found(words)
        except LookupError as error:
            wrong.append(f"{' '.join(words)}: {error}")
            continue
        if command.command.context_settings.get("ignore_unknown_options"):
            continue
        options = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        wrong.extend(f"{' '.join(words)}: no option {each}" for each in options - command.options())
    assert wrong == []


def test_calls_are_found_where_pages_have_them() -> None:
    text = "Say `kaskad audit verify` or\n\n    KASKAD_HOME=/x ./kaskad up   # stays\n\n$ ./kaskad task list --for a\n"
    assert list(calls(text)) == [["audit", "verify"], ["up"], ["task", "list", "--for", "a"]]
    with pytest.raises(LookupError):
        found(["audit", "nothing"])
