"""The log as it is remembered, where nothing has to be read: most commands are decided on what is in memory."""

from typing import Any, Never

from eventlog.reading import Snapshot


class NotRemembered(Exception):
    """Something has to be read, so all of it is, within one snapshot."""


class Remembered(Snapshot):
    """Stands at a position as a snapshot does, and answers no question."""

    def __init__(self, position: int) -> None:
        self.connection: Any = _Absent()
        self.position = position


class _Absent:
    def __getattr__(self, name: str) -> Never:
        raise NotRemembered
