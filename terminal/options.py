"""Options that many commands share, so that they are called and explained alike."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(command: Command) -> Command:
    """Adds `--json`; the command gets `as_json: bool`."""
    return click.option("--json", "as_json", is_flag=True, help="JSON for programs instead of tables for people.")(
        command
    )


def as_option(command: Command) -> Command:
    """Adds `--as PERSON`; the command gets `acting_as: str | None` (KASKAD_AS where it is not given)."""
    return click.option(
        "--as",
        "acting_as",
        metavar="PERSON",
        envvar="KASKAD_AS",
        help="In whose name; KASKAD_AS where it is not given.",
    )(command)


def acting_options(command: Command) -> Command:
    """What every command that acts for a school takes: `acting_as`, `rollout_id`, `command_id`, `as_json`."""
    from terminal.rollout_options import rollout_option

    given = click.option(
        "--command-id",
        metavar="ID",
        help="An id of your own: asked again with it, the command answers with what it recorded the first time.",
    )
    return rollout_option(as_option(given(json_option(command))))


def happened_option(command: Command) -> Command:
    """Adds `--happened-at TIME`; the command gets `happened: str | None`."""
    return click.option(
        "--happened-at",
        "happened",
        metavar="TIME",
        help="When it took place, if not now: 2026-11-25, or 2026-11-25 10:00 in the programme's time zone.",
    )(command)
