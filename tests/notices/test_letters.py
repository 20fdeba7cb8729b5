"""A letter reads back with exactly its words, in whatever reads mail."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.letter import Addressee, Letter, mail_of, words_of
from activities.mailbox import Mailbox
from domain.text import unprintable
from people.errors import PersonProblem
from people.person import PersonDraft, check_draft

DAY = datetime(2026, 12, 4, 13, tzinfo=UTC)
EMAIL = "reader@example.kz"
KAZAKH = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"


class Read(msgspec.Struct, frozen=True):
    """What a mail program shows."""

    names: str
    email: str
    subject: str
    body: str


def read_by_default(raw: bytes) -> Read:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    to: Any = mail["To"]
    (address,) = to.addresses
    return Read(address.display_name, address.addr_spec, str(mail["Subject"]), lines(mail.get_content()))


def read_by_compat32(raw: bytes) -> Read:
    mail = message_from_bytes(raw, policy=policy.compat32)
    names, email = parseaddr(mail["To"])
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    return Read(decoded(names), email, decoded(mail["Subject"]), lines(body.decode(str(mail.get_content_charset()))))


def decoded(value: str) -> str:
    """As whoever uses the old policy does it: unfolded, then decoded."""
    return str(make_header(decode_header(value.replace("\r\n", ""))))


def lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def mail(names: str, subject: str, body: str, email: str | None = EMAIL) -> bytes:
    return mail_of(Addressee("p-00000001", names, email, "kk"), Letter("n", subject, body, DAY))


def check(names: str, subject: str, body: str) -> None:
    """Right to the letter; but `policy.default` may show a space too many between words of a name (Python 3.13.0)."""
    raw = mail(names, subject, body)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.partition(b"\r\n\r\n")[0].isascii()
    shown = Read(names, EMAIL, " ".join(subject.split()), body)
    assert read_by_compat32(raw) == shown
    by_default = read_by_default(raw)
    assert by_default.names.split() == names.split()
    assert msgspec.structs.replace(by_default, names=names) == shown
    words = words_of(raw)
    assert all(each in lines(words) for each in (shown.subject, body))


def may_be_registered(names: str) -> bool:
    try:
        check_draft(PersonDraft(names))
    except PersonProblem:
        return False
    return max(len(word) for word in names.split()) <= 180


LETTERS = st.sampled_from(KAZAKH + KAZAKH.upper() + "abcXYZ") | st.sampled_from(
    "\"',.;:()<>[]@\\=?_ -\u200e\u200f\u200d"
)
NAMES = (st.text(LETTERS, max_size=200) | st.text(max_size=60)).map(str.strip).filter(may_be_registered)
PROSE = st.text(LETTERS | st.characters() | st.sampled_from("\n\t"), max_size=300).filter(
    lambda text: unprintable(text, lines=True) is None
)


@settings(max_examples=150, deadline=None)
@given(names=NAMES, subject=PROSE, body=PROSE, times=st.sampled_from((1, 1, 10)))
def test_a_letter_reads_back_with_its_words(names: str, subject: str, body: str, times: int) -> None:
    check(names, subject * times, body * times + "\n")


@pytest.mark.parametrize(
    "names",
    [
        'Айгүл "Ая" Сәрсенқызы',
        "Сәрсенқызы, Айгүл (директор) <НЗМ>",
        'O\'Neil, "Ann" <ann@example.kz>',
        "Сәрсенқызы Айгүл Бауыржанқызы Ұзынқызы " * 5,
        "Қожахметова-Нұрсұлтанова-Сәрсенбаева Үміт",
        "ү" * 180,
        "x" * 180,
        "long latin name " * 12,
        "two  spaces",
        "عائشة\u200f Ұлы",
        "=?utf-8?q?x?=",
        "back\\slash",
    ],
)
def test_a_name_reads_back_however_it_is_written(names: str) -> None:
    check(names.strip(), names, f"Сәлеметсіз бе, {names}!\n")


def test_the_words_of_a_line_that_was_folded_stand_in_one_line() -> None:
    """Whoever is looked for by name in the letters of others is found also where a line of the head ends."""
    name = "A name of Latin letters alone that does not fit into one line of the head of a letter " * 2
    assert name.strip() in words_of(mail(name.strip(), name, "\n"))


@pytest.mark.parametrize("word", ["Kaskad", "Тәлімгерлік"])
def test_a_long_subject_and_long_lines_read_back(word: str) -> None:
    for long in (" ".join([word] * 400), word * 400):
        check("Reader", long, f"{long}\n\n.\nFrom here\n ends with spaces  \n{long}\n")


def test_what_the_standard_says_of_encoded_words_holds_for_names_of_people() -> None:
    """No word over 75 characters, no line with one over 76 (RFC 2047)."""
    head = mail("Сәрсенқызы Айгүл Бауыржанқызы " * 6, "Мерзімі өтті, мектеп: " * 20, "-\n").partition(b"\r\n\r\n")[0]
    with_words = [line for line in head.decode().split("\r\n") if "=?" in line]
    assert len(with_words) > 20
    assert max(len(line) for line in with_words) <= 76
    assert all(len(word) <= 75 for line in with_words for word in re.findall(r"=\?\S+\?=", line))


def test_what_latin_letters_say_stands_there_to_be_read_without_a_mail_program() -> None:
    raw = mail("Ann O'Neil", "School north: The plan, attempt 2 " * 5, "Привет\n").decode()
    assert "To: Ann O'Neil <reader@example.kz>\r\n" in raw
    assert "Subject: School north: The plan, attempt 2 School" in raw
    assert raw.endswith("\r\n\r\nПривет\r\n")


@pytest.mark.parametrize(
    ("email", "address"),
    [
        ("a@мектеп.қаз", "a@xn--e1aaogsq.xn--80ao21a"),
        ("a.b+c@example.kz", "a.b+c@example.kz"),
        *((each, "p-00000001@kaskad.invalid") for each in ("a..b@example.kz", "мектеп@example.kz", "a(b)@c.kz", None)),
    ],
)
def test_an_address_that_mail_can_not_say_leaves_the_name(email: str | None, address: str) -> None:
    raw = mail("Айгүл", "-", "-\n", email)
    for read in (read_by_default, read_by_compat32):
        assert (read(raw).names, read(raw).email) == ("Айгүл", address)


def test_an_erasure_finds_whom_letters_of_every_version_show(tmp_path: Path) -> None:
    box = Mailbox(tmp_path)
    names = "Сәрсенқызы Айгүл"
    box.put(Addressee("p-00000001", names), Letter("to", "-", "-\n", DAY))
    box.put(Addressee("p-00000002"), Letter("subject", f"Бару: {'ұзын ' * 30}{names}", "-\n", DAY))
    box.put(Addressee("p-00000002"), Letter("body", "-", f"Өткізетін: {names}\n", DAY))
    box.put(Addressee("p-00000002"), Letter("long", "-", "ұзын " * 300 + names, DAY))
    (tmp_path / "p-00000002" / "earlier.eml").write_bytes(f"To: {names} <a@b.kz>\r\nSubject: -\r\n\r\n-".encode())
    box.put(Addressee("p-00000002"), Letter("another", "-", "-\n", DAY))
    assert box.discard_showing(lambda text: "p-00000001" if names in text else None) == 5
    assert len(box.letters("p-00000002")) == 1
