"""A store that can't be reached is told in time, and whoever set how long to wait is heeded."""

import io
import socket
import time
import uuid
from pathlib import Path
from typing import Any

import fsspec
import pytest

from activities.artefact_errors import ArtefactStoreUnavailable
from activities.artefacts import Artefacts, open_artefacts
from activities.store_patience import options_for

NOWHERE = "0" * 64
S3 = "s3://kaskad-evidence/of/ours"


def test_only_what_has_such_options_gets_them(tmp_path: Path) -> None:
    assert options_for(S3)["config_kwargs"]["connect_timeout"] < 3
    assert options_for("s3a://bucket") == options_for(S3)
    for place in (str(tmp_path), tmp_path.as_uri(), "memory://evidence", "gs://bucket"):
        assert options_for(place) == {}


@pytest.mark.parametrize("protocol", ["s3", "s3a"])
def test_what_was_set_for_fsspec_wins(protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"connect_timeout": 60, "retries": {"max_attempts": 9}, "proxies": {"https": "proxy.example:3128"}}
    monkeypatch.setitem(fsspec.config.conf, protocol, {"config_kwargs": asked, "anon": True})
    assert options_for(S3) == {"config_kwargs": asked}


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> tuple[Artefacts, list[str]]:
    """A remote store that does not answer, and what it was asked."""
    artefacts, asked = open_artefacts(f"memory://{uuid.uuid4().hex}"), []

    def no_answer(_: object, path: str, **__: object) -> Any:
        asked.append(path)
        raise TimeoutError("no answer")

    for name in ("info", "_open", "makedirs", "rm_file", "find"):
        monkeypatch.setattr(type(artefacts._fs), name, no_answer)
    return artefacts, asked


def test_a_store_that_does_not_answer_says_neither_yes_nor_no(away: tuple[Artefacts, list[str]]) -> None:
    artefacts, _ = away
    for ask in (artefacts.has, artefacts.size, artefacts.delete, lambda sha256: list(artefacts.read(sha256))):
        with pytest.raises(ArtefactStoreUnavailable, match="no answer"):
            ask(NOWHERE)


def test_a_submission_waits_once_for_a_store_that_does_not_answer(away: tuple[Artefacts, list[str]]) -> None:
    artefacts, asked = away
    with pytest.raises(ArtefactStoreUnavailable, match="no answer"):
        artefacts.put(io.BytesIO(b"a plan"), "text/plain", largest=100)
    assert len(asked) == 1


def test_a_store_that_says_no_about_its_root_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    """An S3 says so of what is outside of the prefix that one may use."""
    artefacts = open_artefacts(f"memory://{uuid.uuid4().hex}")
    info = type(artefacts._fs).info

    def guarded(filesystem: object, path: str, **options: object) -> Any:
        if path == artefacts._root:
            raise PermissionError("Forbidden")
        return info(filesystem, path, **options)

    monkeypatch.setattr(type(artefacts._fs), "info", guarded)
    assert artefacts.has(artefacts.put(io.BytesIO(b"a plan"), "text/plain", largest=100).sha256)


@pytest.fixture
def s3_away(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Any:
    """The address of one that refuses, or of one where nobody ever answers: its queue of callers is full."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    sockets = [socket.socket() for _ in range(5)]
    sockets[0].bind(("127.0.0.1", 0))
    if request.param == "silent":
        sockets[0].listen(0)
        for each in sockets[1:]:
            each.setblocking(False)
            each.connect_ex(sockets[0].getsockname())
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{sockets[0].getsockname()[1]}")
    yield
    for each in sockets:
        each.close()


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("s3_away", ["refusing", "silent"], indirect=True)
def test_an_s3_that_can_not_be_reached_is_told_in_time(s3_away: None) -> None:
    pytest.importorskip("s3fs", reason="comes with whoever keeps evidence in an S3")
    artefacts = open_artefacts(f"{S3}/{uuid.uuid4().hex}")
    began = time.monotonic()
    with pytest.raises(ArtefactStoreUnavailable, match=r"127\.0\.0\.1"):
        artefacts.put(io.BytesIO(b"a plan"), "text/plain", largest=100)
    assert time.monotonic() - began < 15
