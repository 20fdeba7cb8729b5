"""Tasks on the command line: what is asked of whom, and completing it."""

from typing import Any

import click

from terminal.groups import Group
from terminal.options import acting_options, as_option, happened_option, json_option
from terminal.rollout_options import log_option, rollout_option


@click.group(cls=Group)
def task() -> None:
    """See what is asked of whom, and complete it."""


@task.command("list")
@click.option("--for", "whose", metavar="ROLE|SCHOOL|PERSON", help="Only what waits for them.")
@click.option("--due", metavar="WHEN", help="overdue, today, week, or a date such as 2026-11-25: due by then.")
@rollout_option
@log_option
@as_option
@json_option
def list_tasks(
    whose: str | None, due: str | None, rollout_id: str | None, log: str | None, acting_as: str | None, as_json: bool
) -> None:
    """List what is open, the first due first.

    With --as (or KASKAD_AS) and without --for: what waits for that person.

    \b
    For example:
      kaskad task list --due week
      kaskad task list --for nis-semey
      kaskad task list --for reviewer --due overdue --json
    """
    from runtime.settings import settings
    from terminal.inbox import Inbox, waits_for
    from terminal.phrases import headings, phrase
    from terminal.reading import names_of, reading, rollout_named
    from terminal.tables import print_json, print_table

    with reading(log) as opened, opened.snapshot() as snapshot:
        if rollout_id is not None:
            rollout_named(opened, rollout_id)
        inbox = Inbox(snapshot, settings().language, rollout_id)
        found = inbox.due(due, inbox.of(whose or acting_as, inbox.tasks()))
    names = names_of(person for each in found for person in (*each["persons"], each["substitute"] or ""))
    if as_json:
        print_json([{**each, "waits_for": waits_for(each, names)} for each in found])
        return
    wanted = whose or acting_as
    print_table(
        headings("School", "Task", "Title", "Waits for", "Due", "Late"),
        _lines(found, names),
        empty=phrase("nothing_waits", wanted=wanted) if wanted else phrase("nothing_is_open"),
    )


def _lines(tasks: list[dict[str, Any]], names: dict[str, str]) -> list[tuple[object, ...]]:
    from terminal.inbox import waits_for
    from terminal.phrases import word

    several = len({each["rollout"] for each in tasks}) > 1
    return [
        (
            f"{each['rollout']}/{each['school']}" if several else each["school"],
            each["task"],
            each["title"],
            waits_for(each, names),
            each["due"],
            word("OVERDUE") if each["overdue"] else "",
        )
        for each in tasks
    ]


@task.command()
@click.argument("school")
@click.argument("task_id", metavar="TASK")
@rollout_option
@log_option
@json_option
def show(school: str, task_id: str, rollout_id: str | None, log: str | None, as_json: bool) -> None:
    """Show one task of a school: what it is, whom it waits for, and how it is done.

    \b
    For example:
      kaskad task show nis-semey readiness/agreement
    """
    from terminal.addressed import read
    from terminal.phrases import headings
    from terminal.tables import print_fields, print_json
    from terminal.task_page import page_of, told

    to = read(school, rollout_id, log=log)
    if as_json:
        print_json(told(to, task_id))
        return
    page = {name: value for name, value in page_of(to, task_id).items() if value not in (None, [], "")}
    print_fields(dict(zip(headings(*page), page.values(), strict=True)))


@task.command()
@click.argument("school")
@click.argument("task_id", metavar="TASK")
@click.option("--answer", metavar="ANSWER", help="Where the task takes one; 'task show' says which.")
@happened_option
@acting_options
def complete(school: str, task_id: str, answer: str | None, happened: str | None, **common: Any) -> None:
    """Say that a task is done, with its answer where it takes one.

    \b
    For example:
      kaskad task complete nis-semey readiness/agreement
    """
    from domain.participant.tasks import CompleteTask
    from terminal.acting import ask, prepare, say
    from terminal.addressed import addressed
    from terminal.phrases import phrase

    to = addressed(school, common["rollout_id"], common["acting_as"])
    command = prepare(
        CompleteTask,
        to.person,
        command_id=common["command_id"],
        task=task_id,
        answer=answer,
        happened_at=to.happened(happened),
    )
    title = to.titles.task(to.state.tier, task_id)
    say(ask(to.stream, command), phrase("task_done", title=title), translated=True, as_json=common["as_json"])
