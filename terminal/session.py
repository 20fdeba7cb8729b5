"""Training sessions on the command line, and who was there."""

from pathlib import Path
from typing import Any

import click

from terminal.groups import Group
from terminal.options import acting_options, happened_option, json_option
from terminal.rollout_options import log_option, rollout_option

_at_option = click.option(
    "--at", "starts", required=True, metavar="TIME", help='Such as "2026-11-25 10:00", in the programme\'s time zone.'
)


@click.group(cls=Group)
def session() -> None:
    """Plan, move and cancel training sessions."""


@session.command("list")
@click.argument("school", required=False)
@click.option("--for", "whose", metavar="SCHOOL", help="The same as SCHOOL.")
@rollout_option
@log_option
@json_option
def list_sessions(
    school: str | None, whose: str | None, rollout_id: str | None, log: str | None, as_json: bool
) -> None:
    """List sessions, the first first, with the times of the programme's time zone; of SCHOOL those that it holds or
    is asked to.

    \b
    For example:
      kaskad session list nis-semey
    """
    from terminal.outcome import BadInput
    from terminal.phrases import headings, phrase, word
    from terminal.sessions import sessions
    from terminal.tables import print_json, print_table

    if school and whose and school != whose:
        raise BadInput(phrase("name_one_school", one=school, other=whose))
    found = sessions(rollout_id, school or whose, log)
    if as_json:
        print_json(found)
        return
    print_table(
        headings("Session", "Title", "Begins", "Hours", "Mode", "Schools", "Status"),
        [
            (
                each["session"],
                each["title"],
                each["begins"],
                each["hours"],
                word(each["mode"]),
                len(each["schools"]),
                word(each["status"]),
            )
            for each in found
        ],
        empty=phrase("no_session_planned"),
    )


@session.command()
@click.argument("host", metavar="SCHOOL")
@click.argument("step")
@click.argument("definition", metavar="SESSION")
@_at_option
@click.option("--for", "schools", multiple=True, metavar="SCHOOL", help="Only this school (a catch-up); repeatable.")
@click.option("--place", metavar="TEXT", help="Where it is held.")
@acting_options
def plan(
    host: str, step: str, definition: str, starts: str, schools: tuple[str, ...], place: str | None, **common: Any
) -> None:
    """Plan a session of the children's training; SCHOOL is the one that holds it.

    STEP and SESSION are those of the definition: `kaskad session plan trainers training foundations --at ...`.

    \b
    For example:
      kaskad session plan trainers training foundations --at "2026-11-25 10:00" --place "Astana, room 5"
    """
    from domain.participant.hosting import PlanSession
    from terminal.acting import ask, prepare, say
    from terminal.addressed import addressed
    from terminal.free_texts import put_text
    from terminal.phrases import counted_phrase, phrase
    from terminal.sessions import check_plan

    to = addressed(host, common["rollout_id"], common["acting_as"])
    check_plan(to, step, definition, schools)
    begins = to.moment(starts, "--at")
    command = prepare(
        PlanSession,
        to.person,
        command_id=common["command_id"],
        step=step,
        definition=definition,
        starts_at=begins,
        participants=tuple(schools),
        place=put_text(place, to.person, command_id=common["command_id"], name="place"),
    )
    answer = ask(to.stream, command)
    words = phrase("session_planned", title=to.titles.session(step, definition), when=to.says_chosen(begins))
    if to.state.fact("seats.complete") is not True:
        words += " " + phrase("team_incomplete", school=to.state.school)
    later = sum(child.ended is None and step in child.awaits for child in to.state.children.values())
    if later:
        words += " " + counted_phrase("asked_later", later, step=step)
    say(answer, words, translated=True, as_json=common["as_json"])


@session.command()
@click.argument("session_id", metavar="SESSION")
@_at_option
@click.option("--reason", metavar="TEXT", help="Why.")
@acting_options
def move(session_id: str, starts: str, reason: str | None, **common: Any) -> None:
    """Move a session to another time; everybody who is asked to it is told.

    \b
    For example:
      kaskad session move trainers.training.foundations.1 --at "2026-11-26 10:00"
    """
    from domain.participant.hosting import MoveSession
    from terminal.acting import ask, prepare, say
    from terminal.free_texts import put_text
    from terminal.phrases import phrase
    from terminal.sessions import host_of

    to = host_of(session_id, common["rollout_id"], common["acting_as"])
    begins = to.moment(starts, "--at")
    command = prepare(
        MoveSession,
        to.person,
        command_id=common["command_id"],
        session=session_id,
        starts_at=begins,
        reason=put_text(reason, to.person, command_id=common["command_id"], name="reason"),
    )
    words = phrase("session_moved", when=to.says_chosen(begins))
    say(ask(to.stream, command), words, translated=True, as_json=common["as_json"])


@session.command()
@click.argument("session_id", metavar="SESSION")
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@acting_options
def cancel(session_id: str, reason: str, **common: Any) -> None:
    """Cancel a session; it is asked to be planned again.

    \b
    For example:
      kaskad session cancel trainers.training.foundations.1 --reason "The trainer is ill"
    """
    from domain.participant.hosting import CancelSession
    from terminal.acting import ask, prepare, say
    from terminal.free_texts import put_text
    from terminal.phrases import phrase
    from terminal.sessions import host_of

    to = host_of(session_id, common["rollout_id"], common["acting_as"])
    command = prepare(
        CancelSession,
        to.person,
        command_id=common["command_id"],
        session=session_id,
        reason=put_text(reason, to.person, command_id=common["command_id"], name="reason"),
    )
    say(
        ask(to.stream, command),
        phrase("session_cancelled", session=session_id),
        translated=True,
        as_json=common["as_json"],
    )


@click.command()
@click.argument("session_id", metavar="SESSION")
@click.option("--all-present", is_flag=True, help="Everybody was there.")
@click.option("--absent", multiple=True, metavar="SCHOOL:SEAT", help="Everybody but this seat; repeatable.")
@click.option(
    "--file",
    "sheet",
    metavar="FILE",
    help="CSV or XLSX with the columns school, seat, present (yes or no); whoever it does not name counts as present.",
)
@happened_option
@acting_options
def attendance(
    session_id: str, all_present: bool, absent: tuple[str, ...], sheet: str | None, happened: str | None, **common: Any
) -> None:
    """Record who was at a session, all at once: everybody, but for the exceptions.

    A sheet names the exceptions too: schools and seats that it leaves out count as present, and are counted in the
    answer.

    \b
    For example:
      kaskad attendance trainers.training.foundations.1 --all-present
      kaskad attendance trainers.training.foundations.1 --absent nis-semey:teacher-1
    """
    from domain.participant.attendance import RecordAttendance
    from terminal.acting import ask, prepare, say
    from terminal.attendance import from_sheet, from_words, must_be_said_once, not_named, recorded, seats_asked
    from terminal.sessions import host_of

    must_be_said_once(all_present, absent, sheet)
    missing, named = from_words(absent), None
    to = host_of(session_id, common["rollout_id"], common["acting_as"])
    if sheet is not None:
        asked_for = seats_asked(to.programme, to.state, to.state.hosted[session_id])
        missing, named = from_sheet(Path(sheet), asked_for, as_json=common["as_json"])
    command = prepare(
        RecordAttendance,
        to.person,
        command_id=common["command_id"],
        session=session_id,
        absent=missing,
        happened_at=to.happened(happened),
    )
    words = recorded(len(to.state.hosted[session_id].participants), sum(map(len, missing.values())))
    if named is not None:
        words += not_named(asked_for, named)
    say(ask(to.stream, command), words, translated=True, as_json=common["as_json"])
