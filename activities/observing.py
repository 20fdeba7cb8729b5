"""Where the product says what it measures: nothing happens until `runtime.telemetry` connects it to OpenTelemetry."""

import random
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Literal, Protocol

Attribute = str | int | float | bool

Counter = Literal["kaskad.commands", "kaskad.reconciled"]
Histogram = Literal["kaskad.append.duration", "kaskad.command.duration"]
Gauge = Literal["kaskad.followups.pending", "kaskad.tasks.overdue", "kaskad.log.size"]


class Observer(Protocol):
    """What is told of everything that is measured."""

    def span(self, name: str, attributes: dict[str, Attribute]) -> AbstractContextManager[None]: ...
    def tell(self, attributes: dict[str, Attribute]) -> None: ...
    def trace_id(self) -> str | None: ...
    def count(self, name: str, by: int, attributes: dict[str, Attribute]) -> None: ...
    def measure(self, name: str, value: float, attributes: dict[str, Attribute]) -> None: ...
    def show(self, name: str, value: float, attributes: dict[str, Attribute]) -> None: ...


_observer: Observer | None = None
_trace_id: ContextVar[str | None] = ContextVar("kaskad_trace_id", default=None)


def connect(observer: Observer | None) -> None:
    """Sends everything from now on to an observer, or to nobody."""
    global _observer
    _observer = observer


@contextmanager
def span(name: str, **attributes: Attribute) -> Iterator[None]:
    """One stretch of work. Without an observer it still has a trace id: an event names the command it came from."""
    if _observer is not None:
        with _observer.span(name, attributes):
            yield
        return
    token = None if _trace_id.get() else _trace_id.set(_new_trace_id())
    try:
        yield
    finally:
        if token is not None:
            _trace_id.reset(token)


def _new_trace_id() -> str:
    """As OpenTelemetry makes them: nobody has to be kept from guessing it, and the system is not asked."""
    return f"{random.getrandbits(128):032x}"


def tell(**attributes: Attribute) -> None:
    """What has become known about the span around the caller."""
    if _observer is not None:
        _observer.tell(attributes)


def current_trace_id() -> str | None:
    """The W3C trace id (32 hex digits) of the span around the caller."""
    return (_observer.trace_id() if _observer is not None else None) or _trace_id.get()


def count(name: Counter, by: int = 1, **attributes: Attribute) -> None:
    if _observer is not None:
        _observer.count(name, by, attributes)


def measure(name: Histogram, value: float, **attributes: Attribute) -> None:
    """One duration, in seconds."""
    if _observer is not None:
        _observer.measure(name, value, attributes)


def show(name: Gauge, value: float, **attributes: Attribute) -> None:
    """How much of something there is now."""
    if _observer is not None:
        _observer.show(name, value, attributes)
