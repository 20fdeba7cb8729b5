"""Whether what was recorded for other streams follows from what happened, as its command ids say."""

from collections.abc import Callable, Collection

from activities.folding import State
from domain.command import CASCADE, CLOCK, PassTime
from domain.consequences import consequences_of, follows_from
from domain.event import Event
from domain.identity import whose_peers
from domain.participant.onward import Onward
from domain.programme import Programme
from eventlog.record import Record

Find = Callable[[str, int | None, str], None]

_CLOCKS = PassTime(id="clock:any", actor=CLOCK).fingerprint()


class Follower:
    """Keeps what follows from each event until it comes by. What brings about nothing new never does, and is kept."""

    def __init__(self, find: Find, lost: Collection[str]) -> None:
        self._find = find
        #: streams that can't be folded: what follows from them is not known
        self._lost = lost
        #: stream@version -> target and digest of every command that follows
        self._due: dict[str, list[tuple[str, bytes]]] = {}

    def note(self, stream: str, version: int, programme: Programme, before: State, after: State, event: Event) -> None:
        due = [(each.stream, _digest(each)) for each in consequences_of(programme, before, after, event)]
        if due:
            self._due[f"{stream}@{version}"] = due

    def check(self, record: Record) -> None:
        """The first event of each command."""
        if record.actor == CLOCK and record.command_digest != _CLOCKS:
            self._find("follow-up", record.position, f"{record.command_id} is not a command that the clock gives.")
        source = follows_from(record.command_id)
        if source is None and record.actor == CASCADE:
            self._find("follow-up", record.position, f"{record.command_id} does not say what it follows from.")
        if source is not None and source[0] not in self._lost:
            self._check_source(record, *source)

    def _check_source(self, record: Record, stream: str, version: int) -> None:
        name = f"{stream}@{version}"
        due = self._due.get(name, [])
        here = [each for each in due if each[0] == record.stream or whose_peers(each[0])]
        if not here:
            self._find(
                "follow-up", record.position, f"Nothing follows from event {version} of {stream} for this stream."
            )
            return
        found = next((each for each in here if each[1] == bytes.fromhex(record.command_digest)[:16]), None)
        if found is None:
            self._find(
                "follow-up", record.position, f"It is not the command that follows from event {version} of {stream}."
            )
        elif not whose_peers(found[0]):
            due.remove(found)
            if not due:
                del self._due[name]


def _digest(each: Onward) -> bytes:
    command = each.command(id="follows", actor=CASCADE, **each.arguments)
    return bytes.fromhex(command.fingerprint())[:16]
