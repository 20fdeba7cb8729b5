"""A log as an auditor reads it: one moment of it, by its events alone, so that a copy without views will do."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from activities.folding import happenings
from activities.streams import Streams
from domain.consequences import follows_from
from domain.history import Happening
from domain.identity import rollout_of_stream
from domain.organisation.stream import Organisation
from domain.programme import Programme
from domain.rollout.state import Rollout
from eventlog.log import EventLog
from eventlog.reading import Snapshot
from eventlog.record import Head, Record

UTC_ZONE = "UTC"


class Archive:
    """Everything is read in one snapshot: what others append meanwhile is not seen."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.position = snapshot.position
        self._folded = Streams()
        self._records = lru_cache(maxsize=200)(snapshot.stream)

    @property
    def head(self) -> Head:
        return self.snapshot.head()

    def streams(self) -> list[str]:
        return self.snapshot.streams()

    def records(self, stream: str) -> list[Record]:
        return self._records(stream)

    def history(self, stream: str) -> list[Happening]:
        return happenings(self.records(stream))

    def record_at(self, position: int) -> Record | None:
        found = self.snapshot.read(after=position - 1, limit=1)
        return found[0] if found and found[0].position == position else None

    def organisation(self) -> Organisation:
        return self._folded.organisation(self.snapshot)

    def rollout(self, rollout: str) -> Rollout:
        """Raises Refused when there is no such rollout."""
        return self._folded.rollout(self.snapshot, rollout)

    def programme(self, stream: str) -> Programme:
        """The definition that the stream's rollout is pinned to. Raises Refused."""
        return self._folded.programme_of(self.snapshot, stream)

    def time_zone(self, stream: str | None = None) -> str:
        """Of the stream's programme; of all that were adopted, if they share one; else UTC."""
        if stream is not None and rollout_of_stream(stream) is not None:
            return self.programme(stream).time_zone
        digests = self.organisation().programmes
        zones = {self._folded.definition(self.snapshot, digest).time_zone for digest in digests}
        return zones.pop() if len(zones) == 1 else UTC_ZONE

    def cause_of(self, record: Record) -> Record | None:
        """The event of another stream that a record follows from; none when somebody asked for it, or the clock."""
        source = follows_from(record.command_id)
        if source is None:
            return None
        stream, version = source
        found = self.snapshot.stream(stream, after=version - 1, up_to=version)
        return found[0] if found else None


@contextmanager
def open_archive(log: EventLog) -> Iterator[Archive]:
    with log.snapshot() as snapshot:
        yield Archive(snapshot)
