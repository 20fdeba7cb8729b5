"""Registering persons: into the registry first, then as an opaque id into the log, so that a retry mends what broke."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from activities.door import Door
from activities.organisation import ask_organisation
from domain.gate import Facts
from domain.organisation.stream import RegisterPerson, decide
from eventlog.log import open_log
from people.errors import PersonProblem
from people.namesakes import Namesakes, folded
from people.person import PersonDraft, check_draft
from people.registry import Registry, open_registry
from programmes.sheet import RosterProblem
from terminal.acting import actor, prepare
from terminal.bulk import ALREADY, DONE, NOT_TAKEN, Outcome, Sheet, read_rows, report
from terminal.reading import reading
from terminal.roster_file import refuse_rows
from terminal.tables import print_json

if TYPE_CHECKING:
    from activities.answer import Answer
    from people.person import Person

_COLUMNS = ("email", "phone", "language")
#: persons whom one transaction of the registry takes: nobody else gets to write meanwhile
_AT_ONCE = 500
_FIELD_OF = {"names": "name", "e-mail": "email", "phone": "phone"}


def register(
    names: str, email: str | None, phone: str | None, language: str, acting_as: str | None, *, as_json: bool
) -> None:
    who = actor(acting_as)
    draft = _draft(names, email, phone, language)
    check_draft(draft)
    may_register(who)
    with _registry() as registry:
        person, was_there = _into_registry(registry, draft)
    (answer,) = _into_log([person.person], who)
    if as_json:
        print_json({"person": person.person, "recorded": answer.first > 0, "first": answer.first or None})
    elif answer.first:
        print(f"Registered {person.names} as {person.person} (event {answer.first}).")
    else:
        known = "with the same data" if was_there else "in the log"
        print(f"Already done: {person.names} is registered as {person.person} {known}.")


def register_file(file: Path, language: str, acting_as: str | None, *, as_json: bool) -> int:
    who = actor(acting_as)
    sheet = read_rows(file, ("name",), _COLUMNS, as_json=as_json)
    drafts = list(_drafts(sheet, language, as_json=as_json))
    may_register(who)
    outcomes: list[Outcome] = []
    taken: list[Person] = []
    with _registry() as registry:
        namesakes = Namesakes(registry.persons() if any(each.email is None for each in drafts) else ())
        for first in range(0, len(drafts), _AT_ONCE):
            some, said_of = _together_into_registry(registry, drafts[first : first + _AT_ONCE], namesakes)
            taken += some
            outcomes += said_of
    answers = dict(zip((each.person for each in taken), _into_log([each.person for each in taken], who), strict=True))
    said = [_with_answer(each, answers.get(each.label[1])) for each in outcomes]
    return report(("Name", "Person"), said, as_json=as_json)


def _with_answer(outcome: Outcome, answer: "Answer | None") -> Outcome:
    if answer is None:
        return outcome
    return Outcome(outcome.label, DONE if answer.first else ALREADY, "", answer.last or None)


def _drafts(sheet: Sheet, language: str, *, as_json: bool) -> Iterator[PersonDraft]:
    """Every row; where one can't be kept, none is taken."""
    problems: list[RosterProblem] = []
    found: list[PersonDraft] = []
    rows_of: dict[tuple[str, ...], int] = {}
    for number, row in sheet.rows:
        draft = _draft(row["name"], row.get("email"), row.get("phone"), row.get("language") or language)
        try:
            check_draft(draft)
        except PersonProblem as problem:
            problems.append(RosterProblem(number, _column(problem), str(problem)))
        problems += _of_two_rows(rows_of, number, draft)
        found.append(draft)
    if problems:
        refuse_rows(sheet.file, problems, as_json=as_json)
    yield from found


def _of_two_rows(rows_of: dict[tuple[str, ...], int], number: int, draft: PersonDraft) -> Iterator[RosterProblem]:
    """That somebody stands on an earlier row, or a namesake whom nothing tells apart; notes where who stands."""
    if draft.email is not None:
        key: tuple[str, ...] = (draft.email.casefold(),)
        column, what, right = "email", draft.email, "each person stands once"
    else:
        key = (folded(draft.names), draft.phone or "")
        right = "an e-mail address or a phone number of their own tells two people apart"
        column, what = "name", draft.names
    if key in rows_of:
        yield RosterProblem(number, column, f"'{what}' stands on row {rows_of[key]} already", right)
    rows_of.setdefault(key, number)


def _column(problem: PersonProblem) -> str:
    field = str(problem.params.get("field", problem.code.partition("-")[0]))
    return _FIELD_OF.get(field, field)


def _draft(names: str, email: str | None, phone: str | None, language: str) -> PersonDraft:
    return PersonDraft(names.strip(), (email or "").strip() or None, (phone or "").strip() or None, language)  # type: ignore[arg-type]


def _together_into_registry(
    registry: Registry, drafts: Sequence[PersonDraft], namesakes: Namesakes
) -> "tuple[list[Person], list[Outcome]]":
    """Who is in the registry now, and what came of each draft: by one transaction where all are new to it.

    Each transaction waits for the disk several times: thousands of persons are minutes.
    """
    with suppress(PersonProblem):
        if not any(_known_without_address(namesakes, each) for each in drafts):
            fresh = registry.add_all(drafts)
            return fresh, [Outcome((each.names, each.person), DONE) for each in fresh]
    taken: list[Person] = []
    outcomes: list[Outcome] = []
    for draft in drafts:
        try:
            known = _known_without_address(namesakes, draft)
            person, was_there = (known, True) if known else _into_registry(registry, draft)
        except PersonProblem as problem:
            outcomes.append(Outcome((draft.names, ""), NOT_TAKEN, str(problem)))
            continue
        taken.append(person)
        outcomes.append(Outcome((draft.names, person.person), ALREADY if was_there else DONE))
    return taken, outcomes


def _known_without_address(namesakes: Namesakes, draft: PersonDraft) -> "Person | None":
    return namesakes.the_same(draft) if draft.email is None else None


def _into_registry(registry: Registry, draft: PersonDraft) -> "tuple[Person, bool]":
    """The person, and whether it was there already with the same data. Raises PersonProblem for other data."""
    try:
        return registry.add(draft), False
    except PersonProblem as problem:
        if problem.code != "email-known":
            raise
        known = registry.show(str(problem.params["person"]))
        same = (known.names, known.phone, known.language) == (draft.names, draft.phone, draft.language)
        if not same:
            raise
        return known, True


def _into_log(persons: Sequence[str], who: str) -> "list[Answer]":
    commands = [prepare(RegisterPerson, who, person=person) for person in persons]

    async def asking(door: Door) -> "list[Answer]":
        return [await ask_organisation(door, command) for command in commands]

    from runtime.settings import settings

    with open_log(settings().log) as log:
        return asyncio.run(asking(Door(log)))


def may_register(who: str) -> None:
    """Whether the log will take it, asked before the registry keeps anything. Raises Refused (of the domain)."""
    from activities.streams import Streams

    with reading() as log, log.snapshot() as snapshot:
        known = Streams().organisation(snapshot)
        decide(known, Facts(snapshot.position), prepare(RegisterPerson, who, person="p-00000000"))


@contextmanager
def _registry() -> Iterator[Registry]:
    from runtime.settings import settings

    with open_registry(settings().registry, settings().keys) as registry:
        yield registry
