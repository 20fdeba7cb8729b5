"""The log as commands read it: opened read-only, names resolved to what they mean, the nearest when unknown."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from terminal.outcome import BadInput, NotFound
from terminal.phrases import did_you_mean, phrase
from terminal.tables import first_of
from terminal.unsound import blamed

if TYPE_CHECKING:
    from domain.identity import Nearest
    from domain.participant.state import Participant
    from domain.programme import Programme
    from domain.rollout.state import Rollout
    from eventlog.log import EventLog
    from eventlog.reading import Snapshot


#: names that are listed where none is near to the one that was given
_FEW = 4


@contextmanager
def reading(log: str | None = None) -> "Iterator[EventLog]":
    """The log of the settings, or the one named, with its views; for reading only.

    Without views, as an auditor's copy is, it would look like a log in which there is nothing. Raises NotFound then.
    """
    with reading_events(log) as opened:
        if opened.head().size and not opened.rows("persons", _limit=1) and not opened.rows("rollouts", _limit=1):
            command = f"kaskad views rebuild{' --log FILE' if log else ''}"
            raise NotFound(phrase("no_views", command=command))
        yield opened


@contextmanager
def reading_events(log: str | None = None) -> "Iterator[EventLog]":
    """As `reading`, for whoever reads the events alone."""
    from eventlog.log import open_log
    from runtime.settings import settings

    where = log or settings().log
    if "://" not in where:
        from pathlib import Path

        if not Path(where).exists():
            raise NotFound(phrase("no_log", where=where))
        if Path(where).is_dir():
            raise NotFound(phrase("log_is_folder", where=where))
    with open_log(where, read_only=True) as opened, blamed(opened):
        yield opened


def rollout_named(log: "EventLog", name: str) -> dict[str, Any]:
    """The row of a rollout. Raises NotFound with the nearest."""
    rows = {row["rollout"]: row for row in log.rows("rollouts")}
    if name not in rows:
        raise NotFound(phrase("no_rollout", rollout=name, hint=hint(name, rows)))
    return rows[name]


def _known(person: str, statuses: dict[str, str], nearest: "Nearest") -> str:
    if person not in statuses:
        raise NotFound(phrase("no_person", person=person, hint=hint(person, statuses, nearest)))
    if statuses[person] == "erased":
        raise NotFound(phrase("person_erased", person=person))
    return person


class States:
    """Streams as one snapshot of the log shows them, folded when they are asked for."""

    def __init__(self, snapshot: "Snapshot") -> None:
        from activities.streams import Streams

        self.snapshot = snapshot
        self._streams = Streams()

    def rollout(self, rollout: str) -> "Rollout":
        return self._streams.rollout(self.snapshot, rollout)

    def participant(self, participant: str) -> "Participant":
        return self._streams.participant(self.snapshot, participant)

    def programme(self, rollout: str) -> "Programme":
        """The definition that the rollout started with. Raises Refused (of the domain) when there is no rollout."""
        from domain.identity import rollout_stream

        return self._streams.programme_of(self.snapshot, rollout_stream(rollout))


@contextmanager
def states_of(log: "EventLog") -> Iterator[States]:
    """The states of streams, all of them at one position."""
    with log.snapshot() as snapshot:
        yield States(snapshot)


def only_rollout(log: "EventLog", name: str | None) -> dict[str, Any]:
    """The rollout that is named, or the one that is meant when there is but one. Raises NotFound or BadInput."""
    if name is not None:
        return rollout_named(log, name)
    rows = log.rows("rollouts")
    if not rows:
        raise NotFound(phrase("no_rollouts_yet"))
    if len(rows) > 1:
        running = [row for row in rows if row["status"] != "closed"]
        if len(running) == 1:
            return running[0]
        names = [row["rollout"] for row in running or rows]
        raise BadInput(f"There are several rollouts; name the one that is meant: {first_of(names)}.")
    return rows[0]


def person_meant(log: "EventLog | Snapshot", word: str) -> str:
    """The person of an id or an e-mail address, known to the log and not erased. Raises NotFound with the nearest."""
    with persons_meant(log) as meant:
        return meant(word)


@contextmanager
def persons_meant(log: "EventLog | Snapshot") -> Iterator[Callable[[str], str]]:
    """As `person_meant`, for many: the log is asked once, and the registry opened once."""
    from domain.identity import Nearest

    statuses = {row["person"]: row["status"] for row in log.rows("persons")}
    nearest = Nearest(statuses)
    with persons_addressed() as addressed:
        yield lambda word: _known(word.strip() if "@" not in word else addressed(word), statuses, nearest)


def person_addressed(email: str) -> str:
    """The id that the registry has for an e-mail address, which is in no log. Raises NotFound."""
    with persons_addressed() as addressed:
        return addressed(email)


@contextmanager
def persons_addressed() -> Iterator[Callable[[str], str]]:
    """As `person_addressed`, for many; the registry is opened by the first address."""
    from domain.identity import Nearest
    from people.registry import Registry, open_registry
    from runtime.settings import settings

    opened: list[Registry] = []
    # read once, by the first address that nobody has: it takes the keys of all
    nearest = cache(lambda: Nearest([each.email for each in opened[0].persons() if each.email]))

    def addressed(email: str) -> str:
        wanted = email.strip()
        if not registry_is_there():
            raise NotFound(phrase("no_registry_here", wanted=wanted))
        if not opened:
            opened.append(stack.enter_context(open_registry(settings().registry, settings().keys)))
        found = opened[0].find_by_email(wanted)
        if found is None:
            close = nearest().to(wanted)
            hint = did_you_mean(close) if close and _is_alike(wanted, close) else "."
            raise NotFound(phrase("nobody_with_address", wanted=wanted, hint=hint))
        return found.person

    with ExitStack() as stack:
        yield addressed


def _is_alike(wanted: str, close: str) -> bool:
    """Before the @ too: what stands behind it is shared by everybody of a school, of whom it would tell any."""
    from domain.identity import nearest

    return nearest(wanted.partition("@")[0], [close.partition("@")[0]]) is not None


def registry_is_there() -> bool:
    from people.registry import registry_is_at
    from runtime.settings import settings

    return registry_is_at(settings().registry, settings().keys)


def names_of(persons: Iterable[str]) -> dict[str, str]:
    """Names from the registry; whoever is unknown or erased is absent, and everybody where there is no registry."""
    from people.errors import RegistryUnavailable
    from people.registry import open_registry
    from runtime.settings import settings

    wanted = {person for person in persons if person}
    if not wanted or not registry_is_there():
        return {}
    try:
        with open_registry(settings().registry, settings().keys) as registry:
            return registry.names_of(wanted)
    except RegistryUnavailable:
        return {}


def in_language(names: object) -> str:
    """A name in three languages, as the views keep it (JSON) or as the domain does, in the language of the settings."""
    from runtime.settings import settings

    texts = json.loads(names) if isinstance(names, str) else names
    return str(texts.get(settings().language, "")) if hasattr(texts, "get") else ""


def hint(name: str, known: Collection[str], nearest: "Nearest | None" = None) -> str:
    from domain.identity import Nearest

    close = (nearest or Nearest(known)).to(name)
    if close:
        return did_you_mean(close)
    if not known:
        return phrase("none_yet")
    return phrase("there_are", known=", ".join(sorted(known))) if len(known) <= _FEW else "."
