"""docs/events.md can't drift from the events: it is written from them, and each of their fields has a meaning."""

import msgspec

from domain.codec import EVENT_BY_KIND
from tests.docs.event_meanings import FIELDS, KINDS, PARTS
from tests.docs.event_pages import PAGE, page, structs


def test_the_page_of_events_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m tests.docs.event_pages"


def test_every_kind_of_event_is_on_the_page_with_its_schema() -> None:
    text = PAGE.read_text(encoding="utf-8")
    sections = {part.partition("\n")[0]: part for part in text.split("\n### ")[1:]}
    assert [kind for kind, event in EVENT_BY_KIND.items() if f"Schema {event.schema}." not in sections[kind]] == []


def test_no_meaning_is_of_something_that_is_not_there() -> None:
    owners = {each.__name__: each for each in (*EVENT_BY_KIND.values(), *structs())}
    names = {name: {field.name for field in msgspec.structs.fields(each)} for name, each in owners.items()}
    anywhere = set().union(*names.values())
    known = {*anywhere, *(f"{owner}.{field}" for owner, fields in names.items() for field in fields)}
    assert sorted(FIELDS.keys() - known) == []
    assert KINDS.keys() == EVENT_BY_KIND.keys()
    assert PARTS.keys() == {each.__name__ for each in structs()}
