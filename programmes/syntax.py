"""What keeps a file from being YAML, in the words of whoever wrote it instead of the parser's."""

import re
from collections.abc import Callable, Mapping

import yaml

_TAB = "a tab stands where only spaces may indent; replace it by spaces"
_NAME = re.compile(r"[&*]([^\s,\[\]{}]+)")


def mistake(error: yaml.MarkedYAMLError, text: str) -> tuple[int, int, str]:
    """Line and column, counted from 1, and a sentence."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return 0, 0, _as_said(error)
    begun = error.context_mark.line + 1 if error.context_mark else mark.line + 1
    here = text.split("\n")[mark.line][mark.column :] if mark.line <= text.count("\n") else ""
    if error.context == "while scanning a simple key":
        return begun, 1, f"line {begun} lacks the ':' of 'key: value'"
    tell = _SENTENCES.get(error.problem or "")
    return mark.line + 1, mark.column + 1, tell(begun, here) if tell else _as_said(error)


def _as_said(error: yaml.MarkedYAMLError) -> str:
    return " ".join(part for part in (error.context, error.problem) if part)


def _named(here: str) -> str:
    found = _NAME.match(here)
    return found[1] if found else ""


def _no_token(begun: int, here: str) -> str:
    return _TAB if here.startswith("\t") else f"no value begins with '{here[:1]}'; write it in quotes"


def _unclosed(begun: int, here: str) -> str:
    return f"a bracket opened on line {begun} is not closed here; a comma, a quote or a closing bracket is missing"


_SENTENCES: Mapping[str, Callable[[int, str], str]] = {
    "found character that cannot start any token": _no_token,
    "found a tab character where an indentation space is expected": lambda begun, here: _TAB,
    "did not find expected '-' indicator": lambda begun, here: (
        f"is neither an entry of the list begun on line {begun} nor within one; indent it as the lines around it"
    ),
    "did not find expected key": lambda begun, here: (
        f"is no key of the mapping begun on line {begun}; indent it as the other keys, and close every quote"
    ),
    "did not find expected ',' or '}'": _unclosed,
    "did not find expected ',' or ']'": _unclosed,
    "mapping values are not allowed in this context": lambda begun, here: (
        "a ':' too many, or a line that is indented too far; a text with a ':' in it stands in quotes"
    ),
    "found unexpected end of stream": lambda begun, here: f"the quote opened on line {begun} is never closed",
    "found unknown escape character": lambda begun, here: (
        r"within double quotes '\' begins an escape; write it twice, or use single quotes"
    ),
    "found undefined alias": lambda begun, here: f"there is no anchor '&{_named(here)}' above this alias",
    "second occurrence": lambda begun, here: (
        f"the anchor '&{_named(here)}' stands already on line {begun}; give one of them another name"
    ),
    "but found another document": lambda begun, here: "a second document begins here; one file is one definition",
}
