"""How a command ends when it does not simply end: the expected errors and their exit codes, in one place."""

import errno
import re
import sys
from collections.abc import Iterator
from typing import Final

DONE: Final = 0
REFUSED: Final = 1
BAD_INPUT: Final = 2
UNREACHABLE: Final = 3
#: A fault of ours, as sysexits.h calls it; none of the four that a caller can act on.
FAULT: Final = 70
INTERRUPTED: Final = 130


class Outcome(Exception):
    """An expected end other than success; its text is the sentence for the person."""

    code: int = FAULT


class Refused(Outcome):
    """What was asked is not possible as things stand; nothing was recorded."""

    code = REFUSED


class NotFound(Refused):
    """What was named does not exist."""


class BadInput(Outcome):
    """What was given can't be read or has the wrong shape."""

    code = BAD_INPUT


class ServiceUnavailable(Outcome):
    """Something needed can't be reached; the sentence says what to do."""

    code = UNREACHABLE


#: Errors of the packages below, which do not know of exit codes; by name, so that none of them is imported for it.
CODES: Final[dict[str, int]] = {
    "activities.artefact_errors.ArtefactProblem": BAD_INPUT,
    "activities.artefact_errors.ArtefactStoreUnavailable": UNREACHABLE,
    "activities.organisation.LogLost": REFUSED,
    "activities.organisation.RegistryLost": REFUSED,
    "domain.codec.UnknownEvent": REFUSED,
    "domain.refusal.Refused": REFUSED,
    "eventlog.errors.CommandConflict": REFUSED,
    "eventlog.errors.FileUnwritable": REFUSED,
    "eventlog.errors.LogCorrupt": REFUSED,
    "eventlog.errors.LogTooNew": REFUSED,
    "eventlog.errors.LogUnavailable": UNREACHABLE,
    "eventlog.errors.NotAPlace": BAD_INPUT,
    "eventlog.errors.VersionConflict": REFUSED,
    "people.errors.PersonProblem": BAD_INPUT,
    "people.errors.RegistryTooNew": REFUSED,
    "people.errors.RegistryUnavailable": UNREACHABLE,
    "programmes.library.UnknownProgramme": REFUSED,
    "programmes.problem.ProgrammeProblems": BAD_INPUT,
    "programmes.sheet.RosterProblems": BAD_INPUT,
    "runtime.folder.FolderInUse": REFUSED,
    "runtime.folder.NoFolder": BAD_INPUT,
    "runtime.ports.PortTaken": REFUSED,
    "runtime.settings.WrongSetting": BAD_INPUT,
    "runtime.telemetry.MetricsRefused": REFUSED,
    "runtime.connection.TemporalUnavailable": UNREACHABLE,
    "runtime.embedded.ServerFailed": UNREACHABLE,
    "runtime.embedded.ServerMissing": UNREACHABLE,
}

_NO_NAMESPACE: Final = re.compile(r"Namespace \S+ (is|was) not found")

#: What the person can do about them.
REMEDIES: Final[dict[int, str]] = {
    errno.ENOSPC: "Make room there and ask again.",
    errno.EDQUOT: "Make room there, or have the quota raised, and ask again.",
    errno.EROFS: "Mount it to be written to, or name another folder (KASKAD_HOME).",
    errno.EACCES: "Ask as the account that it belongs to, or name another folder (KASKAD_HOME).",
    errno.EPERM: "Ask as the account that it belongs to, or name another folder (KASKAD_HOME).",
    errno.EIO: "Have the disk looked at before anything else is written to it.",
    errno.EMFILE: "Let the process open more files (ulimit -n), and ask again.",
    errno.ENFILE: "Let the system open more files, and ask again.",
}
DISK_ERRORS: Final = frozenset(REMEDIES)

#: Problems of what is there, or is not, and not of what was given, which the table above can't tell by their class.
REFUSED_CODES: Final = frozenset(
    {
        "person-unknown", "person-erased", "email-known", "person-known", "namesake",
        "artefact-missing", "file-exists", "file-unwritable",
    }
)  # fmt: skip


def exit_code_of(error: BaseException) -> int | None:
    """The exit code of an expected error; None for a fault."""
    if isinstance(error, Outcome):
        return error.code
    if getattr(error, "code", None) in REFUSED_CODES:
        return REFUSED
    if is_temporal_away(error) or has_no_namespace(error) or is_of_the_disk(error):
        return UNREACHABLE
    for cls in type(error).__mro__:
        code = CODES.get(f"{cls.__module__}.{cls.__qualname__}")
        if code is not None:
            return code
    return None


def expected_of(error: BaseException) -> tuple[BaseException, int] | None:
    """What of an error and its causes is expected, with its exit code; None where all of it is a fault."""
    return next(((one, code) for one in _causes(error) if (code := exit_code_of(one)) is not None), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and what it was raised from where somebody said so: a wrapped expected error is still expected."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__


def is_temporal_away(error: BaseException) -> bool:
    """A call that failed on the way, as against one that the server refused."""
    service = sys.modules.get("temporalio.service")
    if service is None or not isinstance(error, service.RPCError):
        return False
    away = (service.RPCStatusCode.UNAVAILABLE, service.RPCStatusCode.DEADLINE_EXCEEDED, service.RPCStatusCode.ABORTED)
    return error.status in away or "aborted by closing workflow" in error.message


def has_no_namespace(error: BaseException) -> bool:
    """A server that was reached, but does not have the namespace that the environment names."""
    service = sys.modules.get("temporalio.service")
    return service is not None and isinstance(error, service.RPCError) and _NO_NAMESPACE.match(str(error)) is not None


def is_of_the_disk(error: BaseException) -> bool:
    """What a disk or a folder refuses to anybody."""
    return isinstance(error, OSError) and error.errno in DISK_ERRORS
