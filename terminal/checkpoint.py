"""Mentoring checkpoints on the command line."""

from typing import TYPE_CHECKING, Any

import click

from terminal.groups import Group
from terminal.options import acting_options, happened_option, json_option
from terminal.rollout_options import log_option, rollout_option

if TYPE_CHECKING:
    from terminal.addressed import Addressed


class Outcome(click.Choice[str]):
    """An outcome as people write it, too: on-track, "on track"."""

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:
        return "_".join(str(choice).casefold().replace("-", " ").replace("_", " ").split())


@click.group(cls=Group)
def checkpoint() -> None:
    """Hold a mentoring checkpoint."""


@checkpoint.command("list")
@click.argument("school", required=False)
@rollout_option
@log_option
@json_option
def list_checkpoints(school: str | None, rollout_id: str | None, log: str | None, as_json: bool) -> None:
    """List the checkpoints that were held or missed, and those that are open; of SCHOOL, or of all schools.

    \b
    For example:
      kaskad checkpoint list nis-semey
    """
    from terminal.checkpoints import checkpoints
    from terminal.phrases import headings, phrase, word
    from terminal.tables import print_json, print_table

    found = checkpoints(school, rollout_id, log)
    if as_json:
        print_json(found)
        return
    print_table(
        headings("School", "Step", "Number", "Outcome", "When", "Mentor", "Remark"),
        [
            (
                each["school"],
                each["step"],
                each["number"],
                word("open, due" if each["outcome"] == "open" else each["outcome"]),
                each["when"],
                each["mentor_name"] or each["mentor"],
                each["remark"],
            )
            for each in found
        ],
        empty=phrase("no_checkpoint"),
    )


@checkpoint.command()
@click.argument("school")
@click.option("--step", metavar="STEP", help="Which mentoring, where the tier has several.")
@click.option("--outcome", required=True, type=Outcome(["on_track", "needs_support", "at_risk"]))
@click.option("--remark", metavar="TEXT", help="What the mentor saw; kept beside the log.")
@click.option("--number", type=click.IntRange(min=1), metavar="N", help="Which checkpoint; the open one if not given.")
@happened_option
@acting_options
def hold(
    school: str,
    step: str | None,
    outcome: str,
    remark: str | None,
    number: int | None,
    happened: str | None,
    **common: Any,
) -> None:
    """Record a mentor's look at a school, with its outcome.

    \b
    For example:
      kaskad checkpoint hold nis-semey --outcome needs_support --remark "The plan is late"
    """
    from domain.participant.mentoring import HoldCheckpoint
    from terminal.acting import ask, prepare, say
    from terminal.addressed import addressed
    from terminal.free_texts import put_text
    from terminal.phrases import phrase, word

    to = addressed(school, common["rollout_id"], common["acting_as"])
    mentoring = _mentoring(to, step)
    command = prepare(
        HoldCheckpoint,
        to.person,
        command_id=common["command_id"],
        step=mentoring,
        outcome=outcome,
        number=number,
        happened_at=to.happened(happened),
        remark=put_text(remark, to.person, command_id=common["command_id"], name="remark"),
    )
    words = phrase("held", title=to.titles.step(to.state.tier, mentoring), outcome=word(outcome).replace("_", " "))
    say(ask(to.stream, command), words, translated=True, as_json=common["as_json"])


def _mentoring(to: "Addressed", step: str | None) -> str:
    """The step that is meant. Raises NotFound with the nearest, or BadInput where it has to be said."""
    from terminal.addressed import one_of
    from terminal.outcome import BadInput, NotFound
    from terminal.phrases import phrase

    known = [each.id for each in to.tier.steps if each.kind == "mentoring"]
    if step is not None:
        return one_of(step, known, phrase("mentoring_called", school=to.state.school))
    if not known:
        raise NotFound(phrase("not_mentored", school=to.state.school))
    if len(known) > 1:
        raise BadInput(phrase("say_which_step", steps=", ".join(known)))
    return str(known[0])
