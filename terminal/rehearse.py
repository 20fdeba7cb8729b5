"""`kaskad rollout rehearse`: a plan played through before the first letter goes out."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.options import json_option
from terminal.outcome import BadInput
from terminal.rollout_options import parameters_given

if TYPE_CHECKING:
    from domain.programme import Programme
    from domain.rollout.commands import Place
    from rehearsal.habits import Habits
    from rehearsal.plan import Plan

_FILE = click.Path(path_type=Path)
_SEED = 1


@click.command()
@click.argument("programme", metavar="PROGRAMME|FILE")
@click.option("--cohort", required=True, metavar="NAME", help="The intake, as the definition names it.")
@click.option("--schools", type=_FILE, required=True, metavar="FILE", help="The list that the rollout will start with.")
@click.option(
    "--nominees",
    type=_FILE,
    metavar="FILE",
    help="Schools that those will nominate, with the column parent; without it they make some up.",
)
@click.option("--seed", type=int, default=_SEED, show_default=True, help="Another seed, other people's habits.")
@click.option(
    "--set", "parameters", multiple=True, metavar="PARAMETER=VALUE", help="Another value of a parameter; repeatable."
)
@click.option("--habits", type=_FILE, metavar="FILE", help="Other habits than those shipped; see docs/rehearsal.md.")
@click.option("--keep", type=_FILE, metavar="DIR", help="Folder for the event log of the rehearsal.")
@json_option
def rehearse(
    programme: str,
    cohort: str,
    schools: Path,
    nominees: Path | None,
    seed: int,
    parameters: tuple[str, ...],
    habits: Path | None,
    keep: Path | None,
    as_json: bool,
) -> int:
    """Play a rollout through with simulated people before it starts.

    The same definition, the same schools, the same rules: only the calendar jumps from date to date, and the people
    are invented. What would be refused live is refused here. It tells when each tier opens, who has most to do and
    when, what falls into holidays, what was late, and when it ends. Nothing of it enters the real log.

    \b
    For example:
      kaskad rollout rehearse nis-share --cohort 2024 --schools schools.csv
      kaskad rollout rehearse nis-share --cohort 2024 --schools schools.csv --seed 2 --set checkpoints=8
    """
    from terminal.rehearse_report import month_by_month, print_report
    from terminal.rehearsing import must_have_ended, new_folder, play

    plan = _plan(programme, cohort, schools, nominees, seed, parameters_given(parameters), habits, as_json=as_json)
    folder, rollout = new_folder(keep, seed)
    summary, tally = play(plan.named(rollout), folder, month_by_month(quiet=as_json))
    print_report(plan, summary, tally, folder, as_json=as_json)
    must_have_ended(summary, folder)
    return 0 if summary.is_sound else 1


def _plan(
    programme: str,
    cohort: str,
    schools: Path,
    nominees: Path | None,
    seed: int,
    parameters: dict[str, str],
    habits: Path | None,
    *,
    as_json: bool,
) -> "Plan":
    from rehearsal.cast import by_parent, with_simulated_people
    from rehearsal.habits import read_habits
    from rehearsal.plan import Plan
    from terminal.rollout_start import wanted

    asked = wanted(programme, cohort, None, schools, parameters, as_json=as_json)
    known = {place.school for place in asked.places}
    named = _nominees(nominees, asked.definition.programme, known, as_json=as_json)
    people = _habits(habits) if habits else read_habits()
    places = with_simulated_people(asked.places)
    return Plan("rehearsal", asked.definition, cohort, places, seed, by_parent(named), people)


def _nominees(file: Path | None, programme: "Programme", schools: set[str], *, as_json: bool) -> "tuple[Place, ...]":
    from rehearsal.cast import with_simulated_people
    from terminal.roster_file import read_places

    return with_simulated_people(read_places(file, programme, None, others=schools, as_json=as_json)) if file else ()


def _habits(file: Path) -> "Habits":
    import yaml
    from pydantic import ValidationError

    from programmes.wording import sentence_of
    from rehearsal.habits import read_habits

    try:
        return read_habits(file)
    except OSError as problem:
        raise BadInput(f"{file} can't be read: {problem.strerror}.") from problem
    except yaml.YAMLError as problem:
        raise BadInput(f"{file} is no YAML: {problem}") from problem
    except ValidationError as problems:
        lines = [f"{'.'.join(map(str, each['loc'])) or 'the file'}: {sentence_of(each)}" for each in problems.errors()]
        raise BadInput(f"{file} says nothing that people could do:\n  " + "\n  ".join(lines)) from problems
