"""Submitting files: looked at first, then kept by their hash, then told to the log, and taken back if it refuses."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from terminal.addressed import Addressed
from terminal.outcome import BadInput
from terminal.phrases import counted_phrase, phrase

if TYPE_CHECKING:
    from activities.answer import Answer
    from activities.artefacts import Artefact, Artefacts
    from domain.command import Command
    from domain.step import EvidenceItem


def submit_files(
    to: Addressed,
    wanted: str,
    files: Sequence[Path],
    remark: str | None,
    happened: datetime | None,
    command_id: str | None,
) -> "tuple[Answer, str]":
    """What was recorded, and the words for it. Raises Refused, ArtefactProblem, NotFound, BadInput."""
    from activities.artefacts import open_artefacts
    from runtime.settings import settings
    from terminal.evidence_item import item_meant

    step, name, item = item_meant(to, wanted)
    types = [_type_of(path, item) for path in files]
    _must_differ(files, [path.resolve() for path in files])
    store = open_artefacts(settings().evidence)
    new: list[str] = []
    try:
        kept = [_keep(store, path, each, item, new) for path, each in zip(files, types, strict=True)]
        _must_differ(files, [artefact.sha256 for artefact in kept])
        command = _command(to, (step, name), files, kept, remark, happened, command_id)
    except BaseException:
        _take_back(store, new)
        raise
    answer = _ask(to, command, store, new)
    for path, artefact in zip(files, kept, strict=True):
        # a refused submission of the same bytes by somebody else may have taken them back meanwhile
        if answer.first and not store.has(artefact.sha256):
            store.put(path, artefact.media_type, largest=item.accepts.max_bytes)
    title = to.titles.item(to.state.tier, step, name)
    return answer, counted_phrase("submitted", len(kept), title=title)


def _must_differ(files: Sequence[Path], known_by: Sequence[object]) -> None:
    """One file given twice, or under two names, would count as two. Raises BadInput."""
    from activities.file_reading import shown

    first: dict[object, Path] = {}
    for path, key in zip(files, known_by, strict=True):
        before = first.setdefault(key, path)
        if before is path:
            continue
        if before.resolve() == path.resolve():
            raise BadInput(phrase("file_twice", path=shown(path)))
        raise BadInput(phrase("file_alike", path=shown(path), other=shown(before)))


def _type_of(path: Path, item: "EvidenceItem") -> str:
    """The media type of a file that the item takes. Raises ArtefactProblem or BadInput."""
    from activities.file_reading import shown
    from activities.media_types import inspect_file
    from domain.file_types import MEDIA_TYPES
    from domain.text import SHORT, unprintable

    taken = [ending for ending, each in MEDIA_TYPES.items() if each in item.accepts.media_types]
    media_type = inspect_file(path, largest=item.accepts.max_bytes, taken=taken).media_type
    if media_type not in item.accepts.media_types:
        ending = path.suffix.lower()
        raise BadInput(phrase("other_types", path=shown(path), item=item.id, types=", ".join(taken), ending=ending))
    if unprintable(path.name) is not None or not path.name.strip():
        raise BadInput(phrase("name_unprintable", path=shown(path)))
    if len(path.name) > SHORT:
        raise BadInput(phrase("name_too_long", path=shown(path), most=SHORT))
    return media_type


def _keep(store: "Artefacts", path: Path, media_type: str, item: "EvidenceItem", new: list[str]) -> "Artefact":
    """Put a file into the store; its hash joins `new` when it was not there."""
    from activities.file_reading import chunks_of, opened_file

    largest = item.accepts.max_bytes
    digest = hashlib.sha256()
    with opened_file(path, largest=largest) as stream:
        for chunk in chunks_of(stream, path):
            digest.update(chunk)
    if not store.has(digest.hexdigest()):
        new.append(digest.hexdigest())
    return store.put(path, media_type, largest=largest)


def _command(
    to: Addressed,
    item: tuple[str, str],
    files: Sequence[Path],
    kept: "Sequence[Artefact]",
    remark: str | None,
    happened: datetime | None,
    command_id: str | None,
) -> "Command":
    from domain.participant.evidence import SubmitEvidence
    from terminal.acting import prepare
    from terminal.free_texts import put_text

    # the remark first: it alone can still be refused, and then no name has been put
    said = put_text(remark, to.person, command_id=command_id, name="remark")
    artefacts: list[dict[str, Any]] = [
        {
            "sha256": artefact.sha256,
            "size": artefact.size,
            "media_type": artefact.media_type,
            "name": put_text(path.name, to.person, command_id=command_id, name=f"file {number}"),
        }
        for number, (path, artefact) in enumerate(zip(files, kept, strict=True), start=1)
    ]
    return prepare(
        SubmitEvidence,
        to.person,
        command_id=command_id,
        step=item[0],
        item=item[1],
        artefacts=tuple(artefacts),
        happened_at=happened,
        remark=said,
    )


def _ask(to: Addressed, command: "Command", store: "Artefacts", new: Collection[str]) -> "Answer":
    """Where no answer comes, nobody knows what was recorded, and the bytes stay."""
    from domain.refusal import Refused
    from terminal.acting import ask

    try:
        answer = ask(to.stream, command)
    except Refused:
        _take_back(store, new)
        raise
    if not answer.first:
        _take_back(store, new)
    return answer


def _take_back(store: "Artefacts", new: Collection[str]) -> None:
    """Delete what was put for nothing, and which no event names."""
    from activities.evidence_named import artefacts_named_in
    from terminal.reading import reading

    if not new:
        return
    with reading() as log:
        named = artefacts_named_in(log)
    for sha256 in new:
        if sha256 not in named:
            store.delete(sha256)
