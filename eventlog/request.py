"""An append on its way: looked at in the caller's thread, then waiting for the group that takes it."""

from typing import Any, Protocol

from eventlog.canonical import Canonical, refuse_nul
from eventlog.columns import in_utc, to_microseconds
from eventlog.command_ids import key_of
from eventlog.entry import unplaced
from eventlog.errors import MalformedAppend
from eventlog.record import Append, Receipt
from eventlog.statements import SHAPES

#: Changes of rows by view and key; None takes the row away.
ViewChanges = dict[str, dict[tuple[Any, ...], tuple[Any, ...] | None]]

Outcome = Receipt | Exception


class Caller(Protocol):
    """Whoever waits for the outcome."""

    #: The event loop to be woken on; None if `settle` may be called from any thread.
    loop: Any

    def settle(self, outcome: Outcome) -> None: ...


class Pending:
    """One append with what its caller waits for."""

    __slots__ = ("before", "calendar", "caller", "changes", "events", "key", "outcome", "request")

    def __init__(
        self, request: Append, caller: Caller, *, rehearsal: bool = False, before: "Pending | None" = None
    ) -> None:
        self.changes = checked(request)
        self.events = [unplaced(request, index, event) for index, event in enumerate(request.events)]
        self.key = key_of(request.command_id)
        #: In a rehearsal, the instant that the log's clock takes from the request.
        self.calendar = to_microseconds(in_utc(request.at)) if rehearsal else None
        self.request = request
        self.caller = caller
        #: What it was decided on top of: where that is not recorded, nor is this.
        self.before = before
        self.outcome: Outcome | None = None

    @property
    def is_groundless(self) -> bool:
        """Whether what it was decided on top of has not come to be, or had been recorded at another time."""
        if self.before is None:
            return False
        ground = self.before.outcome
        return not isinstance(ground, Receipt) or ground.repeated


def checked(request: Append) -> ViewChanges:
    """Refuse what no database could take, and bring the rows into the form in which they are stored."""
    events = request.events
    if not events:
        raise MalformedAppend("An append has at least one event.")
    if request.expected < 0:
        raise MalformedAppend("The expected version is 0 or more: there is no 'any'.")
    if request.at.tzinfo is None:
        raise MalformedAppend("The instant of the command has no time zone: instants are aware.")
    _check_words(request)
    for event in events:
        if event.happened_at.tzinfo is None:
            raise MalformedAppend("The instant of an event has no time zone: instants are aware.")
        if type(event.data) is not Canonical:
            raise MalformedAppend("The data of an event are canonical JSON: make them with `canonical`.")
        if event.schema < 1 or not event.kind:
            raise MalformedAppend("An event has a kind and a schema number from 1 upwards.")
    if request.followups or request.notices:
        named = [follow.event for follow in request.followups] + [notice.event for notice in request.notices]
        if any(not 0 <= event < len(events) for event in named):
            raise MalformedAppend("A followup or a notice names an event that the append does not have.")
    return _changes(request) if request.rows else {}


def _check_words(request: Append) -> None:
    stream, command_id, digest, actor = request.stream, request.command_id, request.command_digest, request.actor
    if not (stream and command_id and digest and actor):
        raise MalformedAppend("An append names its stream, its command with a digest, and its actor.")
    words = (
        f"{stream}{command_id}{digest}{actor}{request.on_behalf_of}{request.entered_by}{request.rollout}"
        f"{request.programme}{request.programme_version}{request.trace_id}{request.events[0].kind}"
    )
    if len(request.events) > 1:
        words += "".join([event.kind for event in request.events])
    refuse_nul(words)
    if not words.isascii():
        try:
            words.encode()
        except UnicodeEncodeError as error:
            raise MalformedAppend("A name in the append has a lone surrogate, which is not text.") from error


def _changes(request: Append) -> ViewChanges:
    changes: ViewChanges = {}
    for change in request.rows:
        shape = SHAPES.get(change.view)
        if shape is None:
            raise MalformedAppend(f"There is no view {change.view}.")
        rows = changes.get(change.view)
        if rows is None:
            rows = changes[change.view] = {}
        key, row = shape.stored(change)
        rows[key] = row
    return changes
