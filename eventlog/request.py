"""An append on its way: looked at in the caller's thread, then waiting for the group that takes it."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

from eventlog.canonical import refuse_nul, require_canonical
from eventlog.errors import MalformedAppend, require_aware
from eventlog.record import Append, Receipt
from eventlog.transaction import SHAPES

#: Changes of rows by view and key; None takes the row away.
ViewChanges = dict[str, dict[tuple[Any, ...], tuple[Any, ...] | None]]


class Pending:
    """One append with what its caller waits for."""

    __slots__ = ("changes", "outcome", "request", "settle")

    def __init__(self, request: Append, settle: Callable[[Receipt | Exception], None]) -> None:
        self.request = request
        self.changes = checked(request)
        self.settle = settle
        self.outcome: Receipt | Exception | None = None


def checked(request: Append) -> ViewChanges:
    """Refuse what no database could take, and bring the rows into the form in which they are stored."""
    if not request.events:
        raise MalformedAppend("An append has at least one event.")
    if request.expected < 0:
        raise MalformedAppend("The expected version is 0 or more: there is no 'any'.")
    require_aware(request.at, "The instant of the command")
    _check_words(request)
    for event in request.events:
        require_aware(event.happened_at, "The instant at which an event happened")
        require_canonical(event.data)
        if event.kind == "" or event.schema < 1:
            raise MalformedAppend("An event has a kind and a schema number from 1 upwards.")
    named = [follow.event for follow in request.followups] + [notice.event for notice in request.notices]
    if any(not 0 <= event < len(request.events) for event in named):
        raise MalformedAppend("A followup or a notice names an event that the append does not have.")
    return _changes(request)


def _check_words(request: Append) -> None:
    required = (request.stream, request.command_id, request.command_digest, request.actor)
    if not all(required):
        raise MalformedAppend("An append names its stream, its command with a digest, and its actor.")
    optional = (
        request.on_behalf_of, request.entered_by, request.rollout,
        request.programme, request.programme_version, request.trace_id,
    )  # fmt: skip
    words = "\n".join(required + tuple(filter(None, optional)) + tuple(event.kind for event in request.events))
    refuse_nul(words)
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
        changes.setdefault(change.view, {})[shape.key_of(change)] = shape.values_of(change)
    return changes


def in_utc(instant: Any) -> Any:
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)
