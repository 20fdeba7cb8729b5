"""The evidence store: artefacts known by the hash of their bytes, in a folder or at any fsspec URL."""

import errno
import hashlib
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from activities.artefact_errors import ArtefactProblem, ArtefactStoreUnavailable
from activities.file_reading import CHUNK_BYTES, chunks_of, opened_file, shown
from activities.store_patience import options_for

_HASH = re.compile(r"[0-9a-f]{64}\Z")
_UNFINISHED = ".unfinished"


class Artefact(msgspec.Struct, frozen=True):
    #: Lower-case hexadecimal, over the bytes as submitted.
    sha256: str
    #: In bytes.
    size: int
    media_type: str


class Artefacts:
    """Takes calls from several threads and processes; the same bytes twice are one artefact."""

    def __init__(self, filesystem: Any, root: str) -> None:
        self._fs = filesystem
        self._root = root.rstrip("/")
        protocols = {filesystem.protocol} if isinstance(filesystem.protocol, str) else set(filesystem.protocol)
        self._local = "file" in protocols

    def put(self, source: Path | str | BinaryIO, media_type: str, *, largest: int) -> Artefact:
        """Keeps the bytes of a file or a stream, of at most `largest` bytes."""
        unfinished = f"{self._root}/{_UNFINISHED}/{uuid.uuid4().hex}"
        with ExitStack() as stack:
            name: Path | str = "The stream"
            if isinstance(source, Path | str):
                name, source = source, stack.enter_context(opened_file(source, largest=largest))
            stack.enter_context(self._explained())
            self._must_be_reached()
            stack.callback(self._discard, unfinished)
            sha256, size = self._write(unfinished, chunks_of(source, name), name, largest)
            self._settle(unfinished, sha256, size)
        return Artefact(sha256, size, media_type)

    def read(self, sha256: str) -> Iterator[bytes]:
        """The bytes in chunks. The last one is held back until the hash of all is right; else ArtefactProblem."""
        path = self._place(sha256)
        digest = hashlib.sha256()
        held: bytes | None = None
        with self._explained(sha256), self._fs.open(path, "rb") as stream:
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
                if held is not None:
                    yield held
                held = chunk
        if held is None or digest.hexdigest() != sha256:
            raise ArtefactProblem("artefact-damaged", sha256=sha256)
        yield held

    def copy_to(self, sha256: str, path: Path) -> int:
        """Writes a new file, which appears only when its bytes are verified; how many they are."""
        if path.exists():
            raise ArtefactProblem("file-exists", path=shown(path))
        unfinished = path.with_name(f".{uuid.uuid4().hex}.unfinished")
        size = 0
        try:
            with unfinished.open("xb") as stream:
                for chunk in self.read(sha256):
                    size += stream.write(chunk)
            unfinished.rename(path)
        except OSError as problem:
            raise ArtefactProblem("file-unwritable", path=shown(path), cause=problem.strerror) from problem
        finally:
            unfinished.unlink(missing_ok=True)
        return size

    def has(self, sha256: str) -> bool:
        path = self._place(sha256)
        with self._explained():
            return self._size_of(path) is not None

    def size(self, sha256: str) -> int:
        path = self._place(sha256)
        with self._explained(sha256):
            return int(self._fs.size(path))

    def hashes(self) -> Iterator[str]:
        """Of every artefact kept, in order."""
        with self._explained():
            paths = self._fs.find(self._root)
        for name in sorted(str(path).rpartition("/")[2] for path in paths):
            if _HASH.match(name):
                yield name

    def delete(self, sha256: str) -> bool:
        """Only for an orphan, to which no event refers; whether it was there."""
        path = self._place(sha256)
        with self._explained():
            there = self._size_of(path) is not None
            if there:
                self._fs.rm_file(path)
        return there

    def discard_unfinished(self, older_than: timedelta = timedelta(days=1)) -> int:
        """Removes what puts that were killed left behind; how many."""
        count = 0
        with self._explained():
            for path in self._fs.find(f"{self._root}/{_UNFINISHED}"):
                with suppress(FileNotFoundError):
                    written = self._fs.modified(path)
                    if datetime.now(UTC) - written.astimezone(UTC) > older_than:
                        self._fs.rm_file(path)
                        count += 1
        return count

    def _must_be_reached(self) -> None:
        """Asked once: what comes with a put asks a remote store several times, and waits for each answer."""
        if not self._local:
            # an answer of any kind is one
            with suppress(FileNotFoundError, PermissionError):
                self._fs.info(self._root)

    def _place(self, sha256: str) -> str:
        if not _HASH.match(sha256):
            raise ArtefactProblem("hash-malformed", sha256=sha256)
        return f"{self._root}/{sha256[:2]}/{sha256[2:4]}/{sha256}"

    def _write(self, path: str, chunks: Iterator[bytes], name: Path | str, largest: int) -> tuple[str, int]:
        self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
        digest = hashlib.sha256()
        size = 0
        with self._fs.open(path, "wb") as stream:
            for chunk in chunks:
                size += len(chunk)
                if size > largest:
                    raise ArtefactProblem("file-too-large", path=shown(name), limit=largest, size=size)
                digest.update(chunk)
                stream.write(chunk)
            if self._local:
                stream.flush()
                os.fsync(stream.fileno())
        if size == 0:
            raise ArtefactProblem("file-empty", path=shown(name))
        return digest.hexdigest(), size

    def _settle(self, unfinished: str, sha256: str, size: int) -> None:
        """Gives the written bytes their name; a file of another size under it is damaged and is replaced."""
        path = self._place(sha256)
        if self._size_of(path) != size:
            self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
            if self._local:
                os.replace(unfinished, path)
            else:
                self._fs.mv(unfinished, path)
        if self._local:
            # Upwards to the root, since the folders may be new as well; also when the file was there already,
            # since another put may have named it and not have come to this line yet.
            for _ in range(3):
                path = path.rpartition("/")[0]
                _sync_folder(path)

    def _size_of(self, path: str) -> int | None:
        try:
            return int(self._fs.size(path))
        except FileNotFoundError:
            return None

    def _discard(self, path: str) -> None:
        # Left to a worker when the store is away by now: the cause that brought us here is the one to tell.
        with suppress(Exception):
            self._fs.rm_file(path)

    @contextmanager
    def _explained(self, sha256: str = "") -> Iterator[None]:
        try:
            yield
        except (ArtefactProblem, ArtefactStoreUnavailable, GeneratorExit):
            raise
        except FileNotFoundError as problem:
            if sha256:
                raise ArtefactProblem("artefact-missing", sha256=sha256) from problem
            raise _unavailable(problem) from problem
        except OSError as problem:
            raise _unavailable(problem) from problem
        except Exception as problem:
            # Drivers of remote stores have errors of their own.
            if self._local:
                raise
            raise _unavailable(problem) from problem


def open_artefacts(url_or_path: str | Path) -> Artefacts:
    """A path stands for a folder, which is made if it is not there."""
    import fsspec

    place = str(url_or_path)
    try:
        filesystem, root = fsspec.core.url_to_fs(place, use_listings_cache=False, **options_for(place))
        if isinstance(filesystem, fsspec.get_filesystem_class("file")):
            Path(root).mkdir(mode=0o700, parents=True, exist_ok=True)
    except (ImportError, ValueError, OSError) as problem:
        raise _unavailable(problem) from problem
    return Artefacts(filesystem, root)


def _sync_folder(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unavailable(problem: Exception) -> ArtefactStoreUnavailable:
    if isinstance(problem, OSError) and problem.errno in {errno.ENOSPC, errno.EDQUOT}:
        return ArtefactStoreUnavailable("The evidence can't be stored: the disk is full.")
    cause = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    return ArtefactStoreUnavailable(
        f"The evidence store can't be used: {cause}. Where it lies is set by KASKAD_EVIDENCE."
    )
