"""`kaskad programme`: what programmes there are, whether a definition is sound, and what it looks like."""

from typing import TYPE_CHECKING

import click

from terminal.groups import Group
from terminal.options import json_option
from terminal.outcome import BAD_INPUT, DONE
from terminal.rollout_options import parameters_given
from terminal.tables import counted, print_fields, print_json, print_table

if TYPE_CHECKING:
    from programmes.problem import Problem
    from programmes.reader import Definition

_LANGUAGES = click.Choice(["kk", "ru", "en"])
_language_option = click.option(
    "--language", type=_LANGUAGES, default="en", envvar="KASKAD_LANG", show_default=True, help="Language of the texts."
)
_cohort_option = click.option("--cohort", metavar="NAME", help="With the values that this cohort has.")
_set_option = click.option(
    "--set", "settings", multiple=True, metavar="PARAMETER=VALUE", help="With this value of a parameter; repeatable."
)


@click.group(cls=Group)
def programme() -> None:
    """List, show, check and draw programme definitions."""


@programme.command("list")
@_language_option
@json_option
def list_programmes(language: str, as_json: bool) -> None:
    """The programmes that are shipped."""
    from programmes.library import library
    from programmes.reader import read_programme

    rows = []
    for name, path in library().items():
        found = read_programme(path).programme
        cohorts = list(found.cohorts) if as_json else ", ".join(found.cohorts)
        rows.append((name, found.version, found.title.in_language(language), len(found.tiers), cohorts))
    print_table(("Programme", "Version", "Title", "Tiers", "Cohorts"), rows, as_json=as_json)


@programme.command()
@click.argument("name", metavar="PROGRAMME|FILE")
@_cohort_option
@_set_option
@_language_option
@json_option
def show(name: str, cohort: str | None, settings: tuple[str, ...], language: str, as_json: bool) -> None:
    """Tiers, parameters and cohorts of a programme; --json is the whole definition as used."""
    definition = _read(name, cohort, settings)
    if as_json:
        print_json(definition.programme.model_dump(mode="json", by_alias=True, exclude_none=True))
        return
    found = definition.programme
    print_fields(
        {
            "Programme": f"{found.programme} {found.version}",
            "Title": found.title.in_language(language),
            "Purpose": found.purpose.in_language(language),
            "Time zone": found.time_zone,
            "Digest": definition.digest,
        }
    )
    print()
    _print_tiers(definition, language)
    print()
    _print_parameters(definition, language)
    print()
    rows = [
        (each, shown.starts, shown.ends, ", ".join(f"{number} {tier}" for tier, number in shown.participants.items()))
        for each, shown in found.cohorts.items()
    ]
    print_table(("Cohort", "Starts", "Ends", "Planned"), rows)


@programme.command()
@click.argument("file", metavar="FILE|PROGRAMME")
@_cohort_option
@_set_option
@json_option
def check(file: str, cohort: str | None, settings: tuple[str, ...], as_json: bool) -> int:
    """Tell every problem of a definition, with file and line. Exit code 2 if there is any."""
    from programmes.problem import ProgrammeProblems

    try:
        definition = _read(file, cohort, settings)
    except ProgrammeProblems as refused:
        _print_problems(refused.problems, as_json)
        if not as_json:
            click.echo(f"{counted(len(refused.problems), 'problem')}.", err=True)
        return BAD_INPUT
    _print_problems(definition.warnings, as_json, "warning: ")
    if not as_json:
        found = definition.programme
        tiers = counted(len(found.tiers), "tier")
        steps = sum(len(tier.steps) for tier in found.tiers)
        click.echo(f"{found.programme} {found.version} is sound: {tiers}, {counted(steps, 'step')}.")
    return DONE


@programme.command()
@click.argument("name", metavar="PROGRAMME|FILE")
@click.option("--overview", "tiers_only", is_flag=True, help="The tiers alone, without their steps.")
@_cohort_option
@_set_option
@_language_option
def draw(name: str, tiers_only: bool, cohort: str | None, settings: tuple[str, ...], language: str) -> None:
    """A Mermaid picture of tiers, steps and gates."""
    from programmes.drawing import mermaid, overview

    picture = overview if tiers_only else mermaid
    click.echo(picture(_read(name, cohort, settings).programme, language), nl=False)


@programme.command()
def schema() -> None:
    """The JSON Schema of definition files, for editors."""
    from programmes.schema import written_schema

    click.echo(written_schema(), nl=False)


def _read(name: str, cohort: str | None, settings: tuple[str, ...]) -> "Definition":
    from programmes.library import find_programme
    from programmes.reader import read_programme

    return read_programme(find_programme(name), parameters_given(settings), cohort=cohort)


def _print_problems(problems: "tuple[Problem, ...]", as_json: bool, prefix: str = "") -> None:
    if as_json:
        keys = ("file", "line", "column", "where", "message")
        print_json([{key: getattr(problem, key) for key in keys} for problem in problems])
        return
    for problem in problems:
        click.echo(f"{prefix}{problem}")


def _print_tiers(definition: "Definition", language: str) -> None:
    found = definition.programme
    rows = [
        (
            tier.id,
            tier.title.in_language(language),
            len(tier.seats),
            len(tier.steps),
            ", ".join(opening.tier for opening in tier.opens) or "-",
            found.bodies[tier.body].in_language(language),
        )
        for tier in found.tiers
    ]
    print_table(("Tier", "Title", "Seats", "Steps", "Opens", "Body"), rows)


def _print_parameters(definition: "Definition", language: str) -> None:
    rows = [
        (name, definition.chosen.get(name), parameter.open, parameter.why)
        for name, parameter in definition.programme.parameters.items()
    ]
    print_table(("Parameter", "Value", "Left open", "Why"), rows, empty="No parameters.")
