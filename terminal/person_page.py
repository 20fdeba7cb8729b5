"""What there is to see of persons: everybody in a table, one of them with rights, seats and duties."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from activities.adopted import zone_in
from domain.identity import rollout_of, school_of, stream_subject
from people.errors import PersonProblem
from people.registry import open_registry
from terminal.reading import person_meant, reading
from terminal.tables import print_fields, print_json, print_table

if TYPE_CHECKING:
    from eventlog.log import EventLog
    from people.person import Person

_MOST = 1_000_000
_SEATS = ("SeatTaken", "SeatFreed")


def print_persons(find: str | None, *, as_json: bool) -> None:
    with reading() as log:
        status = {row["person"]: row["status"] for row in log.rows("persons")}
        rights = _rights(log)
    rows = [row for row in _lines(status, rights) if find is None or _matches(row, find)]
    if as_json:
        keys = ("person", "name", "email", "language")
        print_json([{**dict(zip(keys, row, strict=False)), "rights": rights.get(str(row[0]), [])} for row in rows])
        return
    columns = ("Person", "Name", "E-mail", "Language", "Rights")
    print_table(columns, rows, empty="Nobody." if find else "Nobody is registered yet.")


def _lines(status: dict[str, str], rights: dict[str, list[str]]) -> Iterator[tuple[object, ...]]:
    registered = {each.person: each for each in _registered()}
    for person, each in registered.items():
        # Between the registry and the log a crash can fall; registering again mends it.
        said = ", ".join(rights.get(person, ())) if person in status else "not in the log: register again"
        yield person, each.names, each.email, each.language, said or None
    for person, is_known in status.items():
        if person not in registered:
            yield person, f"({is_known})" if is_known == "erased" else None, None, None, None


def _registered() -> "list[Person]":
    from runtime.settings import settings

    with open_registry(settings().registry, settings().keys) as registry:
        return registry.persons()


def _matches(row: tuple[object, ...], find: str) -> bool:
    return any(find.casefold() in str(cell).casefold() for cell in row[:3] if cell)


def print_person(word: str, *, as_json: bool) -> None:
    from runtime.settings import settings

    with reading() as log:
        person = person_meant(log, word)
        rights = _rights(log).get(person, [])
        places = places_of(log, person)
        seats, duties = places if as_json else ([_local(log, row) for row in rows] for rows in places)
    with open_registry(settings().registry, settings().keys) as registry:
        try:
            known: Person | None = registry.show(person)
        except PersonProblem:
            known = None
    data: dict[str, Any] = {
        "person": person,
        "name": known.names if known else None,
        "email": known.email if known else None,
        "phone": known.phone if known else None,
        "language": known.language if known else None,
        "rights": rights,
    }
    if as_json:
        print_json({**data, "seats": seats, "duties": duties})
        return
    if known is None:
        print("The registry at hand knows no name for this person.")
    print_fields({name.capitalize(): ", ".join(v) or None if isinstance(v, list) else v for name, v in data.items()})
    for title, rows in (("Seats", seats), ("Duties", duties)):
        if rows:
            print(f"\n{title}")
            print_table([each.capitalize() for each in rows[0]], [tuple(each.values()) for each in rows])


def places_of(log: "EventLog", person: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The seats and the duties that a person has."""
    return list(_seats(log, person)), list(_duties(log, person))


def _local(log: "EventLog", row: dict[str, Any]) -> dict[str, Any]:
    """With its instant by the clock of the rollout, for people."""
    return {**row, "since": row["since"].astimezone(zone_in(log, row["rollout"]))}


def _rights(log: "EventLog") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in log.rows("rights"):
        scope = "" if row["scope"] == "*" else f" in {row['scope']}"
        found.setdefault(row["person"], []).append(f"{row['right']}{scope}")
    return found


def _seats(log: "EventLog", person: str) -> Iterator[dict[str, Any]]:
    """From the events, since no view has who sits where."""
    held: dict[tuple[str, str], dict[str, Any]] = {}
    for record in log.read(limit=_MOST, kinds=_SEATS):
        event = msgspec.json.decode(bytes(record.data))
        place = (record.stream, event["seat"])
        held.pop(place, None)
        if record.kind == "SeatTaken" and event["person"] == person:
            participant = stream_subject(record.stream)
            held[place] = {
                "rollout": rollout_of(participant),
                "school": school_of(participant),
                "seat": event["seat"],
                "since": record.happened_at,
            }
    yield from held.values()


def _duties(log: "EventLog", person: str) -> Iterator[dict[str, Any]]:
    for row in log.rows("lineage", other=person, until=None):
        participant = stream_subject(row["stream"])
        yield {
            "rollout": rollout_of(participant),
            "school": school_of(participant),
            "duty": row["relation"],
            "since": row["since"],
        }
