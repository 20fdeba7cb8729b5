"""A text shows somebody by the name as people write it, by the e-mail address, or by the phone number."""

import pytest

from people.likeness import Likeness
from people.person import Person

SEITKYZY = Person("p-00000001", "Сейітқызы Гүлнәр", "gulnar@school.kz", "+7 701 234-56-78", "kk")
IVANOVA = Person("p-00000002", "Иванова Анна", None, None, "ru")
LEE = Person("p-00000003", "Ли Ан", None, None, "ru")
OTHERS = (
    Person("p-00000004", "Ахметова Гүлнәр", None, None, "kk"),
    Person("p-00000005", "Анна Петрова", None, None, "ru"),
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Сейітқызы келмеді", SEITKYZY),
        ("СЕЙІТҚЫЗЫМЕН сөйлестім", SEITKYZY),
        ("Гүлнәр келмеді", None),
        ("тәртіп сейітқызы-гүлнәр.pdf", SEITKYZY),
        ("write to Gulnar@School.KZ", SEITKYZY),
        ("call 8 (701) 2345678 please", SEITKYZY),
        ("call 8 (701) 2345679 please", None),
        ("жалоба на Иванову", IVANOVA),
        ("жалоба на Ивановой", IVANOVA),
        ("Анна заболела", None),
        ("пришла ли она", None),
        ("пришёл Ли Ан", LEE),
        ("школа № 12345678", None),
        ("Се\u200dйіт\u200eқызы", SEITKYZY),
        ("", None),
    ],
)
def test_a_text_shows_whom_it_names(text: str, shown: Person | None) -> None:
    likeness = Likeness((SEITKYZY, IVANOVA, LEE), OTHERS)
    assert likeness(text) == (None if shown is None else shown.person)


def test_nobody_is_shown_where_nobody_is_sought() -> None:
    likeness = Likeness((), OTHERS)
    assert not likeness
    assert likeness("Анна Петрова") is None
