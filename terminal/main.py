"""The tree of commands, of which a module is imported only when its command is the one that runs."""

import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, NoReturn

import click

from terminal import outcome, saying
from terminal.groups import Group
from terminal.output import OutputUnwritable, forget_output, tell_output_apart

#: command -> where it stands, and what --help says of it without importing that.
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "demo": ("terminal.demo:demo", "Play the NIS/SHARE rollout of 2024 through, live, with simulated people."),
    "up": ("terminal.stack:up", "Start Temporal and the worker here, and stay until Ctrl-C."),
    "status": ("terminal.status:status", "What runs, what is behind, what is wrong, on one screen."),
    "programme": ("terminal.programme:programme", "List, show, check and draw programme definitions."),
    "rollout": ("terminal.rollout:rollout", "Start, watch, pause and close rollouts."),
    "school": ("terminal.school:school", "Enrol, show, nominate and withdraw schools; put persons in seats."),
    "person": ("terminal.person:person", "Register persons, change or erase their data, grant rights."),
    "task": ("terminal.task:task", "See what is asked of whom, and complete it."),
    "session": ("terminal.session:session", "Plan, move and cancel training sessions."),
    "attendance": ("terminal.session:attendance", "Record who was at a session, all at once."),
    "checkpoint": ("terminal.checkpoint:checkpoint", "Hold a mentoring checkpoint."),
    "evidence": ("terminal.evidence:evidence", "Submit, get and review evidence."),
    "deadline": ("terminal.deadline:deadline", "Extend a due date."),
    "correct": ("terminal.correct:correct", "Correct a wrong fact by a new event with a reason."),
    "audit": ("terminal.audit:audit", "Read, replay, explain, verify and export the event log."),
    "recover": ("terminal.recover:recover", "Make Temporal agree with the event log."),
    "backup": ("terminal.backup:backup", "Copy everything into a folder while it runs."),
    "restore": ("terminal.backup:restore", "Bring a backup back."),
    "views": ("terminal.views:views", "Rebuild the views from the event log."),
    "worker": ("terminal.stack:worker", "Run a worker against the Temporal server that the environment names."),
    "test": ("terminal.stack:test", "Run every check of the product."),
    "bench": ("terminal.stack:bench", "Run a benchmark beside its peers."),
}


class LazyGroup(Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        from importlib.metadata import version

        click.echo(f"kaskad {version('kaskad')}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version."
)
def kaskad() -> None:
    """Roll out a practice through people who train people.

    Exit codes: 0 done, 1 refused or not found, 2 bad input or usage, 3 a service can't be reached.
    With --json, what is refused is one line of JSON on the standard error: exit, code, params, sentence.
    With KASKAD_LANG=kk or ru in the environment, titles and most refusals are in Kazakh or Russian,
    and so is what `task`, `evidence`, `checkpoint`, `session`, `attendance`, `deadline`,
    `school list` and `school show` say.
    Add --help to any command.
    """


def run(arguments: Sequence[str]) -> NoReturn:
    """Runs one command line to the end of the process."""
    tell_output_apart()
    leave(execute(arguments))


def execute(arguments: Sequence[str]) -> int:
    """Runs one command line and gives its exit code; the one place where errors become codes."""
    output, as_json = sys.stdout, "--json" in arguments
    _start_telemetry(arguments)
    try:
        result = kaskad.main(args=list(arguments), prog_name="kaskad", standalone_mode=False)
        # Told in here, where a program gets its line of JSON; a reader who has gone changes nothing of the code.
        with suppress(BrokenPipeError):
            sys.stdout.flush()
    except click.ClickException as error:
        if as_json:
            return saying.report(outcome.BadInput(error.format_message()), as_json=True)
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        print("kaskad: stopped.", file=sys.stderr)
        return outcome.INTERRUPTED
    except BrokenPipeError:
        forget_output()
        return outcome.DONE
    except SystemExit as ended:
        # click turns a reader who has gone into an exit with 1, and puts another stream in place of the broken one.
        if sys.stdout is not output:
            forget_output()
            return outcome.DONE
        return ended.code if isinstance(ended.code, int) else outcome.DONE if ended.code is None else outcome.REFUSED
    except OutputUnwritable as error:
        forget_output()
        return saying.report(outcome.Refused(str(error)), as_json=as_json)
    except Exception as error:
        return saying.report(error, as_json=as_json)
    return result if isinstance(result, int) else outcome.DONE


def _start_telemetry(arguments: Sequence[str]) -> None:
    """Where a receiver of traces and metrics is named; everybody else does not pay for the import."""
    if any(name.startswith("OTEL_EXPORTER_OTLP") for name in os.environ):
        from runtime import telemetry

        telemetry.set_up("worker" if arguments[:1] == ["worker"] else "command")


def leave(code: int) -> NoReturn:
    """Ends the process without Python's own tidying up.

    A Temporal client that still has an answer on its way can crash a finalising interpreter (exit code 134 or 139),
    and the exit code is part of the interface.
    """
    telemetry = sys.modules.get("runtime.telemetry")
    if telemetry is not None:
        telemetry.shut_down()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass
    except OSError as error:
        os.write(2, f"kaskad: the output could not be written: {error.strerror}\n".encode())
        code = code or outcome.REFUSED
    os._exit(code)
