"""Evidence on the command line: submit, list, get and review it."""

from pathlib import Path
from typing import Any

import click

from terminal.groups import Group
from terminal.options import acting_options, happened_option, json_option
from terminal.rollout_options import log_option, rollout_option


@click.group(cls=Group)
def evidence() -> None:
    """Submit, get and review evidence."""


@evidence.command()
@click.argument("school")
@click.argument("item", metavar="STEP/ITEM")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--remark", metavar="TEXT", help="A word to the reviewer; kept beside the log.")
@happened_option
@acting_options
def submit(
    school: str, item: str, files: tuple[str, ...], remark: str | None, happened: str | None, **common: Any
) -> None:
    """Submit files as evidence. `kaskad task list --for SCHOOL` shows what is asked for.

    \b
    For example:
      kaskad evidence submit nis-semey action-research/1-plan plan.pdf photo.jpg
    """
    from terminal.acting import say
    from terminal.addressed import addressed
    from terminal.submitting import submit_files

    to = addressed(school, common["rollout_id"], common["acting_as"])
    answer, words = submit_files(
        to, item, tuple(Path(each) for each in files), remark, to.happened(happened), common["command_id"]
    )
    say(answer, words, translated=True, as_json=common["as_json"])


@evidence.command("list")
@click.argument("school", required=False)
@rollout_option
@log_option
@json_option
def list_evidence(school: str | None, rollout_id: str | None, log: str | None, as_json: bool) -> None:
    """List what was submitted, attempt by attempt, and what was said of it; of SCHOOL, or of all schools.

    \b
    For example:
      kaskad evidence list nis-semey
    """
    from terminal.evidence_kept import attempts
    from terminal.phrases import headings, phrase, word
    from terminal.tables import print_json, print_table

    found = attempts(school, rollout_id, log)
    if as_json:
        print_json(found)
        return
    print_table(
        headings("School", "Item", "Attempt", "Submitted", "Files", "Verdict", "Score", "Remark"),
        [
            (
                each["school"],
                each["item"],
                each["attempt"],
                each["submitted"],
                ", ".join(file["name"] or f"{file['sha256'][:12]}…" for file in each["files"]),
                word(each["verdict"] or "in review"),
                each["score"],
                each["review_remark"],
            )
            for each in found
        ],
        empty=phrase("no_evidence"),
    )


@evidence.command()
@click.argument("school")
@click.argument("item", metavar="STEP/ITEM")
@click.option("--attempt", type=click.IntRange(min=1), metavar="N", help="Which attempt; the latest if not given.")
@click.option("--to", "folder", default=".", metavar="DIR", help="Folder to put the files into.  [default: here]")
@rollout_option
@log_option
@json_option
def get(
    school: str, item: str, attempt: int | None, folder: str, rollout_id: str | None, log: str | None, as_json: bool
) -> None:
    """Get the files of a piece of evidence, each verified against the hash that the log keeps.

    \b
    For example:
      kaskad evidence get nis-semey action-research/1-plan --to plans
    """
    from terminal.evidence_kept import fetch
    from terminal.phrases import phrase
    from terminal.tables import print_json

    fetched = fetch(school, item, attempt, Path(folder), rollout_id, log)
    if as_json:
        print_json(fetched)
        return
    for each in fetched:
        how = phrase("file_there") if each["there"] else phrase("file_verified")
        size = phrase("file_size", size=each["size"])
        print(f"{each['path']}  ({size}, {how})")


@evidence.command()
@click.argument("school")
@click.argument("item", metavar="STEP/ITEM")
@click.argument("verdict", type=click.Choice(["accepted", "returned", "refused"]))
@click.option("--points", multiple=True, metavar="CRITERION=N", help="Points on a criterion of the rubric; repeatable.")
@click.option("--remark", metavar="TEXT", help="Why; needed unless it is accepted.")
@click.option("--attempt", type=click.IntRange(min=1), metavar="N", help="Which attempt; the latest if not given.")
@happened_option
@acting_options
def review(
    school: str,
    item: str,
    verdict: str,
    points: tuple[str, ...],
    remark: str | None,
    attempt: int | None,
    happened: str | None,
    **common: Any,
) -> None:
    """Give the verdict on a piece of evidence, with points where it has a rubric.

    \b
    For example:
      kaskad evidence review nis-semey action-research/1-plan returned --remark "Say how you will gather data"
      kaskad evidence review nis-semey portfolio/school-portfolio accepted --points question=4 --points cycle=3
    """
    from domain.participant.reviews import ReviewEvidence
    from terminal.acting import ask, prepare, say
    from terminal.addressed import addressed
    from terminal.evidence_item import item_meant, points_given
    from terminal.free_texts import put_text
    from terminal.phrases import phrase, word

    to = addressed(school, common["rollout_id"], common["acting_as"])
    step, name, known = item_meant(to, item)
    given = points_given(to, known, points)
    command = prepare(
        ReviewEvidence,
        to.person,
        command_id=common["command_id"],
        step=step,
        item=name,
        verdict=verdict,
        points=given,
        attempt=attempt,
        happened_at=to.happened(happened),
        remark=put_text(remark, to.person, command_id=common["command_id"], name="remark"),
    )
    words = phrase("reviewed", verdict=word(verdict).capitalize(), title=to.titles.item(to.state.tier, step, name))
    say(ask(to.stream, command), words, translated=True, as_json=common["as_json"])
