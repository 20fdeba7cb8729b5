"""Reads a definition: from the file's bytes to a programme that is sound, or to all of its problems at once."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from domain.programme import Programme
from programmes.checks import findings
from programmes.document import Document, parse
from programmes.parameters import Filled, Value, fill
from programmes.problem import Problem, ProgrammeProblems
from programmes.shape import shape


@dataclass(frozen=True)
class Definition:
    """A programme as it is used: sound, with every parameter replaced by its value."""

    programme: Programme
    #: what may be meant, but looks like an oversight
    warnings: tuple[Problem, ...] = ()

    @property
    def chosen(self) -> Mapping[str, Value]:
        """The value of each parameter, as used."""
        return self.programme.chosen

    @cached_property
    def source(self) -> bytes:
        """The whole definition as canonical JSON; `programme_of` reads it again."""
        plain = self.programme.model_dump(mode="json", by_alias=True, exclude_none=True)
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of `source`, in hexadecimal."""
        return hashlib.sha256(self.source).hexdigest()


def read_programme(
    source: Path | str | bytes, parameters: Mapping[str, object] | None = None, *, cohort: str | None = None
) -> Definition:
    """Read a file (a Path) or a text, for one cohort, with `parameters` in the place of its values and the defaults.

    Raises ProgrammeProblems.
    """
    document = _document(source)
    filled = fill(document, parameters, cohort)
    shaped = shape(document, filled)
    problems = [*filled.problems, *shaped.problems, *_unknown_cohort(document, shaped.programme, cohort)]
    warnings: list[Problem] = []
    if shaped.programme is not None:
        for finding in findings(shaped.programme, filled, shaped.made_up):
            known = warnings if finding.warning else problems
            known.append(document.problem(finding.path, finding.message))
    if problems or shaped.programme is None:
        raise ProgrammeProblems(problems)
    return Definition(shaped.programme, tuple(sorted(set(warnings))))


def parts_unlike(source: Path | str | bytes, adopted: Mapping[str, object]) -> tuple[str, ...]:
    """In which of its parts a file says something else than a definition that was adopted, whose values of parameters
    are put in before: what another rollout chose makes no other definition. Raises ProgrammeProblems."""
    try:
        then = programme_of(json.dumps(adopted).encode())
    except ValueError:
        # of another shape, as other releases have them: nothing can be said
        return ()
    document = _document(source)
    filled = fill(document, then.chosen)
    if filled.problems:
        return ("parameters",)
    now = shape(document, filled).programme
    if now is None or (filled.is_resolved and now.chosen != then.chosen):
        # no other values can be put into what was kept as used
        return ()
    before, after = (each.model_dump(mode="json", by_alias=True, exclude={"chosen"}) for each in (then, now))
    return tuple(name for name in after if before[name] != after[name])


def _unknown_cohort(document: Document, programme: Programme | None, cohort: str | None) -> list[Problem]:
    if cohort is None or programme is None or cohort in programme.cohorts:
        return []
    return [document.problem(("cohorts",), f"has no cohort '{cohort}'; it has: {', '.join(programme.cohorts)}")]


def programme_of(source: bytes) -> Programme:
    """The programme in a definition's `source`, which was checked when it was made."""
    return Programme.model_validate_json(source)


def read_document(source: Path | str | bytes) -> tuple[Document, Filled]:
    """The values of a definition with its defaults, for a glance at it that does not check it."""
    document = _document(source)
    return document, fill(document)


def _document(source: Path | str | bytes) -> Document:
    if isinstance(source, Path):
        try:
            return parse(source.read_bytes(), str(source))
        except OSError as error:
            message = f"cannot be read: {error.strerror or error}"
            raise ProgrammeProblems([Problem(str(source), 0, 0, "", message)]) from None
    return parse(source.encode(errors="surrogatepass") if isinstance(source, str) else source, "definition")
