"""`kaskad person`: who the persons are, what they may do, how their data change and go, their keys wrapped."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.groups import Group
from terminal.options import as_option, json_option

if TYPE_CHECKING:
    from people.person import Language

_LANGUAGE = click.Choice(["kk", "ru", "en"])


@click.group(cls=Group)
def person() -> None:
    """Register persons, change or erase their data, grant rights.

    Names, e-mail addresses and phones stay in the registry; the event log knows an opaque id such as p-7k2m9x4q.
    """


@person.command()
@click.option("--name", "names", metavar="TEXT", help="The person's names, as they are written.")
@click.option("--email", metavar="ADDRESS", help="Address to which the person is written.")
@click.option("--phone", metavar="NUMBER", help="Phone number.")
@click.option("--lang", "language", type=_LANGUAGE, default="kk", show_default=True, help="Language of messages.")
@click.option(
    "--file", type=click.Path(path_type=Path), help="CSV or XLSX with the columns name, email, phone, language."
)
@as_option
@json_option
def add(
    names: str | None,
    email: str | None,
    phone: str | None,
    language: str,
    file: Path | None,
    acting_as: str | None,
    as_json: bool,
) -> int:
    """Register a person, or all those of a table with a report for each row.

    Somebody with the same e-mail address and the same data is registered already, and told so. In a table whoever has
    no address is known by the name and the phone number; of two of the same name who have neither, nobody is taken.
    Without a table whoever has no address is somebody new each time.

    \b
    For example:
      kaskad person add --name "Full Name" --email name@school.kz --lang kk
      kaskad person add --file teachers.xlsx
    """
    from terminal.person_registering import register, register_file

    if (names is None) == (file is None):
        raise click.UsageError("Give either --name TEXT or --file FILE.")
    if file is not None:
        return register_file(file, language, acting_as, as_json=as_json)
    register(names or "", email, phone, language, acting_as, as_json=as_json)
    return 0


@person.command()
@click.argument("person_id", metavar="PERSON")
@click.option("--name", "names", metavar="TEXT", help="The person's names, as they are written.")
@click.option("--email", metavar="ADDRESS", help="Address to which the person is written; '' takes it away.")
@click.option("--phone", metavar="NUMBER", help="Phone number; '' takes it away.")
@click.option("--lang", "language", type=_LANGUAGE, help="Language of messages.")
@as_option
@json_option
def change(
    person_id: str,
    names: str | None,
    email: str | None,
    phone: str | None,
    language: "Language | None",
    acting_as: str | None,
    as_json: bool,
) -> None:
    """Change what is kept of a person; what is not given stays as it is.

    Everybody may change their own data. The log is not concerned: it knows the id alone.

    \b
    For example:
      kaskad person change name@school.kz --email new.name@school.kz
      kaskad person change p-7k2m9x4q --name "Full Name" --lang ru
    """
    from terminal.person_changing import change as changing

    if (names, email, phone, language) == (None, None, None, None):
        raise click.UsageError("Say what changes: --name, --email, --phone or --lang.")
    changing(person_id, names, email, phone, language, acting_as, as_json=as_json)


@person.command("list")
@click.option("--find", metavar="TEXT", help="Only those whose name, e-mail address or id contains it.")
@json_option
def list_persons(find: str | None, as_json: bool) -> None:
    """Everybody who is registered, with their rights; of the erased, the id alone.

    For example: kaskad person list --find semey
    """
    from terminal.person_page import print_persons

    print_persons(find, as_json=as_json)


@person.command()
@click.argument("person_id", metavar="PERSON")
@json_option
def show(person_id: str, as_json: bool) -> None:
    """One person: data, rights, seats and duties. PERSON is an id or an e-mail address.

    For example: kaskad person show p-7k2m9x4q
    """
    from terminal.person_page import print_person

    print_person(person_id, as_json=as_json)


@person.command()
@click.argument("person_id", metavar="PERSON")
@click.argument("right", metavar="RIGHT")
@click.option("--rollout", "rollout_id", metavar="ROLLOUT", help="In this rollout only; in all of them otherwise.")
@as_option
@json_option
def grant(person_id: str, right: str, rollout_id: str | None, acting_as: str | None, as_json: bool) -> None:
    """Grant a right: operator, programme-manager, auditor, or an office of a programme such as nis-coordinator.

    For example: kaskad person grant p-7k2m9x4q nis-coordinator --rollout nis-share-2024
    """
    from terminal.person_rights import grant as granting

    granting(person_id, right, rollout_id, acting_as, as_json=as_json)


@person.command()
@click.argument("person_id", metavar="PERSON")
@click.argument("right", metavar="RIGHT")
@click.option("--rollout", "rollout_id", metavar="ROLLOUT", help="The right in this rollout; that in all otherwise.")
@as_option
@json_option
def revoke(person_id: str, right: str, rollout_id: str | None, acting_as: str | None, as_json: bool) -> None:
    """Take a right away.

    For example: kaskad person revoke p-7k2m9x4q auditor
    """
    from terminal.person_rights import revoke as revoking

    revoking(person_id, right, rollout_id, acting_as, as_json=as_json)


@person.command()
@click.argument("person_id", metavar="PERSON")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@as_option
@json_option
def erase(person_id: str, yes: bool, acting_as: str | None, as_json: bool) -> None:
    """Erase a person's data for good: the key to them, what the person wrote, what waits to be sent to them.

    Texts and messages of others that show the name, the e-mail address or the phone number go as well.

    The log keeps that an opaque id acted, and still verifies.

    For example: kaskad person erase p-7k2m9x4q
    """
    from terminal.person_erasing import erase as erasing

    erasing(person_id, acting_as, yes=yes, as_json=as_json)


@person.command("wrap-keys")
@json_option
def wrap_keys(as_json: bool) -> None:
    """Wrap the keys of persons that were entered before there was a KASKAD_MASTER_KEY.

    From then on the registry is read with that key alone: give it to the worker first. Done again it changes nothing.

    For example: kaskad person wrap-keys
    """
    from terminal.person_keys import wrap_keys as wrapping

    wrapping(as_json=as_json)
