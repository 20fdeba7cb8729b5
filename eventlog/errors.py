"""What the event log says when it does not do what it was asked."""


class EventLogError(Exception):
    """Any answer of the event log other than the one asked for."""


class VersionConflict(EventLogError):
    """The stream is not at the version that the caller decided upon: load it and decide again."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(f"{stream} is at version {actual}, not at the expected {expected}.")
        self.stream = stream
        self.expected = expected
        self.actual = actual


class CommandConflict(EventLogError):
    """The command id is already recorded with other content."""

    def __init__(self, command_id: str) -> None:
        super().__init__(f"The command id {command_id} is already recorded with other content.")
        self.command_id = command_id


#: how the database most often can't be used, by its code
SENTENCES = {
    "log-busy": "The event log at {place} is read by too many at once.",
    "log-locked": "The event log {place} is locked by another process.",
    "log-disk-full": "The disk that holds the event log {place} is full.",
    "log-unusable": "The event log {place} can't be used: {cause}.",
    "log-postgres-away": "PostgreSQL at {place} can't be used: {cause}. Start it, or check KASKAD_LOG.",
    "log-silent": "The event log {place} gave no answer within {seconds} seconds.",
}


class LogUnavailable(EventLogError):
    """The database can't be used now. Asking again with the command id tells whether an append was recorded."""

    def __init__(self, reason: str, *, problem: str = "", **gaps: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.problem = problem
        self.gaps = gaps


def log_unavailable(problem: str, **gaps: object) -> LogUnavailable:
    """With the sentence of a code."""
    return LogUnavailable(SENTENCES[problem].format(**gaps), problem=problem, **gaps)


class FileUnwritable(LogUnavailable):
    """The new file that a copy or a backup was to become can't be written where somebody wants it."""


class LogTooNew(EventLogError):
    """The log was written by a newer version of the product."""

    def __init__(self, found: str, known: str) -> None:
        super().__init__(
            f"The event log has the schema {found}, which this version does not know (it knows up to {known}): "
            "use the version that wrote it, or a newer one."
        )
        self.found = found
        self.known = known


class LogCorrupt(EventLogError):
    """The file or the database is not an event log, or not a whole one."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LogNotEmpty(EventLogError):
    """A backup is restored into an empty log only."""

    def __init__(self, place: str) -> None:
        super().__init__(f"The event log {place} has events already: a backup is restored into an empty one.")
        self.place = place


class NotCanonical(EventLogError, ValueError):
    """The value has no canonical form here: a float, an integer beyond 2**53 - 1, a NUL character, a lone surrogate."""


class MalformedAppend(EventLogError, ValueError):
    """The request is not one that the log can take; no later try will change that."""


class NotAPlace(EventLogError, ValueError):
    """The path or the URL is none that a log can be kept at."""
