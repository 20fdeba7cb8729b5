"""What the commands about rollouts share: options, and the group that finds `rehearse` in a module of its own."""

import importlib
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, TypeVar

import click

from terminal.groups import Group

Command = TypeVar("Command", bound=Callable[..., Any])

_REHEARSE = ("terminal.rehearse", "rehearse", "Play a rollout through with simulated people before it starts.")


def log_option(command: Command) -> Command:
    """Adds `--log FILE`; the command gets `log: str | None`."""
    return click.option("--log", metavar="FILE|URL", help="Read this event log instead; no stack is needed.")(command)


def rollout_option(command: Command) -> Command:
    """Adds `--rollout ID`; the command gets `rollout_id: str | None`."""
    return click.option(
        "--rollout", "rollout_id", metavar="ROLLOUT", help="Which rollout, where a school takes part in several."
    )(command)


def reason_option(*, required: bool) -> Callable[[Command], Command]:
    """Adds `--reason TEXT`; the command gets `reason: str` (None where it is not required)."""
    return click.option("--reason", required=required, metavar="TEXT", help="Why; it is kept beside the log.")


def parameters_given(given: tuple[str, ...]) -> dict[str, str]:
    """PARAMETER=VALUE, as `--set` takes it, by name."""
    chosen = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{each!r} is not PARAMETER=VALUE, such as children_per_school=1.")
        chosen[name] = value
    return chosen


class Rehearsing(Group):
    """A group with one more command, imported only when it runs, since it brings the whole rehearsal along."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        more = ["rehearse"] if find_spec(_REHEARSE[0]) else []
        return [*self.commands, *more]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "rehearse" and find_spec(_REHEARSE[0]):
            command = getattr(importlib.import_module(_REHEARSE[0]), _REHEARSE[1])
            assert isinstance(command, click.Command)
            return command
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        described = [(name, command.get_short_help_str(100)) for name, command in self.commands.items()]
        if find_spec(_REHEARSE[0]):
            described.append((_REHEARSE[1], _REHEARSE[2]))
        with formatter.section("Commands"):
            formatter.write_dl(described)
