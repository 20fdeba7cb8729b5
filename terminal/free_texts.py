"""Free texts that come with a command: put beside the log before it is asked, and taken back if nothing names them."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from terminal.outcome import BadInput

if TYPE_CHECKING:
    from domain.command import Command, TextGiven
    from eventlog.record import NewText

#: the texts that this process put beside the log, by id
_put: "dict[str, NewText]" = {}


def put_text(
    body: str | None, person: str | None, *, command_id: str | None = None, name: str = "text"
) -> "TextGiven | None":
    """Free text goes into the erasable table; what travels on is its salted hash. Raises BadInput for bad text.

    With a command id of the caller's own, the same text of that `name` is the same again when the command is retried.
    """
    if body is None:
        return None
    from domain.command import TextGiven
    from eventlog.log import open_log
    from eventlog.record import NewText
    from runtime.settings import settings

    _check(body, "The text" if name == "text" else f"The {name}")
    salt = secrets.token_bytes(16)
    text_id = hashlib.sha256(f"{command_id}\n{name}".encode()).hexdigest()[:32] if command_id else secrets.token_hex(16)
    with open_log(settings().log) as log:
        before = log.texts.entry(text_id)
        if before is not None and before.body != body and log.command(command_id or "") is None:
            log.texts.discard([text_id])
        log.texts.put(NewText(id=text_id, salt=salt, body=body, person=person))
        kept = log.texts.entry(text_id)
    if kept is not None and kept.salt is not None:
        salt = kept.salt
    _put[text_id] = NewText(id=text_id, salt=salt, body=body, person=person)
    return TextGiven(id=text_id, hash=hashlib.sha256(salt + body.encode()).hexdigest())


def _check(body: str, said: str) -> None:
    from domain.text import LONG, unprintable

    if not body.strip():
        raise BadInput(f"{said} is empty; write at least a word.")
    if len(body) > LONG:
        raise BadInput(f"{said} has {len(body):,} characters; at most {LONG:,} are taken.")
    if letter := unprintable(body, lines=True):
        raise BadInput(f"{said} contains a control character (U+{ord(letter):04X}); write it anew.")


def put_again(command: "Command") -> None:
    """Done again, a text stays as it is, also one that was erased."""
    texts = [_put[text.id] for text in _texts_in(command) if text.id in _put]
    if not texts:
        return
    from eventlog.log import open_log
    from runtime.settings import settings

    with open_log(settings().log) as log:
        for text in texts:
            log.texts.put(text)


def take_back(command_id: str | None, given: Iterable[object]) -> None:
    """Texts that no event names; never those of a command that the log knows."""
    found = [text.id for each in given for text in _texts_in(each)]
    if not found:
        return
    from eventlog.log import open_log
    from runtime.settings import settings

    with open_log(settings().log) as log:
        if command_id is None or log.command(command_id) is None:
            log.texts.discard(found)


def _texts_in(value: object) -> "Iterator[TextGiven]":
    from domain.command import TextGiven
    from domain.text import Model

    if isinstance(value, TextGiven):
        yield value
    elif isinstance(value, Model):
        for _, field in value:
            yield from _texts_in(field)
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _texts_in(each)
    elif isinstance(value, dict):
        yield from _texts_in(list(value.values()))
