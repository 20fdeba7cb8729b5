"""The commands that run the product itself: the stack, a worker, the checks and the benchmarks."""

import sys
from pathlib import Path

import click


@click.command()
def up() -> int:
    """Start the Temporal server and the worker here, and stay until Ctrl-C.

    All data lie in one folder (KASKAD_HOME) and survive a restart. Where TEMPORAL_ADDRESS or a Temporal profile names
    a server, that one is used and none is started.
    """
    from runtime.settings import settings
    from runtime.stack import run_stack

    def prepare() -> None:
        from activities.organisation import first_operator

        operator = first_operator(settings())
        if operator is not None:
            _say(f"Operator   {operator}, made by this first start: act as it with --as {operator}")

    run_stack(settings(), _say, prepare)
    return 0


@click.command()
def worker() -> int:
    """Run a worker until SIGTERM, with everything configured by the environment.

    It waits for a Temporal server that is away, and for nothing else.
    """
    from runtime.serving import run_worker
    from runtime.settings import settings

    return run_worker(settings())


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...]) -> int:
    """Run every check: format, lint, types, import contracts, tests.

    With arguments, pytest alone, which they go to.
    """
    from terminal.checks import run_checks, run_tests

    return run_tests(arguments) if arguments else run_checks()


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", required=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(name: str | None, arguments: tuple[str, ...]) -> int:
    """Run the benchmark NAME beside its peers; without a name, list them."""
    from terminal.checks import ROOT, run_bench

    names = sorted(path.stem for path in Path(ROOT, "bench").glob("*.py") if not path.stem.startswith("_"))
    if name is None:
        print("\n".join(names))
        return 0
    if name not in names:
        raise click.BadParameter(f"there is no benchmark {name!r}; there are {', '.join(names)}.", param_hint="NAME")
    return run_bench(name, arguments)


def _say(line: str) -> None:
    """A line at once; a terminal that has gone away does not stop the stack."""
    try:
        print(line, flush=True)
    except OSError:
        sys.stdout = open("/dev/null", "w", encoding="utf-8")  # noqa: SIM115
