"""Whom an auditor means: a rollout, a school or a person by a word, the nearest one told when there is none."""

import re
from collections.abc import Collection, Iterable

from audit.archive import Archive
from domain.identity import (
    nearest,
    participant_stream,
    rollout_and_school,
    rollout_stream,
    school_of,
    stream_kind,
    stream_subject,
)

_PERSONS = re.compile(rb'"((?:p-[0-9a-z]{8})|(?:sim-[a-z0-9-]{1,58}))"')
_PAGE = 1000
#: so many rollouts are named where none is near to the one that was asked for
_FEW = 4


class NotInLog(LookupError):
    """What was named is not in the log."""


class Ambiguous(ValueError):
    """What was named is more than one thing."""


def find_rollout(archive: Archive, word: str) -> str:
    """The rollout's id."""
    known = [stream_subject(stream) for stream in archive.snapshot.streams("rollout:")]
    if word in known:
        return word
    raise NotInLog(f"The log has no rollout '{word}'{_hint(word, known, rollouts=known)}")


def find_school(archive: Archive, word: str, rollout: str | None = None) -> str:
    """The stream of a participant, named by its school or as rollout/school."""
    wanted, school = rollout_and_school(word.removeprefix("participant:"))
    wanted = rollout or wanted
    participants = [stream_subject(stream) for stream in archive.snapshot.streams("participant:")]
    if wanted:
        participants = [each for each in participants if each.startswith(f"{wanted}/")]
    found = [each for each in participants if school_of(each) == school]
    if len(found) == 1:
        return participant_stream(found[0])
    if found:
        raise Ambiguous(f"'{school}' takes part in several rollouts; say which one: {', '.join(sorted(found))}.")
    place = f" in {wanted}" if wanted else ""
    raise NotInLog(
        f"The log has no school '{school}'{place}{_hint(school, {school_of(each) for each in participants})}"
    )


def find_subject(archive: Archive, word: str) -> str:
    """The stream of a rollout or of a participant."""
    streams = archive.streams()
    if word in streams and stream_kind(word) != "organisation":
        return word
    if rollout_stream(word) in streams:
        return rollout_stream(word)
    try:
        return find_school(archive, word)
    except NotInLog:
        rollouts = {stream_subject(each) for each in streams if stream_kind(each) == "rollout"}
        schools = {school_of(stream_subject(each)) for each in streams if stream_kind(each) == "participant"}
        hint = _hint(word, rollouts | schools, rollouts=rollouts)
        raise NotInLog(f"The log has no rollout and no school '{word}'{hint}") from None


def require_person(archive: Archive, person: str) -> None:
    """Raises NotInLog unless some event names the person."""
    if person in archive.organisation().persons:
        return
    known = _persons_in(archive)
    if person not in known:
        raise NotInLog(f"No event names the person '{person}'{_hint(person, known)}")


def _persons_in(archive: Archive) -> set[str]:
    found: set[str] = set()
    after = 0
    while page := archive.snapshot.entries(after, _PAGE):
        for entry in page:
            found.update(each.decode() for each in _PERSONS.findall(entry.entry))
        after = page[-1].position
    return found


def _hint(word: str, known: Iterable[str], rollouts: Collection[str] = ()) -> str:
    """The nearest; else the rollouts, whose names an auditor with nothing but a copy may not know."""
    close = nearest(word, known)
    if close:
        return f"; did you mean '{close}'?"
    return f"; its rollouts: {', '.join(sorted(rollouts))}." if 0 < len(rollouts) <= _FEW else "."
