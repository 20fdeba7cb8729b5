"""Writes docs/commands.md from the help of the commands: `python -m tests.docs.command_pages`."""

from pathlib import Path

from tests.docs.command_tree import documented

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"

_HEAD = """# Commands

What `--help` says of every command. This page is written from the commands themselves; a test keeps it current.

In a checkout `kaskad` is `./kaskad`. Exit codes: 0 done, 1 refused or not found, 2 bad input or usage,
3 a service can't be reached.
"""


def page() -> str:
    """The page as it should be."""
    parts = [_HEAD]
    for each in documented():
        level = "#" * min(1 + len(each.words), 4)
        parts.append(f"{level} {' '.join(each.words)}\n\n```text\n{each.help()}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
