"""The state of a stream at any moment of the past, folded from its events as far as they were known."""

from datetime import UTC, datetime

from activities.folding import EMPTY, State, evolve
from audit.archive import Archive
from audit.moment import Moment, shown
from domain.history import Happening, corrected, fold_past
from domain.identity import stream_kind, stream_subject


class NotYet(LookupError):
    """At that moment there was nothing of it."""


def state_at(archive: Archive, stream: str, moment: Moment) -> State:
    """What was the case then; a state of version 0 where nothing was."""
    return folded_past(stream, archive.history(stream), moment)


def known_by(history: list[Happening], moment: Moment) -> list[Happening]:
    """The events as far as the log had them at the moment, each as last corrected by then."""
    known_on = moment.known_on
    return corrected(each for each in _up_to(history, moment) if known_on is None or each.recorded_at <= known_on)


def folded_past(stream: str, history: list[Happening], moment: Moment) -> State:
    return fold_past(EMPTY[stream_kind(stream)], _up_to(history, moment), evolve, moment.at, moment.known_on)


def _up_to(history: list[Happening], moment: Moment) -> list[Happening]:
    limit = moment.position
    return history if limit is None else [each for each in history if each.position <= limit]


def state_as_corrected(archive: Archive, stream: str, position: int) -> State:
    """The state at a position of the past, on its events as corrected until today."""
    kept = [each for each in corrected(archive.history(stream)) if each.position <= position]
    state = EMPTY[stream_kind(stream)]
    for each in kept:
        state = evolve(state, each.event, each.happened_at, each.version)
    return state


def require_begun(archive: Archive, stream: str, state: State, moment: Moment, time_zone: str) -> None:
    """Raises NotYet, with when it begins, where the moment is before the beginning."""
    if state.version:
        return
    first = archive.records(stream)[0]
    begins = f"its first event is {first.position}, of {shown(first.happened_at, time_zone)}"
    if moment.known_on is not None and moment.known_on < first.recorded_at:
        begins += f", recorded {shown(first.recorded_at, time_zone)}"
    raise NotYet(f"There is nothing of {stream_subject(stream)} yet at that moment: {begins} ({time_zone}).")


def remark_on(archive: Archive, moment: Moment, now: datetime | None = None) -> str | None:
    """What is to be said of a moment that the log does not reach."""
    if moment.position is not None and moment.position > archive.position:
        return f"The log has {archive.position} events; position {moment.position} is still to come. This is as of now."
    recorded = archive.head.recorded_at
    today = max(now or datetime.now(UTC), recorded or datetime.min.replace(tzinfo=UTC))
    if moment.at is not None and moment.at > today:
        return "That moment is still to come. This is as of now: nobody knows what else will happen until then."
    if moment.known_on is not None and moment.known_on > today:
        return "What will be known by then is still to come. This is what is known now."
    return None
