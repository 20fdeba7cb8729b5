"""Corrections on the command line: a wrong fact is corrected by a new event with a reason, never edited."""

from typing import Any

import click

from terminal.options import acting_options


@click.command()
@click.argument("school")
@click.argument("event", metavar="EVENT")
@click.option("--set", "fields", multiple=True, metavar="FIELD=VALUE", help="What it should have said; repeatable.")
@click.option("--took-place", metavar="TIME", help="When it took place, in the programme's time zone.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it is kept beside the log.")
@acting_options
def correct(
    school: str, event: str, fields: tuple[str, ...], took_place: str | None, reason: str, **common: Any
) -> None:
    """Correct a wrong fact of a school by a new event with a reason; the old one stays readable.

    EVENT is a position in the log, as `kaskad audit log` shows it (107), or a version of the school's own stream (v12).

    \b
    For example:
      kaskad correct nis-semey 107 --set outcome=at_risk --reason "Noted for the wrong school"
      kaskad correct nis-semey v12 --took-place "2026-11-20 10:00" --reason "Entered a week late"
    """
    from audit.correcting import in_words
    from domain.participant.corrections import Correct
    from terminal.acting import ask, prepare, say
    from terminal.addressed import addressed
    from terminal.event_meant import changes_given, event_meant
    from terminal.free_texts import put_text
    from terminal.tables import shown

    to = addressed(school, common["rollout_id"], common["acting_as"])
    meant = event_meant(to, event)
    changes = changes_given(to, meant, fields)
    command = prepare(
        Correct,
        to.person,
        command_id=common["command_id"],
        version=meant.version,
        changes=changes,
        took_place=to.moment(took_place, "--took-place") if took_place else None,
        reason=put_text(reason, to.person, command_id=common["command_id"], name="reason"),
    )
    answer = ask(to.stream, command)
    say(answer, f"Corrected: {meant.kind}, event {meant.position}.", as_json=common["as_json"])
    if answer.first and not common["as_json"]:
        for field, before, after in meant.compared(to):
            print(f"  {field}: {shown(in_words(before))} -> {shown(in_words(after))}")
