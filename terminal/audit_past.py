"""`kaskad audit replay` and `kaskad audit diff`: moments of the past, shown and compared."""

from typing import TYPE_CHECKING, Any

from terminal.audit_opened import Plain, archive, must_reach
from terminal.outcome import BadInput
from terminal.output import say_aside
from terminal.tables import print_fields, print_json, print_table

if TYPE_CHECKING:
    from audit.archive import Archive
    from audit.moment import Moment
    from audit.picture import Picture


def print_replay(what: str, at: str | None, known_on: str | None, log: str | None, *, as_json: bool) -> None:
    from audit.moment import words_of
    from audit.past import remark_on
    from audit.replaying import learnt_since
    from audit.subject import find_subject

    with archive(log) as found:
        stream = find_subject(found, what)
        plain = Plain(found.time_zone(stream))
        moment = _moment(found, at, plain.time_zone, known_on)
        picture = _picture(found, stream, moment, plain.time_zone)
        learnt = learnt_since(found, stream, moment, plain)
        remark = remark_on(found, moment)
        if as_json:
            print_json({"of": stream, **_keys(moment), "remark": remark, "state": picture, "learnt_since": learnt})
            return
        print(f"{stream} at {words_of(moment, plain.time_zone)} ({plain.time_zone})")
        if remark:
            say_aside(remark)
        _print_picture(picture, plain)
        if learnt:
            print(f"\nLearnt or corrected since (--as-known-on {at} leaves it out)")
            print_table(("Section", "Of", "What"), learnt)


def print_diff(
    what: str, before: str, after: str | None, known_on: str | None, log: str | None, *, as_json: bool
) -> None:
    from audit.moment import words_of
    from audit.past import remark_on
    from audit.replaying import changed_between
    from audit.subject import find_subject

    with archive(log) as found:
        stream = find_subject(found, what)
        plain = Plain(found.time_zone(stream))
        first, second = (_moment(found, each, plain.time_zone, known_on) for each in (before, after))
        if after is None and first.position is not None and first.position > found.position:
            raise BadInput(f"The log has {found.position} events; --from {first.position} is still to come.")
        _must_follow(first, second)
        changed = changed_between(found, stream, first, second, plain)
        for remark in dict.fromkeys((remark_on(found, first), remark_on(found, second))):
            if remark:
                say_aside(remark)
        if not as_json:
            words = [words_of(each, plain.time_zone) for each in (first, second)]
            print(f"{stream} from {words[0]} to {words[1]} ({plain.time_zone})")
        print_table(("Section", "Of", "What"), changed, as_json=as_json, empty="Nothing changed.")


def _moment(found: "Archive", text: str | None, time_zone: str, known_on: str | None = None) -> "Moment":
    from audit.moment import read_moment

    moment = read_moment(str(found.position) if text is None else text, time_zone, known_on)
    must_reach(found, moment.position or 0)
    return moment


def _must_follow(first: "Moment", second: "Moment") -> None:
    """What came would be told as gone. Raises BadInput."""
    later = first.position is not None and second.position is not None and first.position > second.position
    if later or (first.at is not None and second.at is not None and first.at > second.at):
        raise BadInput("--from is later than --to; give the earlier moment first.")


def _picture(found: "Archive", stream: str, moment: "Moment", time_zone: str) -> "Picture":
    from audit.past import require_begun, state_at
    from audit.replaying import picture_at

    picture = picture_at(found, stream, moment)
    if not picture:
        require_begun(found, stream, state_at(found, stream, moment), moment, time_zone)
    return picture


def _keys(moment: "Moment") -> dict[str, Any]:
    return {"at": moment.at, "as_known_on": moment.known_on, "position": moment.position}


def _print_picture(picture: "Picture", plain: Plain) -> None:
    """Section by section; those that are empty are left out."""
    from audit.picture import ABOUT, PARTICIPANTS, name_in_tree, tree_of

    print_fields({name: plain(row["value"]) for name, row in picture[ABOUT].items()})
    for section, rows in picture.items():
        if section == ABOUT or not rows:
            continue
        names = {name: name for name in rows}
        if section == PARTICIPANTS:
            names = {name: name_in_tree(depth, name) for depth, name in tree_of(rows)}
        columns = [name for name in next(iter(rows.values())) if not (section == PARTICIPANTS and name == "parent")]
        print(f"\n{section.capitalize()}")
        print_table(
            ("Of", *(column.capitalize() for column in columns)),
            [(shown, *(plain(rows[name][column]) for column in columns)) for name, shown in names.items()],
        )
