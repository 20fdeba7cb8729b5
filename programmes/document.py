"""A YAML file as plain values, each with the line and column at which it stands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from programmes.problem import Problem, ProgrammeProblems
from programmes.syntax import mistake

LARGEST_FILE = 1024 * 1024
DEEPEST = 60
MOST_VALUES = 100_000

Place = tuple[str | int, ...]
Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]

_YAML = "tag:yaml.org,2002:"
_KNOWN_TAGS = frozenset(
    _YAML + name for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map", "merge", "value")
)
_WHOLE = re.compile(r"[-+]?[0-9]+\Z")
_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]+\Z")
# YAML 1.2's reading: in YAML 1.1 `no` would be false, `on` a boolean key, and 18:00 the number 1080.
_WORDS: Mapping[str, bool | None] = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "~": None,
    "": None,
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the file; both numbers counted from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Document:
    """The values of one file, and where each of them stands."""

    file: str
    content: Plain = None
    marks: dict[Place, Mark] = field(default_factory=dict)
    keys: dict[Place, Mark] = field(default_factory=dict)

    def problem(self, path: Place, message: str, *, at_key: bool = False) -> Problem:
        """A problem at `path`, or at the nearest place above it that stands in the file."""
        place = path
        while place and place not in self.marks:
            place = place[:-1]
        value, key = self.marks.get(place, Mark(0, 0)), self.keys.get(place)
        # What an alias stands for is written further up: that is where it can be put right.
        key_leads = key is not None and value.line > key.line
        mark = key if key is not None and (at_key or (place != path and key_leads)) else value
        return Problem(self.file, mark.line, mark.column, dotted(path), message)


def dotted(path: Place) -> str:
    """The path as people write it: tiers[1].steps[3].enter."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def parse(content: bytes, file: str, *, begins: str = "a definition begins with 'kaskad: 1'") -> Document:
    """Raises ProgrammeProblems when it is no YAML, or not the plain YAML that definitions are written in."""
    document = Document(file)
    text = _decoded(content, document)
    try:
        _check_depth(text, document)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ProgrammeProblems([_syntax_problem(error, text, content, document)]) from None
    if node is None:
        raise ProgrammeProblems([document.problem((), f"is empty; {begins}")])
    reading = _Reading(document)
    document.content = reading.value(node, ())
    if reading.problems:
        raise ProgrammeProblems(reading.problems)
    return document


def _decoded(content: bytes, document: Document) -> str:
    if len(content) > LARGEST_FILE:
        message = f"has {len(content):,} bytes; a definition has at most {LARGEST_FILE:,}"
        raise ProgrammeProblems([document.problem((), message)])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = "is not UTF-8; save the file as UTF-8, so that Kazakh and Russian letters are kept"
        raise ProgrammeProblems([Problem(document.file, line, 1, "", message)]) from None


def _check_depth(text: str, document: Document) -> None:
    # Before anything recurses over it: a file of a million opening brackets must not end the process.
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise ProgrammeProblems([_at(document, event, (), f"is nested more than {DEEPEST} deep")])


def _syntax_problem(error: yaml.YAMLError, text: str, content: bytes, document: Document) -> Problem:
    if isinstance(error, yaml.MarkedYAMLError):
        line, column, said = mistake(error, text)
        return Problem(document.file, line, column, "", f"is not valid YAML: {said}")
    said = str(error).splitlines()[0] if str(error) else "it cannot be read"
    # The reader counts in bytes where it stumbles over a letter, not in lines.
    at = error.position if isinstance(error, yaml.reader.ReaderError) else None
    line = content.count(b"\n", 0, at) + 1 if at is not None else 0
    return Problem(document.file, line, 1 if line else 0, "", f"is not valid YAML: {said}")


class _Reading:
    """One walk over the nodes of a file."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self._values = 0
        #: the lists and mappings around the value that is read
        self._within: list[yaml.Node] = []

    def value(self, node: yaml.Node, path: Place) -> Plain:
        self._values += 1
        if node in self._within:
            raise ProgrammeProblems([_at(self.document, node, (), "contains itself, by an alias (*name) of its own")])
        # An alias is written once and read many times: ten lines can say a thousand million values.
        if self._values > MOST_VALUES or len(path) > DEEPEST:
            message = f"repeats itself by its aliases (*name) until it has more than {MOST_VALUES:,} values"
            raise ProgrammeProblems([_at(self.document, node, path, message)])
        self.document.marks[path] = _mark(node)
        if node.tag not in _KNOWN_TAGS:
            self._add(node, path, f"uses the tag {node.tag.replace(_YAML, '!!')}; definitions are plain values")
            return None
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        self._within.append(node)
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.value(each, (*path, position)) for position, each in enumerate(node.value)]
            return self._mapping(node, path)
        finally:
            self._within.pop()

    def _mapping(self, node: yaml.Node, path: Place) -> dict[str, Plain]:
        found: dict[str, Plain] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._add(key, path, "has a list or a mapping for a key; a key is a word")
                continue
            name = str(key.value)
            place = (*path, name)
            if key.tag == _YAML + "merge":
                self._add(key, path, "merges (<<), which is not read; write the keys out, or let an alias be the value")
                continue
            if name in found:
                first = self.document.keys[place]
                self._add(key, place, f"stands twice; it stood already on line {first.line}: remove one of them")
                continue
            self.document.keys[place] = _mark(key)
            found[name] = self.value(value, place)
        return found

    def _add(self, node: yaml.Node, path: Place, message: str) -> None:
        self.problems.append(_at(self.document, node, path, message))


def _mark(node: yaml.Node | yaml.Event) -> Mark:
    start = node.start_mark
    return Mark(start.line + 1, start.column + 1) if start else Mark(0, 0)


def _at(document: Document, node: yaml.Node | yaml.Event, path: Place, message: str) -> Problem:
    mark = _mark(node)
    return Problem(document.file, mark.line, mark.column, dotted(path), message)


def _scalar(node: yaml.ScalarNode) -> Plain:
    text = str(node.value)
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.match(text) and len(text) <= 18:
        return int(text)
    if _DECIMAL.match(text) and len(text) <= 18:
        return float(text)
    return text
