"""A letter as mail, which every mail program shows with the same words: ASCII alone in its headers (RFC 5322, 2047)."""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.charset import Charset
from email.contentmanager import raw_data_manager
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.policy import compat32
from email.utils import format_datetime, formataddr
from typing import Final

import msgspec

QUOTES: Final = "X-Kaskad-Quotes"

#: a domain that no mail ever goes to (RFC 2606)
_NOWHERE = "kaskad.invalid"
#: The headers are encoded here, and this policy writes them as they are. The modern policies cut a long name anywhere,
#: and lose one with quotation marks (seen in Python 3.11 to 3.13).
_AS_ENCODED = compat32.clone(linesep="\r\n", mangle_from_=False)
_FOLD = "\r\n "
#: where a header goes on in the next line: the space that follows is its own
_FOLDED = re.compile(r"\r?\n(?=[ \t])")
#: octets of a line, at most (RFC 5322)
_LONGEST_LINE = 998
#: as many as one encoded word holds (RFC 2047), in the first line of a header as well
_IN_A_WORD = 45
#: a longer word would not stand in the first line of a header
_LONGEST_PLAIN = 60
#: A word of a name, with the space before it; one that would not fit into a line is cut.
_WORD = re.compile(r"\s?\S{1,180}|\s")


class Addressee(msgspec.Struct, frozen=True):
    """Who a message is for; a person whom the registry does not know has neither names nor an e-mail address."""

    person: str
    names: str = ""
    email: str | None = None
    language: str = "en"


class Letter(msgspec.Struct, frozen=True):
    """One message. `key` is stable: a letter that is delivered again takes the place of the first."""

    key: str
    subject: str
    body: str
    #: since when it waited
    since: datetime
    #: whose free texts it quotes: when they are erased, the letter goes
    quotes: tuple[str, ...] = ()


def mail_of(to: Addressee, letter: Letter) -> bytes:
    mail: EmailMessage = EmailMessage(policy=_AS_ENCODED)
    mail["From"] = f"Kaskad <kaskad@{_NOWHERE}>"
    mail["To"] = _mailbox(to.names, _address(to))
    mail["Subject"] = _line(" ".join(letter.subject.split()), "Subject")
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<{digest(f'{letter.key} {to.person}')[:32]}@{_NOWHERE}>"
    mail["Content-Language"] = to.language
    mail["Auto-Submitted"] = "auto-generated"
    for person in letter.quotes:
        mail[QUOTES] = person
    fits = all(len(line.encode()) <= _LONGEST_LINE for line in letter.body.split("\n"))
    cte = "8bit" if fits else "quoted-printable"
    mail.set_content(letter.body, charset="utf-8", cte=cte, content_manager=raw_data_manager)
    return mail.as_bytes()


def words_of(raw: bytes) -> str:
    """What a mail shows to its reader.

    The modern policies take four times as long, which counts with tens of thousands of letters.
    """
    mail = message_from_bytes(raw)
    head = raw.partition(b"\r\n\r\n")[0]
    # letters of earlier versions have UTF-8 there as it is
    heads = [_decoded(mail, "To"), _decoded(mail, "Subject")] if head.isascii() else [head.decode("utf-8", "replace")]
    body = mail.get_payload(decode=True)
    return "\n".join((*heads, body.decode("utf-8", "replace") if isinstance(body, bytes) else ""))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _decoded(mail: Message, name: str) -> str:
    unfolded = _FOLDED.sub("", str(mail.get(name, "")))
    try:
        return str(make_header(decode_header(unfolded)))
    except (HeaderParseError, LookupError, UnicodeError):
        return ""


# --- headers


def _mailbox(names: str, address: str) -> str:
    if not names:
        return address
    if names.isascii() and _is_plain(names):
        return formataddr((names, address))
    return _FOLD.join((*_encoded_words(names), f"<{address}>"))


def _encoded_words(names: str) -> Iterator[str]:
    """Cut between the words of a name, where there is a space anyway.

    Readers with a modern policy of Python 3.11 to 3.13.0 show a space of their own between two encoded words of a name.
    For the same reason a word that is too long for one is not cut: mail programs read an encoded word of any length.
    """
    utf8, held = Charset("utf-8"), ""
    for word in _WORD.findall(names):
        if held and len((held + word).encode()) > _IN_A_WORD:
            yield utf8.header_encode(held)
            held = ""
        held += word
    yield utf8.header_encode(held)


def _line(text: str, name: str) -> str:
    plain = text.isascii() and _is_plain(text)
    return Header(text, "us-ascii" if plain else "utf-8", header_name=name, maxlinelen=75).encode(linesep="\r\n")


def _is_plain(text: str) -> bool:
    """Whether ASCII text says the same when it stands in a header as it is, folded at its spaces."""
    return "=?" not in text and all(0 < len(word) <= _LONGEST_PLAIN for word in text.split(" "))


def _address(to: Addressee) -> str:
    """An address that mail can't say, or none, still leaves the name."""
    if to.email is not None:
        try:
            local, _, domain = to.email.rpartition("@")
            address = f"{local}@{domain.encode('idna').decode('ascii')}"
            if address.isascii() and Address(addr_spec=address).addr_spec == address:
                return address
        except (ValueError, HeaderParseError, IndexError):
            pass
    return f"{to.person}@{_NOWHERE}"
