"""After an erasure nothing in the data folder tells who somebody was, and the log still verifies."""

import asyncio

import pytest

from activities.erasure import apply_erasures, erased_in
from activities.mailbox import Mailbox
from activities.office import Office
from activities.organisation import ask_organisation
from domain.organisation.stream import ErasePerson
from domain.refusal import Refused
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


def test_others_keep_what_is_theirs(kept: Kept) -> None:
    other = kept.register("Kkwqzj Ppqxvz")
    kept.erase()
    with kept.registry() as registry:
        assert registry.show(other).names == "Kkwqzj Ppqxvz"
