"""`kaskad rollout`: start a cohort, see how far it has come, and steer it."""

from pathlib import Path

import click

from terminal.groups import Group
from terminal.options import as_option, json_option
from terminal.rollout_options import Rehearsing, log_option, parameters_given, reason_option

_FILE = click.Path(exists=False, dir_okay=True, path_type=Path)


@click.group(cls=Rehearsing)
def rollout() -> None:
    """Start, watch, pause and close rollouts.

    \b
    For example:
      kaskad rollout start nis-share --cohort 2024 --schools schools.xlsx --dry-run
      kaskad rollout show nis-share-2024
    """


@rollout.command()
@click.argument("programme", metavar="PROGRAMME|FILE")
@click.option("--cohort", required=True, metavar="NAME", help="The intake, as the definition names it.")
@click.option(
    "--schools",
    type=_FILE,
    metavar="FILE",
    help="CSV or XLSX with the columns school, tier, name_kk, name_ru, name_en, region, language, "
    "parent (optional) and seat:SEAT (optional). Without it, schools are enrolled later.",
)
@click.option("--id", "rollout_id", metavar="ID", help="Id of the rollout; PROGRAMME-COHORT where it is not given.")
@click.option(
    "--set", "parameters", multiple=True, metavar="PARAMETER=VALUE", help="Another value of a parameter; repeatable."
)
@click.option("--dry-run", is_flag=True, help="Try it out: say what would happen, and record nothing.")
@click.option("--wait/--no-wait", default=True, show_default=True, help="Wait until every participant has begun.")
@as_option
@json_option
def start(
    programme: str,
    cohort: str,
    schools: Path | None,
    rollout_id: str | None,
    parameters: tuple[str, ...],
    dry_run: bool,
    wait: bool,
    acting_as: str | None,
    as_json: bool,
) -> int:
    """Start a cohort of a programme with a list of schools.

    A list with a bad row is refused whole. Asked again, it says that it is done already.

    \b
    For example:
      kaskad rollout start nis-share --cohort 2024 --schools schools.csv --dry-run
      kaskad rollout start nis-share --cohort 2024 --schools schools.csv --set children_per_school=1
    """
    from terminal.rollout_plan import plan, print_plan
    from terminal.rollout_start import wanted
    from terminal.rollout_started import start_and_say

    asked = wanted(programme, cohort, rollout_id, schools, parameters_given(parameters), as_json=as_json)
    if dry_run:
        return print_plan(plan(asked, acting_as), as_json=as_json)
    return start_and_say(asked, acting_as, wait=wait, as_json=as_json)


@rollout.command("list")
@log_option
@json_option
def list_rollouts(log: str | None, as_json: bool) -> None:
    """All rollouts, with their participants and what is open.

    For example: kaskad rollout list --json
    """
    from terminal.rollout_reports import print_list

    print_list(log, as_json=as_json)


@rollout.command()
@click.argument("rollout_id", metavar="[ROLLOUT]", required=False)
@click.option("--depth", type=click.IntRange(1, 20), metavar="N", help="So many tiers only.")
@log_option
@json_option
def show(rollout_id: str | None, depth: int | None, log: str | None, as_json: bool) -> None:
    """The tree of a rollout: who takes part under whom, how far, and what waits for whom.

    It needs the log alone. Each line: school, name, phase, seats filled, then what falls due first and whose it is.

    \b
    For example:
      kaskad rollout show nis-share-2024 --depth 2
      kaskad rollout show --log events.db
    """
    from terminal.rollout_reports import print_tree

    print_tree(rollout_id, log, depth, as_json=as_json)


@rollout.command()
@click.argument("rollout_id", metavar="[ROLLOUT]", required=False)
@click.option("--for", "seconds", type=click.FloatRange(0, 86_400), metavar="SECONDS", help="End after so long.")
@log_option
def watch(rollout_id: str | None, seconds: float | None, log: str | None) -> None:
    """Follow a rollout live until Ctrl-C: the tree on a terminal, elsewhere a line for each event.

    For example: kaskad rollout watch nis-share-2024
    """
    from terminal.rollout_watch import follow

    follow(rollout_id, log, seconds)


@rollout.command()
@click.argument("rollout_id", metavar="[ROLLOUT]", required=False)
@reason_option(required=True)
@as_option
@json_option
def pause(rollout_id: str | None, reason: str, acting_as: str | None, as_json: bool) -> None:
    """Pause a rollout: nothing falls due, nobody is reminded, no work is taken until it is resumed.

    For example: kaskad rollout pause nis-share-2024 --reason "Schools are closed by the flood"
    """
    from terminal.rollout_steering import pause_rollout

    pause_rollout(rollout_id, reason, acting_as, as_json=as_json)


@rollout.command()
@click.argument("rollout_id", metavar="[ROLLOUT]", required=False)
@as_option
@json_option
def resume(rollout_id: str | None, acting_as: str | None, as_json: bool) -> None:
    """Resume a paused rollout; open due dates move by the days that the pause went on for, and this says how many.

    What would then fall on a day off falls due on the next school day.

    For example: kaskad rollout resume nis-share-2024
    """
    from terminal.rollout_steering import resume_rollout

    resume_rollout(rollout_id, acting_as, as_json=as_json)


@rollout.command()
@click.argument("rollout_id", metavar="[ROLLOUT]", required=False)
@reason_option(required=True)
@click.option("--force", is_flag=True, help="Close it although participants are still under way.")
@as_option
@json_option
def close(rollout_id: str | None, force: bool, reason: str, acting_as: str | None, as_json: bool) -> None:
    """Close a rollout for good; what it recorded stays.

    For example: kaskad rollout close nis-share-2024 --reason "The cohort has come to its end"
    """
    from terminal.rollout_steering import close_rollout

    close_rollout(rollout_id, reason, acting_as, force=force, as_json=as_json)


@rollout.group(cls=Group)
def calendar() -> None:
    """The school calendar of a rollout: terms, holidays, blackout days.

    \b
    To change it, write it into a file, edit that, and set it:
      kaskad rollout calendar show nis-share-2024 --yaml > calendar.yaml
      kaskad rollout calendar set calendar.yaml --rollout nis-share-2024 --reason "Holidays of 2027"
    """


@calendar.command("show")
@click.argument("rollout_id", metavar="[ROLLOUT]", required=False)
@click.option("--yaml", "as_yaml", is_flag=True, help="As a file that 'calendar set' takes.")
@log_option
@json_option
def show_calendar(rollout_id: str | None, as_yaml: bool, log: str | None, as_json: bool) -> None:
    """The calendar that holds for a rollout.

    For example: kaskad rollout calendar show nis-share-2024 --yaml > calendar.yaml
    """
    from terminal.rollout_calendar import print_calendar

    print_calendar(rollout_id, log, as_yaml=as_yaml, as_json=as_json)


@calendar.command("set")
@click.argument("file", type=_FILE)
@click.option("--rollout", "rollout_id", metavar="ROLLOUT", help="Which rollout, where there are several.")
@click.option("--dry-run", is_flag=True, help="Say which due dates would move, and record nothing.")
@reason_option(required=True)
@as_option
@json_option
def set_calendar(
    file: Path, rollout_id: str | None, dry_run: bool, reason: str, acting_as: str | None, as_json: bool
) -> None:
    """Put another calendar (YAML or JSON) in force. Open tasks that would fall on a day off move, and are shown.

    For example: kaskad rollout calendar set calendar.yaml --reason "Holidays of 2027" --dry-run
    """
    from terminal.rollout_calendar import change_calendar

    change_calendar(file, rollout_id, reason, acting_as, dry_run=dry_run, as_json=as_json)
