"""Ids of what the product knows, and the names of their streams and workflows."""

import difflib
import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

LONGEST_ID = 63
DEFAULT_ORGANISATION = "main"
WORKFLOW_PREFIX = "kaskad/"

StreamKind = Literal["rollout", "participant", "organisation"]

_ID = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
_PERSON_ID = re.compile(r"p-[0-9a-hjkmnp-tv-z]{8}\Z")
_PEERS = "peers:"
_KINDS: tuple[StreamKind, ...] = ("rollout", "participant", "organisation")


def is_valid_id(text: str) -> bool:
    """Whether it can be the id of a rollout, a school, a programme, a step: lower-case letters, digits and hyphens."""
    return len(text) <= LONGEST_ID and _ID.match(text) is not None


def is_person_id(text: str) -> bool:
    """Whether it is an opaque id of a person: `p-` and eight characters of base 32 without i, l, o and u."""
    return _PERSON_ID.match(text) is not None


def is_participant_id(text: str) -> bool:
    rollout, slash, school = text.partition("/")
    return slash == "/" and is_valid_id(rollout) and is_valid_id(school)


def participant_id(rollout: str, school: str) -> str:
    return f"{rollout}/{school}"


def rollout_and_school(name: str) -> tuple[str | None, str]:
    """How people name a participant: by its school, or by rollout/school."""
    rollout, _, school = name.rpartition("/")
    return rollout or None, school


def rollout_of(participant: str) -> str:
    return participant.partition("/")[0]


def school_of(participant: str) -> str:
    return participant.partition("/")[2]


class SessionId(NamedTuple):
    """The id of a session, which is unique in its rollout: `nis-semey.training.methods.2`."""

    #: the school that holds it
    host: str
    #: the training, and which of its sessions
    step: str
    definition: str
    #: how often the host has planned it
    number: str


def session_id(host: str, step: str, definition: str, number: int) -> str:
    return f"{host}.{step}.{definition}.{number}"


def read_session(session: str) -> SessionId | None:
    """None when it is not the id of a session."""
    parts = session.split(".")
    return SessionId(*parts) if len(parts) == len(SessionId._fields) else None


def rollout_stream(rollout: str) -> str:
    return f"rollout:{rollout}"


def participant_stream(participant: str) -> str:
    return f"participant:{participant}"


def organisation_stream(organisation: str = DEFAULT_ORGANISATION) -> str:
    return f"organisation:{organisation}"


def stream_kind(stream: str) -> StreamKind:
    """Raises ValueError when the product has no such kind of stream."""
    for kind in _KINDS:
        if stream.startswith(f"{kind}:"):
            return kind
    raise ValueError(f"{stream!r} is not the name of a stream")


def stream_subject(stream: str) -> str:
    """The id of the rollout, the participant or the organisation whose stream it is."""
    return stream.partition(":")[2]


def peers_of(participant: str) -> str:
    """What a command is sent to that is meant for all other children of the participant's parent."""
    return f"{_PEERS}{participant}"


def whose_peers(target: str) -> str | None:
    """The participant whose peers are meant; None where the target is a stream."""
    return target.removeprefix(_PEERS) if target.startswith(_PEERS) else None


def rollout_of_stream(stream: str) -> str | None:
    """The rollout that the stream belongs to; none for an organisation's."""
    match stream_kind(stream):
        case "rollout":
            return stream_subject(stream)
        case "participant":
            return rollout_of(stream_subject(stream))
        case "organisation":
            return None


def rollout_workflow_id(rollout: str) -> str:
    return f"{WORKFLOW_PREFIX}rollout/{rollout}"


def participant_workflow_id(participant: str) -> str:
    return f"{WORKFLOW_PREFIX}participant/{participant}"


def workflow_id_of(stream: str) -> str | None:
    """The workflow that keeps the stream; an organisation has none."""
    match stream_kind(stream):
        case "rollout":
            return rollout_workflow_id(stream_subject(stream))
        case "participant":
            return participant_workflow_id(stream_subject(stream))
        case "organisation":
            return None


def stream_of_workflow(workflow_id: str) -> str | None:
    """The stream that a workflow keeps; none when the workflow is not one of the product's."""
    kind, slash, subject = workflow_id.removeprefix(WORKFLOW_PREFIX).partition("/")
    if not workflow_id.startswith(WORKFLOW_PREFIX) or not slash:
        return None
    if kind == "rollout" and is_valid_id(subject):
        return rollout_stream(subject)
    if kind == "participant" and is_participant_id(subject):
        return participant_stream(subject)
    return None


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that was most likely meant, if any is close: spelt alike, or ending in the word after a slash."""
    candidates = tuple(candidates)
    endings = [candidate for candidate in candidates if candidate.rpartition("/")[2] == word != candidate]
    if len(endings) == 1:
        return endings[0]
    by_folded = {candidate.casefold(): candidate for candidate in sorted(candidates, reverse=True)}
    close = difflib.get_close_matches(word.casefold(), list(by_folded), n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


class Nearest:
    """`nearest` among the same candidates for the words of a whole table.

    Only the first so many words are helped: each is held against every candidate, and both can be thousands.
    """

    def __init__(self, candidates: Iterable[str], most: int = 50) -> None:
        self._candidates = candidates
        self._most = most
        self._found: dict[str, str | None] = {}

    def to(self, word: str) -> str | None:
        if word not in self._found and len(self._found) < self._most:
            self._found[word] = nearest(word, self._candidates)
        return self._found.get(word)
