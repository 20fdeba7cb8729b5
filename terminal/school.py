"""`kaskad school`: who takes part, who sits where, who prepares whom."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from terminal.groups import Group
from terminal.options import as_option, json_option
from terminal.rollout_options import log_option, reason_option, rollout_option

Command = TypeVar("Command", bound=Callable[..., Any])

_FILE = click.Path(path_type=Path)
_ABOUT_A_SCHOOL = (
    ("--name-kk", "Name in Kazakh."),
    ("--name-ru", "Name in Russian."),
    ("--name-en", "Name in English."),
    ("--region", "Region or city in which it lies."),
    ("--language", "Language of instruction: kk, ru or both."),
)


def school_options(command: Command) -> Command:
    """Adds what is said of one school; the command gets name_kk, name_ru, name_en, region, language, seats."""
    for option, words in reversed(_ABOUT_A_SCHOOL):
        command = click.option(option, metavar="TEXT", help=words)(command)
    return click.option(
        "--seat", "seats", multiple=True, metavar="SEAT=PERSON", help="Somebody who has a seat already; repeatable."
    )(command)


force_option = click.option(
    "--force", is_flag=True, help="Take it out although it prepares schools, which are left behind."
)


@click.group(cls=Group)
def school() -> None:
    """Enrol, show, nominate and withdraw schools; put persons in seats.

    A PERSON is an id such as p-7k2m9x4q, or the e-mail address that the person is registered with.
    """


@school.command()
@click.argument("school_id", metavar="SCHOOL")
@rollout_option
@log_option
@json_option
def show(school_id: str, rollout_id: str | None, log: str | None, as_json: bool) -> None:
    """One school on one page: team, steps, tasks, evidence, facts, and which gates are shut and why.

    For example: kaskad school show nis-semey
    """
    from terminal.school_page import print_school

    print_school(school_id, rollout_id, log, as_json=as_json)


@school.command("list")
@rollout_option
@click.option("--tier", metavar="TIER", help="Only those of a tier.")
@log_option
@json_option
def list_schools(rollout_id: str | None, tier: str | None, log: str | None, as_json: bool) -> None:
    """Every school that takes part, a line each.

    For example: kaskad school list --tier intellectual-school
    """
    from terminal.school_page import print_schools

    print_schools(rollout_id, tier, log, as_json=as_json)


@school.command()
@click.argument("file", required=False, type=_FILE)
@click.option("--id", "school_id", metavar="SCHOOL", help="One school, by its id, instead of a file.")
@click.option("--tier", metavar="TIER", help="The tier at which it takes part.")
@click.option("--parent", metavar="SCHOOL", help="Who prepares it, where several could.")
@school_options
@rollout_option
@as_option
@json_option
def enrol(
    file: Path | None,
    school_id: str | None,
    tier: str | None,
    seats: tuple[str, ...],
    rollout_id: str | None,
    acting_as: str | None,
    as_json: bool,
    **given: str | None,
) -> int:
    """Enrol further schools: a list as 'rollout start' takes it, or one school by its options.

    None is enrolled where one of them is refused.

    \b
    For example:
      kaskad school enrol more-schools.csv
      kaskad school enrol --id nis-aktau --tier intellectual-school --name-kk "НЗМ, Ақтау" --name-ru "НИШ, Актау"
        --name-en "NIS Aktau" --region Mangystau --language both
    """
    from terminal.school_places import SchoolGiven
    from terminal.school_roster import enrol as enrolling

    school = SchoolGiven(school_id, tier, given, seats_given(seats))
    return enrolling(file, school, rollout_id, acting_as, as_json=as_json)


@school.command()
@click.argument("parent", metavar="[PARENT]", required=False)
@click.option("--schools", "file", type=_FILE, metavar="FILE", help="A list; its column 'parent' may name others too.")
@click.option("--id", "school_id", metavar="SCHOOL", help="One school, by its id, instead of a file.")
@click.option("--tier", metavar="TIER", help="Its tier, where PARENT opens several.")
@school_options
@rollout_option
@as_option
@json_option
def nominate(
    parent: str | None,
    file: Path | None,
    school_id: str | None,
    tier: str | None,
    seats: tuple[str, ...],
    rollout_id: str | None,
    acting_as: str | None,
    as_json: bool,
    **given: str | None,
) -> int:
    """Name the schools that PARENT will prepare; they take part once PARENT's gate to their tier is open.

    \b
    For example:
      kaskad school nominate nis-semey --schools hubs.csv
      kaskad school nominate --schools all-hubs.csv      (each row under the school in its column 'parent')
    """
    from terminal.school_places import SchoolGiven
    from terminal.school_roster import nominate as nominating

    school = SchoolGiven(school_id, tier, given, seats_given(seats))
    return nominating(parent, file, school, rollout_id, acting_as, as_json=as_json)


@school.command()
@click.argument("school_id", metavar="SCHOOL")
@reason_option(required=True)
@force_option
@rollout_option
@as_option
@json_option
def withdraw(
    school_id: str, reason: str, force: bool, rollout_id: str | None, acting_as: str | None, as_json: bool
) -> None:
    """Take a school out of its rollout, for good. What it did stays in the log.

    One that prepares schools under way is taken out with --force alone: the programme manager is asked about them.

    For example: kaskad school withdraw nis-semey --reason "The school is being rebuilt"
    """
    from terminal.school_leaving import withdraw as withdrawing

    withdrawing(school_id, rollout_id, reason, acting_as, force=force, as_json=as_json)


@school.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@school_options
@reason_option(required=True)
@force_option
@rollout_option
@as_option
@json_option
def replace(
    old: str,
    new: str,
    seats: tuple[str, ...],
    reason: str,
    force: bool,
    rollout_id: str | None,
    acting_as: str | None,
    as_json: bool,
    **given: str | None,
) -> None:
    """Withdraw OLD, unless it has left already, and enrol NEW in its place: same tier, same parent.

    Region and language are OLD's where they are not given. Where NEW is refused, OLD stays. Schools that OLD prepares
    are not handed over to NEW by this: see `kaskad school hand-over`. One that prepares schools under way is replaced
    with --force alone: the programme manager is asked about them.

    \b
    For example:
      kaskad school replace nis-semey nis-pavlodar --name-kk "НЗМ, Павлодар" --name-ru "НИШ, Павлодар"
        --name-en "NIS Pavlodar" --reason "The school is being rebuilt"
    """
    from terminal.school_leaving import replace as replacing

    replacing(old, new, rollout_id, given, seats_given(seats), reason, acting_as, force=force, as_json=as_json)


@school.command("hand-over")
@click.argument("schools", metavar="SCHOOL...", nargs=-1, required=True)
@click.option("--to", required=True, metavar="PARENT", help="Who prepares them from now on.")
@rollout_option
@as_option
@json_option
def hand_over(schools: tuple[str, ...], to: str, rollout_id: str | None, acting_as: str | None, as_json: bool) -> int:
    """Have schools that their parent left behind prepared by PARENT from now on.

    PARENT's gate to their tier is open, and it has room for them. What they have done stays; PARENT is asked for what
    they still need. Duties that go with a seat of the parent's go to whoever sits in PARENT's.

    \b
    For example:
      kaskad school hand-over abay-hub zhanasemey-hub --to nis-oskemen
    """
    from terminal.school_leaving import hand_over as handing_over

    return handing_over(schools, to, rollout_id, acting_as, as_json=as_json)


@school.command()
@click.argument("school_id", metavar="SCHOOL")
@click.argument("seat_id", metavar="SEAT")
@click.option("--person", metavar="PERSON", help="Who sits in it from now on; whoever sat there leaves it.")
@click.option("--free", is_flag=True, help="Nobody sits in it any more.")
@click.option("--substitute", metavar="PERSON", help="Who acts for the holder while the holder is away.")
@click.option("--until", metavar="DAY", help="The last day of the absence, such as 2026-12-24.")
@click.option("--back", is_flag=True, help="The holder is back: nobody substitutes any more.")
@rollout_option
@as_option
@json_option
def seat(
    school_id: str,
    seat_id: str,
    person: str | None,
    free: bool,
    substitute: str | None,
    until: str | None,
    back: bool,
    rollout_id: str | None,
    acting_as: str | None,
    as_json: bool,
) -> None:
    """Put a person in a seat, free it, or have somebody stand in for its holder.

    \b
    For example:
      kaskad school seat nis-semey principal --person p-7k2m9x4q
      kaskad school seat nis-semey principal --free
      kaskad school seat nis-semey coordinator --substitute p-4h8n2w6z --until 2026-12-24
      kaskad school seat nis-semey coordinator --back
    """
    from terminal import school_team

    if sum((person is not None, free, substitute is not None, back)) != 1:
        raise click.UsageError("Say one of --person PERSON, --free, --substitute PERSON, --back.")
    if until is not None and substitute is None:
        raise click.UsageError("--until says how long a substitute acts; it goes with --substitute PERSON.")
    if person is not None:
        school_team.take(school_id, rollout_id, seat_id, person, acting_as, as_json=as_json)
    elif substitute is not None:
        school_team.substitute(school_id, rollout_id, seat_id, substitute, until, acting_as, as_json=as_json)
    elif free:
        school_team.free(school_id, rollout_id, seat_id, acting_as, as_json=as_json)
    else:
        school_team.back(school_id, rollout_id, seat_id, acting_as, as_json=as_json)


@school.command()
@click.option("--file", required=True, type=_FILE, help="CSV or XLSX with the columns school, seat, person.")
@rollout_option
@as_option
@json_option
def seats(file: Path, rollout_id: str | None, acting_as: str | None, as_json: bool) -> int:
    """Fill many seats from a table, with a report for each row.

    A row that names an unknown school or person refuses the whole table; given again, what is done is told so.

    For example: kaskad school seats --file teams.xlsx
    """
    from terminal.school_team import seat_from_file

    return seat_from_file(file, rollout_id, acting_as, as_json=as_json)


@school.command()
@click.argument("schools", metavar="[SCHOOL]...", nargs=-1)
@click.option("--mentor", metavar="PERSON", help="Their mentor.")
@click.option("--reviewer", metavar="PERSON", help="Who reviews their evidence.")
@click.option("--trainer", metavar="PERSON", help="Their trainer, where the programme has such a duty.")
@click.option("--duty", "duties", multiple=True, metavar="DUTY=PERSON", help="Any other duty; repeatable.")
@click.option("--all-of-tier", "tier", metavar="TIER", help="Every school of a tier, instead of naming them.")
@click.option(
    "--file", type=_FILE, help="CSV or XLSX with the column school, and one for each duty (mentor, reviewer)."
)
@rollout_option
@as_option
@json_option
def assign(
    schools: tuple[str, ...],
    mentor: str | None,
    reviewer: str | None,
    trainer: str | None,
    duties: tuple[str, ...],
    tier: str | None,
    file: Path | None,
    rollout_id: str | None,
    acting_as: str | None,
    as_json: bool,
) -> int:
    """Give persons a duty towards schools: mentor, reviewer, trainer.

    \b
    For example:
      kaskad school assign nis-semey --mentor p-7k2m9x4q --reviewer p-4h8n2w6z
      kaskad school assign --all-of-tier rural-hub-school --reviewer p-4h8n2w6z
      kaskad school assign --file duties.csv
    """
    from terminal.school_team import assign as assigning
    from terminal.school_team import assign_from_file

    if sum((bool(schools), tier is not None, file is not None)) != 1:
        raise click.UsageError("Say which schools: SCHOOL..., --all-of-tier TIER, or --file FILE.")
    named = {"mentor": mentor, "reviewer": reviewer, "trainer": trainer}
    given = {duty: person for duty, person in named.items() if person} | pairs_given(duties, "DUTY=PERSON")
    if file is not None:
        if given:
            raise click.UsageError("With --file, the table says who has which duty.")
        return assign_from_file(file, rollout_id, acting_as, as_json=as_json)
    if not given:
        raise click.UsageError("Say who: --mentor PERSON, --reviewer PERSON, or --duty DUTY=PERSON.")
    return assigning(schools, rollout_id, tier, given, acting_as, as_json=as_json)


def seats_given(given: tuple[str, ...]) -> dict[str, str]:
    return pairs_given(given, "SEAT=PERSON")


def pairs_given(given: tuple[str, ...], shape: str) -> dict[str, str]:
    """NAME=PERSON, as options take it, by name."""
    found = {}
    for each in given:
        name, equals, person = each.partition("=")
        if not equals or not name or not person:
            raise click.BadParameter(f"{each!r} is not {shape}.")
        found[name] = person
    return found
