"""What `demo` and `rollout rehearse` share: a folder, a server, the play, and ends that a person understands."""

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from terminal.outcome import Refused, ServiceUnavailable, is_of_the_disk

if TYPE_CHECKING:
    from rehearsal.plan import Plan
    from rehearsal.play import Watch
    from rehearsal.summary import Summary
    from rehearsal.tally import Tally


def new_folder(keep: Path | None, seed: int) -> tuple[Path, str]:
    """A folder that was empty, and is now this rehearsal's alone, and an id of its own."""
    from rehearsal.plan import rehearsal_id
    from rehearsal.stage import evidence_of
    from runtime.settings import settings

    rollout = rehearsal_id(seed, time.time_ns())
    folder = (keep or settings().home / "rehearsals" / rollout).expanduser().absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise FileExistsError
        # Two that find it empty at the same moment would end each other's server: one of them makes this.
        evidence_of(folder).mkdir(mode=0o700)
    except OSError as problem:
        if isinstance(problem, FileExistsError) and folder.is_dir():
            raise Refused(f"{folder} is not empty: a rehearsal needs a folder of its own.") from problem
        # the data folder is a store of the product's; a folder that was named is a place to write to as any other
        kind = ServiceUnavailable if keep is None and is_of_the_disk(problem) else Refused
        raise kind(f"{folder} can't be made an empty folder: {problem.strerror}.") from problem
    return folder, rollout


def play(plan: "Plan", folder: Path, watch: "Watch") -> tuple["Summary", "Tally"]:
    """From the first day to the last, on the main thread."""
    from rehearsal.calendar import RehearsalStuck
    from rehearsal.performance import perform
    from rehearsal.stage import evidence_of
    from rehearsal.venue import server_at_hand
    from runtime.settings import settings

    try:
        with server_at_hand(settings(), folder) as venue:
            return asyncio.run(perform(plan, venue, folder, watch))
    except RehearsalStuck as stuck:
        raise Refused(f"{stuck} What was played is kept in {shown_path(folder)}.") from stuck
    except OSError as problem:
        raise ServiceUnavailable(f"{shown_path(folder)} can't be written: {problem.strerror}.") from problem
    finally:
        # what was never begun leaves the folder as it was
        with suppress(OSError):
            evidence_of(folder).rmdir()


def must_have_ended(summary: "Summary", folder: Path) -> None:
    """Raises Refused where schools stand still for good."""
    if not summary.left_over:
        return
    from rehearsal.stage import log_of

    first, others = summary.left_over[0], len(summary.left_over) - 1
    who = f"{first} and {others} other{'' if others == 1 else 's'} have" if others else f"{first} has"
    refused = f"What was refused last: {summary.refused_last} " if summary.refused_last else ""
    raise Refused(
        f"On {summary.ended} nobody has anything to do any more, and {who} not come to an end. "
        f"{refused}What keeps {first}: kaskad school show {first} --log {shown_path(log_of(folder))}"
    )


def shown_path(path: Path) -> str:
    """As one would type it here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
