"""What is said of an error: to a person a sentence in the language of the settings, to a program a line of JSON."""

import json
import os
import re
import sys
import traceback

from terminal.outcome import FAULT, REMEDIES, expected_of, has_no_namespace, is_of_the_disk, is_temporal_away


def report(error: BaseException, *, as_json: bool = False) -> int:
    """Says on the standard error what an error means for the person or the program, and gives the exit code."""
    expected = expected_of(error)
    if os.environ.get("KASKAD_DEBUG") == "1":
        traceback.print_exception(error)
    if expected is not None:
        away = f"{_temporal_away()} " if is_temporal_away(expected[0]) else ""
        sentence = f"{away}{said(expected[0])}"
        print(_for_programs(*expected, sentence) if as_json else f"kaskad: {sentence}", file=sys.stderr)
        return expected[1]
    print(f"kaskad: this is a fault in Kaskad: {type(error).__name__}: {error}", file=sys.stderr)
    print("KASKAD_DEBUG=1 shows where it happened; what the stack wrote is in var/run.", file=sys.stderr)
    return FAULT


def _temporal_away() -> str:
    from terminal.phrases import phrase

    return phrase("temporal_silent")


def _for_programs(error: BaseException, exit_code: int, sentence: str) -> str:
    """One line of JSON: what kind of refusal it is, and what its sentence is made of."""
    code = getattr(error, "code", None)
    kind = code if isinstance(code, str) else re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()
    params = {name: str(value) for name, value in (getattr(error, "params", None) or {}).items()}
    return json.dumps({"exit": exit_code, "code": kind, "params": params, "sentence": sentence}, ensure_ascii=False)


def said(error: BaseException) -> str:
    """The sentence for the person: a refusal of the domain's in the language of the settings."""
    if isinstance(error, OSError) and is_of_the_disk(error):
        what = f"{error.filename} can't be used" if error.filename else "Something can't be written"
        return f"{what}: {error.strerror}. {REMEDIES[error.errno or 0]}"
    if has_no_namespace(error):
        return (
            f"{error} Name another with TEMPORAL_NAMESPACE, or have it made: "
            "temporal operator namespace create --namespace NAMESPACE --retention 72h"
        )
    if not _is(error, "domain.refusal.Refused"):
        return _said_of_problem(error)
    from runtime.settings import settings
    from terminal.messages import ROLES, sentence
    from terminal.role_titles import role_titles

    code, params, language = getattr(error, "code", ""), getattr(error, "params", {}), settings().language
    roles = role_titles(language) if language != "en" and ROLES.intersection(params) else {}
    return sentence(code, str(error), params, language, roles)


def _said_of_problem(error: BaseException) -> str:
    """Settings that can't be read are no problem of the catalogue's, so that their sentence needs none of them."""
    code, gaps = getattr(error, "problem", None), getattr(error, "gaps", {})
    if not code:
        code, gaps = getattr(error, "code", None), getattr(error, "params", {})
    if not isinstance(code, str):
        return str(error)
    from runtime.settings import settings
    from terminal.messages import problem

    return problem(code, str(error), gaps, settings().language)


def _is(error: BaseException, name: str) -> bool:
    return any(f"{cls.__module__}.{cls.__qualname__}" == name for cls in type(error).__mro__)
