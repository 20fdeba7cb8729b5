"""Bringing a backup back: checked first, without whom the log says to be erased, and nothing lost that was recorded."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from activities.artefacts import open_artefacts
from activities.backup import (
    EVIDENCE,
    LOG,
    MANIFEST,
    PEOPLE,
    SHAPE,
    BackupProblem,
    Manifest,
    Stores,
    files_in,
    kept_file,
    sha256_of,
)
from activities.erasure import erased_in, erasures_in, forget
from activities.log_restoring import put_log_back
from activities.mailbox import Mailbox
from eventlog.copy import copy_log
from eventlog.database import parse_url
from eventlog.errors import FileUnwritable, LogCorrupt, LogNotEmpty, LogUnavailable
from eventlog.log import EventLog, open_log
from eventlog.merkle import Frontier
from eventlog.verify import verify
from people.registry import open_registry

_PAGE = 1000


class Restored(msgspec.Struct, frozen=True):
    """What was done. `kept_aside`: where the log that was here before is, and how many of its events came later."""

    size: int
    root: str
    persons: int
    evidence: int
    erased_again: int
    #: persons whose data is gone, but whose erasure the restored log could not record
    not_recorded: tuple[str, ...] = ()
    kept_aside: str | None = None
    events_aside: int = 0


def check_backup(folder: Path) -> Manifest:
    """Hold every file against the manifest, every artefact against its hash, the log against its root."""
    manifest = _read_manifest(folder)
    for file in manifest.files:
        path = folder / file.path
        if not path.is_file():
            raise BackupProblem(f"The backup {folder} is not whole: it has no {file.path}.")
        if kept_file(folder, path) != file:
            raise BackupProblem(f"The backup {folder} is damaged: {file.path} is not what was written.")
    found = files_in(folder / EVIDENCE)
    if len(found) != manifest.evidence.files:
        raise BackupProblem(f"The backup {folder} has {len(found)} of {manifest.evidence.files} files of evidence.")
    for path in found:
        if sha256_of(path) != path.name:
            raise BackupProblem(f"The backup {folder} is damaged: evidence {path.name} is not what was submitted.")
    with open_log(folder / LOG, read_only=True) as log:
        report = verify(log, (manifest.size, manifest.root))
    if not report.is_sound:
        raise BackupProblem(f"The log of the backup {folder} is not sound: {report.findings[0].sentence}")
    return manifest


def _read_manifest(folder: Path) -> Manifest:
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except OSError as error:
        raise BackupProblem(f"{folder} is not a backup: it has no {MANIFEST}.") from error
    except msgspec.MsgspecError as error:
        raise BackupProblem(f"The backup {folder} is damaged: its {MANIFEST} can't be read ({error}).") from error
    if manifest.shape > SHAPE:
        raise BackupProblem(f"The backup {folder} was made by a newer version, {manifest.kaskad}: use that one.")
    return manifest


def lost_by(stores: Stores, manifest: Manifest) -> int:
    """How many events of the log here are not in the backup. Raises LogNotEmpty where none of them can be replaced."""
    with suppress(LogCorrupt), _log_here(stores) as log:
        if log is None:
            return 0
        _require_replaceable(log)
        return _beyond(log, manifest)
    return 0


def _require_replaceable(log: EventLog) -> None:
    """In a server's database nothing is ever replaced."""
    if not log.database.is_sqlite and log.head().size:
        raise LogNotEmpty(log.database.place)


def bring_back(stores: Stores, folder: Path, manifest: Manifest, more_erased: Collection[str] = ()) -> Restored:
    """With every worker at a standstill; broken off, it is done again. Raises LogNotEmpty, for PostgreSQL only."""
    here = _take_leave(stores, manifest)
    # the files first: where their store can't be used, persons and log are still as they were
    evidence = _put_evidence_back(stores, folder)
    with open_log(folder / LOG, read_only=True) as log:
        known = erased_in(log)
    erased = known | set(more_erased) | set(here.erased)
    with open_registry(stores.registry, stores.keys, to_be_replaced=True) as registry:
        shows = registry.likeness_in(folder / PEOPLE, erased)
        persons = registry.restore(folder / PEOPLE, erased)
    to_record = {person: here.erased.get(person) for person in erased - known}
    recorded, refused = put_log_back(stores.log, folder / LOG, erased, shows, to_record)
    with open_registry(stores.registry, stores.keys) as registry, open_log(stores.log) as log:
        forget(log, registry, stores.mailbox, erased)
        Mailbox(stores.mailbox).discard_showing(shows)
        head = log.head()
    return Restored(head.size, head.root, persons, evidence, recorded, refused, here.kept_aside, here.events)


class _Here(msgspec.Struct, frozen=True):
    """The log that was here: who was erased by whom, where it is kept, how many of its events came later."""

    erased: dict[str, str] = {}
    kept_aside: str | None = None
    events: int = 0


def _take_leave(stores: Stores, manifest: Manifest) -> _Here:
    """Nothing that was recorded is lost: where the log here has more than the backup, its history is kept beside it."""
    url = parse_url(stores.log)
    try:
        with _log_here(stores) as log:
            if log is None:
                return _Here()
            _require_replaceable(log)
            events = _beyond(log, manifest)
            aside = None
            if events:
                aside = _beside(Path(str(url.database)), "replaced")
                _keep_aside(log, aside)
            return _Here(erasures_in(log), None if aside is None else str(aside), events)
    except LogCorrupt:
        if url.get_backend_name() != "sqlite":
            raise
        return _Here(kept_aside=str(_move_aside(Path(str(url.database)))))


def _keep_aside(log: EventLog, aside: Path) -> None:
    try:
        copy_log(log, aside)
    except FileUnwritable as error:
        # nobody named that file: it lies where the log does, which then can't be used
        raise LogUnavailable(error.reason) from error


@contextmanager
def _log_here(stores: Stores) -> Iterator[EventLog | None]:
    url = parse_url(stores.log)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).is_file():
        yield None
        return
    with open_log(stores.log, read_only=url.get_backend_name() == "sqlite") as log:
        yield log


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f"{path.stem}.{what}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}{path.suffix}")


def _move_aside(path: Path) -> Path:
    """A file that is not a whole log any more can't be written into; nobody works with it."""
    aside = _beside(path, "unreadable")
    path.rename(aside)
    for end in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{end}").rename(f"{aside}{end}")
    return aside


def _beyond(log: EventLog, manifest: Manifest) -> int:
    """Events that the backup does not have: those after it, or all of them where it is of another log."""
    size = log.head().size
    frontier, after = Frontier(), 0
    with log.snapshot() as snapshot:
        while frontier.size < manifest.size and (page := snapshot.entries(after, _PAGE)):
            for entry in page[: manifest.size - frontier.size]:
                frontier.append(entry.leaf)
            after = page[-1].position
    if frontier.size == manifest.size and frontier.root().hex() == manifest.root:
        return size - manifest.size
    return size


def _put_evidence_back(stores: Stores, folder: Path) -> int:
    """What is there already stays; how many were missing."""
    target = open_artefacts(stores.evidence)
    count = 0
    for path in files_in(folder / EVIDENCE):
        if not target.has(path.name):
            target.put(path, "application/octet-stream", largest=path.stat().st_size)
            count += 1
    return count
