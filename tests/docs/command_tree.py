"""Every command of the product, as click has it."""

from collections.abc import Iterator
from typing import NamedTuple

import click

from terminal.main import kaskad

#: Wide enough that few helps are broken, narrow enough for a page.
WIDTH = 100


class Documented(NamedTuple):
    """A command with the words that call it."""

    words: tuple[str, ...]
    command: click.Command

    def help(self) -> str:
        """What --help prints."""
        context = None
        for word, command in zip(self.words, self._chain(), strict=True):
            context = click.Context(
                command, parent=context, info_name=word, terminal_width=WIDTH, max_content_width=WIDTH
            )
            context.help_option_names = ["-h", "--help"]
        assert context is not None
        return "\n".join(line.rstrip() for line in self.command.get_help(context).splitlines())

    def options(self) -> set[str]:
        return {"-h", "--help"} | {
            name for each in self.command.params for name in (*each.opts, *each.secondary_opts) if name.startswith("-")
        }

    def _chain(self) -> Iterator[click.Command]:
        command: click.Command = kaskad
        yield command
        for word in self.words[1:]:
            command = child(command, word)
            yield command


def child(command: click.Command, word: str) -> click.Command:
    """The command of that name in a group. Raises LookupError."""
    if isinstance(command, click.Group):
        found = command.get_command(click.Context(command), word)
        if found is not None:
            return found
    raise LookupError(f"{command.name} has no command {word}")


def documented(command: click.Command = kaskad, words: tuple[str, ...] = ("kaskad",)) -> Iterator[Documented]:
    """The command and all below it, in the order of --help."""
    yield Documented(words, command)
    if isinstance(command, click.Group):
        for word in command.list_commands(click.Context(command)):
            below = child(command, word)
            if not below.hidden:
                yield from documented(below, (*words, word))
