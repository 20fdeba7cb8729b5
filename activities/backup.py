"""A backup of everything that is kept: the log, the registry with its keys, the evidence, and what to check it by."""

import hashlib
import os
import shutil
import uuid
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec

from activities.artefact_errors import ArtefactProblem
from activities.artefacts import open_artefacts
from activities.evidence_named import artefacts_named_in
from eventlog.backup import backup_log
from eventlog.errors import FileUnwritable
from eventlog.log import open_log
from people.errors import BackupUnwritable
from people.registry import open_registry, registry_is_at

MANIFEST = "manifest.json"
LOG = "events.db"
PEOPLE = "people"
EVIDENCE = "evidence"
SHAPE = 1

_CHUNK = 1 << 20
_LOST = (
    "A backup would be one of nobody, so none is made: KASKAD_REGISTRY and KASKAD_KEYS say where it and its keys lie, "
    "and lost ones come back by 'kaskad restore' of an earlier backup."
)


class Stores(Protocol):
    """What of the settings is needed here."""

    @property
    def log(self) -> str: ...
    @property
    def registry(self) -> str: ...
    @property
    def keys(self) -> str: ...
    @property
    def evidence(self) -> str: ...
    @property
    def mailbox(self) -> Path: ...


class BackupProblem(Exception):
    """A backup can't be made there, or is not one that can be brought back."""


class KeptFile(msgspec.Struct, frozen=True):
    path: str
    size: int
    sha256: str


class KeptEvidence(msgspec.Struct, frozen=True):
    """`copied` is false for a store elsewhere, which has to have a backup of its own."""

    copied: bool
    files: int = 0
    bytes: int = 0
    #: hashes of artefacts whose bytes are no longer what was submitted; they are not in the backup
    damaged: tuple[str, ...] = ()
    #: hashes that the log names and of which the store has no bytes
    missing: tuple[str, ...] = ()


class Manifest(msgspec.Struct, frozen=True):
    #: of this file's own shape
    shape: int
    #: version of the product that made the backup
    kaskad: str
    made_at: datetime
    #: of the log: how many events, and the root of its tree
    size: int
    root: str
    files: tuple[KeptFile, ...]
    evidence: KeptEvidence
    #: whom the log knows and the registry has not; one whose erasure was broken off may be among them
    persons_missing: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        return f"{self.size}:{self.root}"


def make_backup(stores: Stores, folder: Path, version: str) -> Manifest:
    """Write a new folder, which has its name only once it is whole and on the disk. Raises BackupProblem."""
    if folder.exists():
        raise BackupProblem(f"{folder} is there already: a backup replaces nothing. Name a new folder.")
    part = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        part.mkdir(mode=0o700)
        manifest = _fill(stores, part, version)
        _settle(part, folder)
    except OSError as error:
        raise BackupProblem(f"{folder} can't be written: {error.strerror or error}.") from error
    except (FileUnwritable, BackupUnwritable) as error:
        reason = error.reason.replace(str(part / LOG), str(folder)).replace(str(part), str(folder))
        raise BackupProblem(reason) from error
    except ArtefactProblem as error:
        raise BackupProblem(f"{folder} can't be written: {error.params.get('cause', error)}.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return manifest


def _fill(stores: Stores, part: Path, version: str) -> Manifest:
    """The log first: persons are registered, and files kept, before the events that name them."""
    with open_log(stores.log, read_only=True) as log:
        backup_log(log, part / LOG)
    with open_log(part / LOG, read_only=True) as copied:
        head, named = copied.head(), artefacts_named_in(copied)
        known = [row["person"] for row in copied.rows("persons", status="known")]
    lost = _copy_persons(stores, part / PEOPLE, known)
    evidence = _copy_evidence(stores.evidence, part / EVIDENCE, named)
    kept = tuple(kept_file(part, path) for path in files_in(part) if EVIDENCE not in path.relative_to(part).parts)
    manifest = Manifest(SHAPE, version, datetime.now(UTC), head.size, head.root, kept, evidence, lost)
    (part / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
    return manifest


def _copy_persons(stores: Stores, folder: Path, known: Sequence[str]) -> tuple[str, ...]:
    """Who of those whom the log knows is not there. Restored, a registry of nobody would replace everybody: of one that
    is lost or another's no backup is made."""
    folder.mkdir(mode=0o700)
    if known and not registry_is_at(stores.registry, stores.keys):
        raise BackupProblem(f"There is no registry of persons here. {_LOST}")
    with open_registry(stores.registry, stores.keys) as registry:
        there = registry.names_of(known)
        if known and not there:
            raise BackupProblem(f"The registry of persons has nobody whom the log knows. {_LOST}")
        registry.backup(folder)
    return tuple(sorted(set(known) - there.keys()))


def _copy_evidence(store: str, folder: Path, named: Collection[str]) -> KeptEvidence:
    """A folder's files, each held against its hash; what lies elsewhere is not fetched."""
    if "://" in store and not store.startswith("file://"):
        return KeptEvidence(copied=False)
    source = open_artefacts(store)
    files, size, damaged = 0, 0, []
    missing = set(named)
    for sha256 in source.hashes():
        missing.discard(sha256)
        path = place_of(folder, sha256)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            size += source.copy_to(sha256, path)
            files += 1
        except ArtefactProblem as problem:
            if problem.code not in ("artefact-damaged", "artefact-missing"):
                raise
            damaged.append(sha256)
    return KeptEvidence(True, files, size, tuple(damaged), tuple(sorted(missing)))


def place_of(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / sha256


def kept_file(folder: Path, path: Path) -> KeptFile:
    return KeptFile(path.relative_to(folder).as_posix(), path.stat().st_size, sha256_of(path))


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def files_in(folder: Path) -> list[Path]:
    """Also those further below, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _settle(part: Path, folder: Path) -> None:
    for path in (*files_in(part), *(each for each in part.rglob("*") if each.is_dir()), part):
        _sync(path)
    # renaming onto an empty folder that came meanwhile would replace it
    if folder.exists():
        raise BackupProblem(f"{folder} is there already: a backup replaces nothing. Name a new folder.")
    part.rename(folder)
    _sync(folder.absolute().parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
