"""Evidence comes out of the store as it went in, or with a sentence that says why not."""

import errno
import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.artefact_errors import ArtefactProblem, ArtefactStoreUnavailable
from activities.artefacts import Artefact, Artefacts, open_artefacts

LARGEST = 50_000_000
NOWHERE = "0" * 64


@pytest.fixture(params=["path", "file", "memory"])
def artefacts(request: pytest.FixtureRequest, tmp_path: Path) -> Artefacts:
    folder = tmp_path / "evidence"
    addresses = {"path": str(folder), "file": folder.as_uri(), "memory": f"memory://{uuid.uuid4().hex}"}
    return open_artefacts(addresses[request.param])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


def stored_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def put(artefacts: Artefacts, content: bytes) -> Artefact:
    return artefacts.put(io.BytesIO(content), "text/plain", largest=LARGEST)


def test_an_artefact_is_known_by_the_hash_of_its_bytes(artefacts: Artefacts, tmp_path: Path) -> None:
    (tmp_path / "plan.txt").write_text("жоспар")
    artefact = artefacts.put(tmp_path / "plan.txt", "text/plain", largest=LARGEST)
    content = "жоспар".encode()
    assert artefact == Artefact(hashlib.sha256(content).hexdigest(), len(content), "text/plain")
    assert artefacts.has(artefact.sha256)
    assert artefacts.size(artefact.sha256) == len(content)
    assert b"".join(artefacts.read(artefact.sha256)) == content
    assert list(artefacts.hashes()) == [artefact.sha256]


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(min_size=1, max_size=5000))
def test_any_bytes_come_back_as_they_went_in(artefacts: Artefacts, content: bytes) -> None:
    assert b"".join(artefacts.read(put(artefacts, content).sha256)) == content


def test_the_same_bytes_twice_are_one_artefact(artefacts: Artefacts) -> None:
    assert put(artefacts, b"same") == put(artefacts, b"same")
    assert len(list(artefacts.hashes())) == 1


def test_large_evidence_goes_in_chunks(artefacts: Artefacts) -> None:
    class Counting(io.BytesIO):
        largest_read = 0

        def read(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            assert size > 0
            self.largest_read = max(self.largest_read, size)
            return super().read(size)

    content = os.urandom(5_000_000)
    stream = Counting(content)
    artefact = artefacts.put(stream, "video/mp4", largest=LARGEST)
    assert stream.largest_read <= 1024 * 1024
    chunks = list(artefacts.read(artefact.sha256))
    assert len(chunks) == 5
    assert b"".join(chunks) == content


def test_an_orphan_can_be_deleted_once(artefacts: Artefacts) -> None:
    artefact = put(artefacts, b"orphan")
    assert [artefacts.delete(artefact.sha256), artefacts.delete(artefact.sha256)] == [True, False]
    assert not artefacts.has(artefact.sha256)
    assert list(artefacts.hashes()) == []


def test_evidence_that_is_not_there_is_told(artefacts: Artefacts, tmp_path: Path) -> None:
    for ask in (artefacts.size, lambda sha256: list(artefacts.read(sha256))):
        with pytest.raises(ArtefactProblem) as caught:
            ask(NOWHERE)
        assert caught.value.code == "artefact-missing"
    with pytest.raises(ArtefactProblem):
        artefacts.copy_to(NOWHERE, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_what_is_no_hash_is_refused(artefacts: Artefacts, sha256: str) -> None:
    with pytest.raises(ArtefactProblem) as caught:
        artefacts.has(sha256)
    assert caught.value.code == "hash-malformed"


def test_an_empty_stream_is_refused_and_leaves_nothing(artefacts: Artefacts) -> None:
    with pytest.raises(ArtefactProblem) as caught:
        put(artefacts, b"")
    assert caught.value.code == "file-empty"
    assert artefacts.discard_unfinished(timedelta(0)) == 0


def test_a_stream_over_the_limit_is_refused_and_leaves_nothing(artefacts: Artefacts) -> None:
    with pytest.raises(ArtefactProblem, match="at most 10 bytes") as caught:
        artefacts.put(io.BytesIO(b"x" * 11), "text/plain", largest=10)
    assert caught.value.code == "file-too-large"
    assert list(artefacts.hashes()) == []
    assert artefacts.discard_unfinished(timedelta(0)) == 0
    assert artefacts.put(io.BytesIO(b"x" * 10), "text/plain", largest=10).size == 10


def test_stored_bytes_that_differ_are_refused(folder: Path, tmp_path: Path) -> None:
    artefacts = open_artefacts(folder)
    content = os.urandom(2_500_000)
    artefact = put(artefacts, content)
    [path] = stored_files(folder)
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    given_out: list[bytes] = []
    with pytest.raises(ArtefactProblem) as caught:
        given_out.extend(artefacts.read(artefact.sha256))
    assert caught.value.code == "artefact-damaged"
    with pytest.raises(ArtefactProblem):
        artefacts.copy_to(artefact.sha256, tmp_path / "copy")
    assert list(tmp_path.iterdir()) == [folder]


def test_the_last_chunk_of_damaged_evidence_is_never_given_out(folder: Path) -> None:
    artefacts = open_artefacts(folder)
    artefact = put(artefacts, b"short")
    stored_files(folder)[0].write_bytes(b"shorn")
    chunks = artefacts.read(artefact.sha256)
    with pytest.raises(ArtefactProblem):
        next(chunks)


@pytest.mark.parametrize("remains", [b"", b"half of"])
def test_a_stored_file_of_another_size_is_replaced_by_the_next_put(folder: Path, remains: bytes) -> None:
    artefacts = open_artefacts(folder)
    artefact = put(artefacts, b"half of it was lost")
    stored_files(folder)[0].write_bytes(remains)
    put(artefacts, b"half of it was lost")
    assert b"".join(artefacts.read(artefact.sha256)) == b"half of it was lost"


def test_a_copy_never_overwrites(artefacts: Artefacts, tmp_path: Path) -> None:
    artefact = put(artefacts, b"content")
    assert artefacts.copy_to(artefact.sha256, tmp_path / "copy") == 7
    assert (tmp_path / "copy").read_bytes() == b"content"
    with pytest.raises(ArtefactProblem) as caught:
        artefacts.copy_to(artefact.sha256, tmp_path / "copy")
    assert caught.value.code == "file-exists"
    with pytest.raises(ArtefactProblem) as caught:
        artefacts.copy_to(artefact.sha256, tmp_path / "nowhere" / "copy")
    assert caught.value.code == "file-unwritable"


def test_the_name_of_a_file_is_not_stored(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "personal-name.txt").write_text("content")
    artefact = open_artefacts(folder).put(tmp_path / "personal-name.txt", "text/plain", largest=LARGEST)
    [path] = stored_files(folder)
    assert path.relative_to(folder) == Path(artefact.sha256[:2], artefact.sha256[2:4], artefact.sha256)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_symbolic_link_is_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("content")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    assert open_artefacts(folder).put(tmp_path / "link.txt", "text/plain", largest=LARGEST).size == 7


def test_many_at_once_put_the_same_bytes(folder: Path) -> None:
    content = os.urandom(3_000_000)
    artefacts = open_artefacts(folder)
    found: list[Artefact] = []
    threads = [threading.Thread(target=lambda: found.append(put(artefacts, content))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(stored_files(folder)) == 1
    assert b"".join(artefacts.read(found[0].sha256)) == content


PUTS = """
import io, os, sys
from activities.artefacts import open_artefacts
artefacts = open_artefacts(sys.argv[1])
while True:
    print(artefacts.put(io.BytesIO(os.urandom(400_000)), "video/mp4", largest=10**9).sha256, flush=True)
"""


def test_a_kill_leaves_whole_artefacts_and_no_half_one(folder: Path) -> None:
    acknowledged: list[str] = []
    for attempt in range(4):
        command = [sys.executable, "-c", PUTS, str(folder)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        acknowledged.append(process.stdout.readline().strip())
        time.sleep(0.03 * attempt + 0.011)
        process.send_signal(signal.SIGKILL)
        output, _ = process.communicate(timeout=60)
        acknowledged += [line for line in output.splitlines() if len(line) == 64]
    artefacts = open_artefacts(folder)
    kept = list(artefacts.hashes())
    assert set(acknowledged) <= set(kept)
    for sha256 in kept:
        assert sum(len(chunk) for chunk in artefacts.read(sha256)) == 400_000
    assert artefacts.discard_unfinished() == 0
    artefacts.discard_unfinished(timedelta(0))
    assert len(stored_files(folder)) == len(kept)


class FullDisk(io.BytesIO):
    def fileno(self) -> int:
        return os.open(os.devnull, os.O_WRONLY)

    def write(self, _content: object, /) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_told_in_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    artefacts = open_artefacts(folder)
    monkeypatch.setattr(type(artefacts._fs), "open", lambda *_arguments, **_options: FullDisk())
    with pytest.raises(ArtefactStoreUnavailable, match="the disk is full"):
        put(artefacts, b"content")


@pytest.mark.parametrize("address", ["nothing://x", "/proc/nowhere/evidence", "/dev/null/evidence"])
def test_a_store_that_can_not_be_used_is_told_in_a_sentence(address: str) -> None:
    with pytest.raises(ArtefactStoreUnavailable, match=r"The evidence store can't be used: .*KASKAD_EVIDENCE"):
        open_artefacts(address)


def test_a_stream_that_breaks_is_refused_and_leaves_nothing(folder: Path) -> None:
    class Breaking(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(ArtefactProblem) as caught:
        open_artefacts(folder).put(Breaking(), "text/plain", largest=LARGEST)
    assert caught.value.code == "file-unreadable"
    assert stored_files(folder) == []


@pytest.fixture(autouse=True)
def _no_memory_is_left() -> Iterator[None]:
    yield
    from fsspec.implementations.memory import MemoryFileSystem

    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]
