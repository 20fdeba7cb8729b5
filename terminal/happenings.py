"""Events of a few kinds over many schools, each as last corrected: what lists are made of."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from domain.identity import stream_kind, stream_subject

if TYPE_CHECKING:
    from domain.history import Happening
    from eventlog.log import EventLog

_PAGE = 5_000


def happenings_of(
    log: "EventLog", kinds: tuple[str, ...], *, rollout: str | None = None, stream: str | None = None
) -> "Iterator[tuple[str, Happening]]":
    """Participant by participant, in the order of its stream. What a correction says stands in the event's place."""
    from activities.folding import happenings
    from domain.history import Corrected, corrected

    by_stream: dict[str, list[Happening]] = {}
    after = 0
    while records := log.read(after, _PAGE, stream=stream, rollout=rollout, kinds=(*kinds, "Corrected")):
        for record in records:
            if stream_kind(record.stream) == "participant":
                by_stream.setdefault(record.stream, []).extend(happenings([record]))
        after = records[-1].position
    for name in sorted(by_stream):
        known = {each.version for each in by_stream[name]}
        told = [
            each for each in by_stream[name] if not isinstance(each.event, Corrected) or each.event.version in known
        ]
        for each in corrected(told):
            if not isinstance(each.event, Corrected):
                yield stream_subject(name), each
