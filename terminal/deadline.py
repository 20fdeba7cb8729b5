"""Deadlines on the command line."""

from typing import Any

import click

from terminal.groups import Group
from terminal.options import acting_options


@click.group(cls=Group)
def deadline() -> None:
    """Extend a due date."""


@deadline.command()
@click.argument("school")
@click.argument("task_id", metavar="TASK")
@click.option("--to", "day", required=True, metavar="DATE", help="2026-12-18: until the hour at which tasks fall due.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it is kept beside the log.")
@acting_options
def extend(school: str, task_id: str, day: str, reason: str, **common: Any) -> None:
    """Put a task off to a later date; its reminders and its escalation move with it.

    \b
    For example:
      kaskad deadline extend nis-semey readiness/focus --to 2026-12-18 --reason "The coordinator is new"
    """
    from domain.participant.deadlines import ExtendDeadline
    from terminal.acting import ask, prepare, say
    from terminal.addressed import addressed, one_of
    from terminal.free_texts import put_text
    from terminal.phrases import phrase

    to = addressed(school, common["rollout_id"], common["acting_as"])
    if not to.state.ended:
        one_of(task_id, [*to.state.tasks, *to.state.done], phrase("task_called", school=to.state.school))
    due = to.moment(day, "--to", otherwise=to.due_time)
    command = prepare(
        ExtendDeadline,
        to.person,
        command_id=common["command_id"],
        task=task_id,
        due_at=due,
        reason=put_text(reason, to.person, command_id=common["command_id"], name="reason"),
    )
    words = phrase("now_due", when=to.says_chosen(due), title=to.titles.task(to.state.tier, task_id))
    say(ask(to.stream, command), words, translated=True, as_json=common["as_json"])
