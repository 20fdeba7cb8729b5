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
