"""The evidence of schools as the log and the store keep it: attempts with their verdicts, and the files themselves."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from activities.adopted import zone_in
from domain.identity import rollout_of, school_of
from terminal.happenings import happenings_of
from terminal.outcome import NotFound, Refused
from terminal.phrases import phrase
from terminal.reading import reading, rollout_named
from terminal.school_meant import school_meant

if TYPE_CHECKING:
    from activities.artefacts import Artefacts
    from domain.event import Artefact, TextRef
    from domain.history import Happening
    from eventlog.log import EventLog

Row = dict[str, Any]


def attempts(school: str | None, rollout: str | None, log: str | None) -> list[Row]:
    """Every attempt with its verdict, by school, item and number. Raises NotFound."""
    with reading(log) as opened:
        if rollout is not None:
            rollout_named(opened, rollout)
        stream = None if school is None else school_meant(opened, school, rollout).stream
        found = _attempts(opened, happenings_of(opened, _KINDS, rollout=rollout, stream=stream))
        zones = {name: zone_in(opened, name) for name in {each["rollout"] for each in found}}
    for each in found:
        each["submitted"] = f"{each['submitted_at'].astimezone(zones[each['rollout']]):%Y-%m-%d %H:%M}"
    return sorted(found, key=lambda each: (each["rollout"], each["school"], each["item"], each["attempt"]))


_KINDS = ("EvidenceSubmitted", "EvidenceReviewed")


def _attempts(log: "EventLog", told: "Iterable[tuple[str, Happening]]") -> list[Row]:
    from domain.participant.evidence import EvidenceReviewed, EvidenceSubmitted
    from domain.participant.state import item_key

    found: dict[tuple[str, str, int], Row] = {}
    for participant, each in told:
        event = each.event
        if isinstance(event, EvidenceSubmitted):
            key = (participant, item_key(event.step, event.item), event.attempt)
            found[key] = {
                "rollout": rollout_of(participant),
                "school": school_of(participant),
                "item": key[1],
                "attempt": event.attempt,
                "submitted_at": each.happened_at,
                "submitter": event.submitter,
                "remark": _text(log, event.remark),
                "files": [_file(log, artefact) for artefact in event.artefacts],
                "verdict": None if event.reviewed else "accepted",
                "score": None,
                "reviewer": None,
                "review_remark": None,
            }
        elif isinstance(event, EvidenceReviewed):
            found[participant, item_key(event.step, event.item), event.attempt] |= {
                "verdict": event.verdict,
                "score": event.score if event.points else None,
                "reviewer": event.reviewer,
                "review_remark": _text(log, event.remark),
            }
    return list(found.values())


def fetch(school: str, item: str, attempt: int | None, folder: Path, rollout: str | None, log: str | None) -> list[Row]:
    """Put the files of an attempt into a folder. Raises NotFound, ArtefactProblem."""
    from activities.artefacts import open_artefacts
    from runtime.settings import settings
    from terminal.addressed import one_of, read

    to = read(school, rollout, log=log)
    one_of(item, list(to.state.evidence), phrase("evidence_submitted_called", school=to.state.school))
    tries = to.state.evidence[item]
    number = attempt or len(tries)
    if number > len(tries):
        raise NotFound(phrase("no_attempt", number=number, item=item, school=to.state.school, count=len(tries)))
    with reading(log) as opened:
        files = [(each, _text(opened, each.name)) for each in tries[number - 1].artefacts]
    store = open_artefacts(settings().evidence)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(phrase("no_folder_made", folder=folder, cause=error.strerror or error)) from error
    return [_copy(store, each, folder / name) for each, name in _named_apart(files)]


def _named_apart(files: "list[tuple[Artefact, str | None]]") -> "Iterator[tuple[Artefact, str]]":
    """A name for each file that no other has; where the name was erased, its hash."""
    from domain.file_types import MEDIA_TYPES

    endings = {media_type: ending for ending, media_type in reversed(MEDIA_TYPES.items())}
    taken: set[str] = set()
    for artefact, known in files:
        # whatever was typed, it names a file in this folder and nothing above it
        name = Path(known or "").name or artefact.sha256[:12] + endings.get(artefact.media_type, "")
        path, number = Path(name), 2
        while name.casefold() in taken:
            name, number = f"{path.stem}-{number}{path.suffix}", number + 1
        taken.add(name.casefold())
        yield artefact, name


def _copy(store: "Artefacts", artefact: "Artefact", path: Path) -> Row:
    there = path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == artefact.sha256
    if not there:
        store.copy_to(artefact.sha256, path)
    return {"path": str(path), "sha256": artefact.sha256, "size": artefact.size, "there": there}


def _file(log: "EventLog", artefact: "Artefact") -> Row:
    return {
        "sha256": artefact.sha256,
        "size": artefact.size,
        "media_type": artefact.media_type,
        "name": _text(log, artefact.name),
    }


def _text(log: "EventLog", reference: "TextRef | None") -> str | None:
    return None if reference is None else log.texts.get(reference.id)
