"""After an erasure nothing in the data folder tells who somebody was, and the log still verifies."""

import asyncio
from datetime import UTC, datetime

import pytest

from activities.erasure import Traces, apply_erasures, erased_in, traces_of
from activities.letter import Addressee, Letter
from activities.mailbox import Mailbox
from activities.office import Office
from activities.organisation import ask_organisation
from domain.organisation.stream import ErasePerson
from domain.refusal import Refused
from eventlog.record import NewText
from eventlog.verify import verify
from people.errors import PersonProblem
from tests.operations.conftest import EMAIL, NAMES, WROTE, Kept


def test_nothing_in_the_folder_tells_who_somebody_was(kept: Kept) -> None:
    assert {path.parent.parent.name for path in kept.says(NAMES)} >= {"mailbox"}
    assert kept.says(WROTE)
    kept.erase()
    for text in (NAMES, EMAIL, WROTE, "Qqzxwv", "vvxqzzj"):
        assert kept.says(text) == []
    with kept.registry() as registry, pytest.raises(PersonProblem, match="erased"):
        registry.show(kept.person)
    assert Mailbox(kept.settings.mailbox).letters(kept.person) == []


def test_the_log_keeps_its_history_and_its_hashes(kept: Kept) -> None:
    with kept.log() as log:
        before = log.read()
    kept.erase()
    with kept.log() as log:
        assert log.read()[: len(before)] == before
        assert [record.kind for record in log.read(after=len(before))] == ["PersonErased"]
        assert verify(log).is_sound
        assert erased_in(log) == {kept.person}
        assert log.outbox.waiting() == 0


def test_erased_twice_is_erased_once(kept: Kept) -> None:
    kept.erase()
    with kept.log() as log:
        size = log.head().size
    kept.erase()
    with kept.log() as log, kept.registry() as registry:
        assert log.head().size == size
        assert apply_erasures(log, registry, kept.settings.mailbox) == 0


def test_an_erasure_that_was_broken_off_after_its_event_is_finished_by_the_next_start(kept: Kept) -> None:
    command = ErasePerson(id="erase:1", actor=kept.operator, person=kept.person)
    with kept.log() as log:
        asyncio.run(ask_organisation(Office(log).door, command))
    assert kept.says(WROTE)
    with kept.log() as log, kept.registry() as registry:
        assert apply_erasures(log, registry, kept.settings.mailbox) > 0
    assert kept.says(WROTE) == kept.says(NAMES) == []


def test_where_the_erasure_is_refused_nothing_is_erased(kept: Kept) -> None:
    with pytest.raises(Refused, match="only operator"):
        kept.erase(kept.operator)
    with kept.registry() as registry:
        assert registry.show(kept.operator).person == kept.operator
    assert kept.says(WROTE)


def test_what_others_wrote_that_shows_the_person_goes_as_well(kept: Kept) -> None:
    with kept.log() as log:
        log.texts.put(NewText("t-2", b"salt-of-t2", "we asked JJKQXZ twice", kept.operator))
        log.texts.put(NewText("t-3", b"salt-of-t3", "nobody is meant", kept.operator))
    mailbox = Mailbox(kept.settings.mailbox)
    for number, (subject, body) in enumerate((("Where", "It is held at Jjkqxz's"), ("Бару: Jjkqxz " + "и" * 90, "-"))):
        letter = Letter(f"k{number}", subject, body, datetime(2025, 1, 2, number, tzinfo=UTC))
        mailbox.put(Addressee(kept.operator, "Kkwqzj", None), letter)
    with kept.log() as log, kept.registry() as registry:
        traces = traces_of(log, registry, kept.settings.mailbox, kept.person)
    assert traces == Traces(texts=1, messages=2)
    kept.erase()
    for text in ("JJKQXZ", "Jjkqxz", "salt-of-t2"):
        assert kept.says(text) == []
    with kept.log() as log, kept.registry() as registry:
        assert log.texts.get("t-3") == "nobody is meant"
        entry = log.texts.entry("t-2")
        assert entry is not None
        assert (entry.person, entry.body) == (kept.person, None)
        assert entry.erased_at is not None
        assert traces_of(log, registry, kept.settings.mailbox, kept.person) == Traces(0, 0)


def test_others_keep_what_is_theirs(kept: Kept) -> None:
    other = kept.register("Kkwqzj Ppqxvz")
    kept.erase()
    with kept.registry() as registry:
        assert registry.show(other).names == "Kkwqzj Ppqxvz"
