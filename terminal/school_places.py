"""One school, given by options instead of a list."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.identity import is_valid_id
from domain.rollout.commands import Place
from programmes.wording import sentence_of
from terminal.outcome import BadInput

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_OPTIONS = {
    "school": "--id", "tier": "--tier", "region": "--region", "language": "--language", "parent": "--parent",
    "names": "--name", "persons": "--seat",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SchoolGiven:
    """What the options of a command say of a school; without an id they say nothing, and a list has to."""

    id: str | None
    tier: str | None
    #: names, region, language
    about: Mapping[str, Any]
    #: seat -> person, by id or e-mail address
    seats: Mapping[str, str]


def place_given(school: str, tier: str, given: Mapping[str, Any], persons: Mapping[str, str]) -> Place:
    """The school of the options; raises BadInput with all that is missing or wrong."""
    from pydantic import ValidationError

    missing = [
        f"--{name.replace('_', '-')}" for name in ("name_kk", "name_ru", "name_en", "region", "language")
        if not given.get(name)
    ]  # fmt: skip
    if missing:
        raise BadInput(f"{school} lacks {', '.join(missing)}.")
    if not is_valid_id(school):
        raise BadInput(f"'{school}' is no id of a school: lower-case letters, digits and hyphens, such as nis-semey.")
    try:
        return Place.model_validate(
            {
                "school": school,
                "tier": tier,
                "names": {language: given[f"name_{language}"] for language in ("kk", "ru", "en")},
                "region": given["region"],
                "language": given["language"],
                "parent": given.get("parent"),
                "persons": dict(persons),
            }
        )
    except ValidationError as error:
        raise BadInput("; ".join(_said(each) for each in error.errors())) from error


def _said(fault: "ErrorDetails") -> str:
    first, *rest = fault["loc"]
    option = _OPTIONS.get(str(first), str(first)) + "".join(f"-{part}" for part in rest)
    return f"{option} {sentence_of(fault)}"
