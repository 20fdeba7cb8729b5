"""`kaskad demo`: the NIS/SHARE rollout of cohort 2024, played through with simulated people."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rehearsal.plan import Plan
    from rehearsal.summary import Summary

_PROGRAMME = "nis-share"
_COHORT = "2024"
_SEED = 2024
#: what became of a school that was not certified, by its phase
_BECAME = {
    "withdrawn": "(it withdrew)",
    "closed": "(closed: it could go no further)",
    "completed": "(its certificate's conditions were not met at its end)",
}
_STOOD = "(still under way)"


@click.command()
@click.option("--seed", type=int, default=_SEED, show_default=True, help="Another seed, other people's habits.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder for the event log and the evidence; by default a new one in the data folder.",
)
@click.option(
    "--schools", "count", type=click.IntRange(2, 20), default=20, show_default=True, help="So many of the schools."
)
def demo(seed: int, keep: Path | None, count: int) -> int:
    """Play the NIS/SHARE rollout of 2024 through, live, with simulated people.

    The twenty schools of both branches, on a real Temporal server and an event log of its own: from the first seat to
    the last hub school's end. The people are invented, and so are their habits (rehearsal/habits.yaml); the same
    seed gives the same events on the same dates.

    \b
    For example:
      kaskad demo
      kaskad demo --seed 7 --keep /tmp/demo
    """
    from terminal.demo_screen import show_while
    from terminal.rehearsing import new_folder, play

    folder, rollout = new_folder(keep, seed)
    plan = _plan(rollout, seed, count)
    began = time.monotonic()
    with show_while(plan, folder) as watch:
        summary, _ = play(plan, folder, watch)
    print_summary(summary, time.monotonic() - began)
    _print_next(plan, summary, folder)
    return 0 if summary.is_sound else 1


def _plan(rollout: str, seed: int, count: int) -> "Plan":
    """The schools alternately from both branches, so that a few of them are a cascade too."""
    from programmes.library import EXAMPLES, find_programme
    from programmes.reader import read_programme
    from programmes.roster import read_roster
    from rehearsal.cast import by_parent
    from rehearsal.plan import Plan

    definition = read_programme(find_programme(_PROGRAMME), cohort=_COHORT)
    places = read_roster(EXAMPLES / "nis-share-2024-schools.csv", definition.programme)
    nominees = read_roster(EXAMPLES / "nis-share-2024-second-tier.csv", definition.programme)
    tiers = list(dict.fromkeys(place.tier for place in places))
    chosen = [
        place
        for number, tier in enumerate(tiers)
        for place in [each for each in places if each.tier == tier][: (count + len(tiers) - 1 - number) // len(tiers)]
    ]
    return Plan(rollout, definition, _COHORT, tuple(chosen), seed, by_parent(nominees))


def print_summary(summary: "Summary", seconds: float) -> None:
    from terminal.tables import counted, print_fields

    s = summary
    print()
    print_fields(
        {
            "Rehearsal": f"{s.rollout}, seed {s.seed}",
            "Calendar": f"{s.began:%Y-%m-%d} to {s.ended:%Y-%m-%d}, in {seconds:.0f} s",
            "First tier": f"{s.certified} certified; {s.withdrawn} withdrew, {s.replaced} took its place",
            "Second tier": f"{s.opened_below} opened by certified parents; {_ends_below(s)}",
            "People": f"{s.people} simulated; {s.left} left a seat, {s.substitutes} stood in for another",
            "Commands": f"{s.commands} of people, {s.clock} of the clock, {s.followed} that followed",
            "Tasks": f"{s.tasks}, of which {s.overdue} fell overdue and {s.escalated} were escalated",
            "Evidence": f"{counted(s.returned, 'time')} returned, {counted(s.refused, 'time')} refused",
            "Mentoring": f"{counted(s.checkpoints_missed, 'checkpoint')} missed",
            "Log": f"{s.size} events and {s.gates} gates, {'verified' if s.is_sound else 'NOT SOUND'}",
            "Mark": f"{s.size}:{s.root}",
        }
    )


def _ends_below(summary: "Summary") -> str:
    """How many of the second tier were certified and came to their end, and what became of the others."""
    certified = f"{summary.certified_below} certified, {summary.completed_below} at their end"
    others = ", ".join(f"{school} {_BECAME.get(phase, _STOOD)}" for school, phase in summary.not_certified.items())
    return f"{certified}; not certified: {others}" if others else certified


def _print_next(plan: "Plan", summary: "Summary", folder: Path) -> None:
    """Three commands on what this leaves behind; they read the log alone."""
    from rehearsal.stage import log_of
    from terminal.rehearsing import shown_path

    log = shown_path(log_of(folder))
    school = plan.places[0].school
    print("\nTry next, with or without the stack running:")
    print(f"  ./kaskad audit replay {school} --at 2025-12-01 --log {log}")
    print(f"  ./kaskad audit explain certify {school} --log {log}")
    print(f"  ./kaskad audit verify --against {summary.size}:{summary.root} --log {log}")
