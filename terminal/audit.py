"""`kaskad audit`: read, replay, compare, explain, verify, export and copy the event log, from the log alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from terminal.groups import Group
from terminal.options import json_option

Command = TypeVar("Command", bound=Callable[..., Any])


def _log_option(command: Command) -> Command:
    return click.option(
        "--log", "log", metavar="FILE|URL", help="The log to read, such as a copy; that of the settings if not given."
    )(command)


def _rollout_option(command: Command) -> Command:
    return click.option("--rollout", metavar="ROLLOUT", help="Only this rollout.")(command)


@click.group(cls=Group)
def audit() -> None:
    """Read, replay, explain, verify and export the event log.

    All of it needs the log alone: it works on a copy as well (--log), without Temporal, on any machine.
    """


@audit.command("log")
@click.option("--school", metavar="SCHOOL", help="Events of a school, and those elsewhere that name it.")
@click.option("--person", metavar="PERSON", help="Events in which a person acted, or that name the person.")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Events of a kind (TaskAsked); repeatable.")
@_rollout_option
@click.option("--from", "since", metavar="TIME", help="From this time on.")
@click.option("--to", "until", metavar="TIME", help="Up to this time; a date is included.")
@click.option(
    "--clock",
    type=click.Choice(["happened", "recorded"]),
    default="happened",
    show_default=True,
    help="Which of an event's two times --from and --to look at.",
)
@click.option("--after", type=click.IntRange(min=0), default=0, metavar="POSITION", help="Only behind this position.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many events.")
@_log_option
@json_option
def show_log(log: str | None, as_json: bool, **wanted: Any) -> None:
    """One line for each event: position, time, what happened, who acted, on whose behalf, and who entered it.

    A date alone means that whole day, and a time without a zone is of the programme's time zone.
    """
    from terminal.audit_log import print_log

    print_log(log, as_json=as_json, **wanted)


@audit.command()
@click.argument("what", metavar="ROLLOUT|SCHOOL")
@click.option("--at", "at", metavar="TIME|POSITION", help="The moment; now if not given.")
@click.option("--as-known-on", "known_on", metavar="TIME", help="Only what was recorded by then.")
@_log_option
@json_option
def replay(what: str, at: str | None, known_on: str | None, log: str | None, as_json: bool) -> None:
    """The state of a rollout or of a school at a moment of the past.

    A number is a position in the log: everything up to it. A date alone is the end of that day, in the programme's
    time zone. Without --as-known-on it is what is known today of that moment; what was learnt or corrected after it
    is listed at the end.
    """
    from terminal.audit_past import print_replay

    print_replay(what, at, known_on, log, as_json=as_json)


@audit.command()
@click.argument("what", metavar="ROLLOUT|SCHOOL")
@click.option("--from", "before", required=True, metavar="TIME|POSITION", help="The earlier moment.")
@click.option("--to", "after", metavar="TIME|POSITION", help="The later one; now if not given.")
@click.option("--as-known-on", "known_on", metavar="TIME", help="Both moments by only what was recorded by then.")
@_log_option
@json_option
def diff(what: str, before: str, after: str | None, known_on: str | None, log: str | None, as_json: bool) -> None:
    """What changed of a rollout or of a school between two moments."""
    from terminal.audit_past import print_diff

    print_diff(what, before, after, known_on, log, as_json=as_json)


@audit.command()
@click.argument("gate", metavar="GATE")
@click.argument("other", metavar="[SCHOOL]", required=False)
@click.option("--school", metavar="SCHOOL", help="Whose gate; it can also be given beside the gate.")
@_rollout_option
@_log_option
@json_option
def explain(
    gate: str, other: str | None, school: str | None, rollout: str | None, log: str | None, as_json: bool
) -> None:
    """Why a gate opened: the rule, the facts, who recorded them and when; or what is missing.

    Gates are named certify, enter:STEP and open:TIER.
    """
    from terminal.audit_gate import print_explanation

    print_explanation(gate, other, school, rollout, log, as_json=as_json)


@audit.command()
@click.option("--against", metavar="SIZE:ROOT", help="What an earlier verify printed: shows up a log rewritten whole.")
@_log_option
@json_option
def verify(against: str | None, log: str | None, as_json: bool) -> int:
    """Recompute everything from the bytes, and evaluate every gate again; exit code 1 where something is wrong.

    Prints SIZE:ROOT. Note it down somewhere else: --against holds a later log, however well rewritten, against it.
    """
    from terminal.audit_verify import print_verdict

    return print_verdict(against, log, as_json=as_json)


@audit.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@_log_option
def export(file: Path | None, form: str, log: str | None) -> None:
    """Write the whole log as JSON lines or CSV, to FILE or to the standard output.

    Each line of JSON has the very entry that was hashed and its leaf hash, SHA-256(0x00 || entry). In CSV, what a
    spreadsheet would take for a formula has an apostrophe before it.
    """
    from terminal.audit_export import write_export

    write_export(file, form, log)


@audit.command()
@click.argument("file", type=click.Path(path_type=Path))
@_log_option
@json_option
def copy(file: Path, log: str | None, as_json: bool) -> None:
    """Copy the log into one SQLite FILE that an auditor can take away, also from PostgreSQL, while it is in use.

    It has the events and their proofs, and nothing that can be erased. Work on it with --log FILE.
    """
    from terminal.audit_export import write_copy

    write_copy(file, log, as_json=as_json)
