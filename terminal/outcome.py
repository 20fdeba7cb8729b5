"""How a command ends when it does not simply end: with a sentence and an exit code, in one place."""

import errno
import json
import os
import re
import sys
import traceback
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
    "domain.codec.UnknownEvent": REFUSED,
    "domain.refusal.Refused": REFUSED,
    "eventlog.errors.CommandConflict": REFUSED,
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
_REMEDIES: Final[dict[int, str]] = {
    errno.ENOSPC: "Make room there and ask again.",
    errno.EDQUOT: "Make room there, or have the quota raised, and ask again.",
    errno.EROFS: "Mount it to be written to, or name another folder (KASKAD_HOME).",
    errno.EACCES: "Ask as the account that it belongs to, or name another folder (KASKAD_HOME).",
    errno.EPERM: "Ask as the account that it belongs to, or name another folder (KASKAD_HOME).",
    errno.EIO: "Have the disk looked at before anything else is written to it.",
    errno.EMFILE: "Let the process open more files (ulimit -n), and ask again.",
    errno.ENFILE: "Let the system open more files, and ask again.",
}
DISK_ERRORS: Final = frozenset(_REMEDIES)

#: Problems that a caller met only because the thing is not there, which the table above can't tell by their class.
NOT_FOUND_CODES: Final = frozenset(
    {"person-unknown", "person-erased", "artefact-missing", "email-known", "person-known"}
)


def exit_code_of(error: BaseException) -> int | None:
    """The exit code of an expected error; None for a fault."""
    if isinstance(error, Outcome):
        return error.code
    if getattr(error, "code", None) in NOT_FOUND_CODES:
        return REFUSED
    if _is_temporal_away(error) or _has_no_namespace(error) or _is_of_the_disk(error):
        return UNREACHABLE
    for cls in type(error).__mro__:
        code = CODES.get(f"{cls.__module__}.{cls.__qualname__}")
        if code is not None:
            return code
    return None


def _is_temporal_away(error: BaseException) -> bool:
    """A call that failed on the way, as against one that the server refused."""
    service = sys.modules.get("temporalio.service")
    if service is None or not isinstance(error, service.RPCError):
        return False
    away = (service.RPCStatusCode.UNAVAILABLE, service.RPCStatusCode.DEADLINE_EXCEEDED, service.RPCStatusCode.ABORTED)
    return error.status in away or "aborted by closing workflow" in error.message


def _has_no_namespace(error: BaseException) -> bool:
    """A server that was reached, but does not have the namespace that the environment names."""
    service = sys.modules.get("temporalio.service")
    return service is not None and isinstance(error, service.RPCError) and _NO_NAMESPACE.match(str(error)) is not None


def _is_of_the_disk(error: BaseException) -> bool:
    """What a disk or a folder refuses to anybody."""
    return isinstance(error, OSError) and error.errno in DISK_ERRORS


def report(error: BaseException, *, as_json: bool = False) -> int:
    """Says on the standard error what an error means for the person or the program, and gives the exit code."""
    expected = next(((one, code) for one in _causes(error) if (code := exit_code_of(one)) is not None), None)
    if os.environ.get("KASKAD_DEBUG") == "1":
        traceback.print_exception(error)
    if expected is not None:
        away = "Temporal does not answer; ask again in a moment. " if _is_temporal_away(expected[0]) else ""
        sentence = f"{away}{said(expected[0])}"
        print(_for_programs(*expected, sentence) if as_json else f"kaskad: {sentence}", file=sys.stderr)
        return expected[1]
    print(f"kaskad: this is a fault in Kaskad: {type(error).__name__}: {error}", file=sys.stderr)
    print("KASKAD_DEBUG=1 shows where it happened; what the stack wrote is in var/run.", file=sys.stderr)
    return FAULT


def _for_programs(error: BaseException, exit_code: int, sentence: str) -> str:
    """One line of JSON: what kind of refusal it is, and what its sentence is made of."""
    code = getattr(error, "code", None)
    kind = code if isinstance(code, str) else re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()
    params = {name: str(value) for name, value in (getattr(error, "params", None) or {}).items()}
    return json.dumps({"exit": exit_code, "code": kind, "params": params, "sentence": sentence}, ensure_ascii=False)


def said(error: BaseException) -> str:
    """The sentence for the person: a refusal of the domain's in the language of the settings."""
    if isinstance(error, OSError) and _is_of_the_disk(error):
        what = f"{error.filename} can't be used" if error.filename else "Something can't be written"
        return f"{what}: {error.strerror}. {_REMEDIES[error.errno or 0]}"
    if _has_no_namespace(error):
        return (
            f"{error} Name another with TEMPORAL_NAMESPACE, or have it made: "
            "temporal operator namespace create --namespace NAMESPACE --retention 72h"
        )
    if not _is(error, "domain.refusal.Refused"):
        return str(error)
    from runtime.settings import settings
    from terminal.messages import ROLES, sentence
    from terminal.role_titles import role_titles

    code, params, language = getattr(error, "code", ""), getattr(error, "params", {}), settings().language
    roles = role_titles(language) if language != "en" and ROLES.intersection(params) else {}
    return sentence(code, str(error), params, language, roles)


def _is(error: BaseException, name: str) -> bool:
    return any(f"{cls.__module__}.{cls.__qualname__}" == name for cls in type(error).__mro__)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and what it was raised from where somebody said so: a wrapped expected error is still expected."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__
