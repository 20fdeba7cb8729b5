"""The log of a backup put where the log is, with every erasure in it that is newer than the backup."""

import asyncio
from collections.abc import Collection, Mapping
from pathlib import Path

from activities.door import Door
from activities.organisation import ask_organisation, entered_by
from domain.organisation.stream import ErasePerson
from domain.refusal import Refused
from eventlog.backup import restore_log
from eventlog.database import parse_url
from eventlog.erasing import Shows
from eventlog.log import EventLog, open_log
from eventlog.replacing import replace_log


def put_log_back(
    url: str, backup: Path, erased: Collection[str], shows: Shows, to_record: Mapping[str, str | None]
) -> tuple[int, tuple[str, ...]]:
    """Made whole beside the log first: nobody sees it before the erasures are in it.

    `to_record`: who was erased since the backup, and by whom. How many were recorded, and who could not be.
    """
    place = parse_url(url)
    if place.get_backend_name() != "sqlite":
        restore_log(backup, url, erased=erased, shows=shows)
        with open_log(url) as log:
            return _record_erasures(log, to_record)
    new = Path(f"{place.database}.restoring")
    try:
        _remove(new)
        new.parent.mkdir(parents=True, exist_ok=True)
        restore_log(backup, new, erased=erased, shows=shows)
        with open_log(new) as log:
            outcome = _record_erasures(log, to_record)
        replace_log(new, url)
    finally:
        _remove(new)
    return outcome


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)


def _record_erasures(log: EventLog, persons: Mapping[str, str | None]) -> tuple[int, tuple[str, ...]]:
    """An erasure that is newer than the backup is recorded in it once more: how many, and who could not be."""
    recorded, refused = 0, []
    for person, by in sorted(persons.items()):
        if not log.rows("persons", person=person):
            continue
        try:
            asyncio.run(ask_organisation(Door(log), _erasure(log, person, by)))
            recorded += 1
        except Refused:
            refused.append(person)
    return recorded, tuple(refused)


def _erasure(log: EventLog, person: str, by: str | None) -> ErasePerson:
    operators = [str(row["person"]) for row in log.rows("rights", right="operator")]
    others = [each for each in operators if each != person]
    actor = by if by in others else next(iter(others), person)
    command_id = f"erase-again:{person}:{log.head().root[:16]}"
    return ErasePerson(id=command_id, actor=actor, person=person, entered_by=entered_by())
