"""After an erasure nothing in the data folder tells who it was, and no key that remains could."""

import base64
import secrets
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from people.cipher import decrypt
from people.errors import PersonProblem, RegistryUnavailable
from people.person import PersonDraft
from people.registry import Registry, open_registry
from people.store import sqlite_module
from tests.people.asking import is_erased

NAMES = "Ерекше-Аты Жоқтегі"
EMAIL = "erekshe@mektep.example"


def rows(path: Path, query: str) -> list[Any]:
    connection = sqlite_module().connect(path)
    try:
        return list(connection.execute(query).fetchall())
    finally:
        connection.close()


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def crowd(registry: Registry, size: int = 300) -> None:
    registry.add_all([PersonDraft(f"other {n} " + "x" * (n % 120), f"other{n}@place.example") for n in range(size)])


def test_no_personal_text_stands_in_the_folder_even_before(registry: Registry, folder: Path) -> None:
    registry.add(PersonDraft(NAMES, EMAIL, "+7 700 123 45 67"))
    whole = all_bytes(folder)
    for text in (NAMES, EMAIL, "700 123 45 67", "Жоқтегі"):
        assert text.encode() not in whole


def test_an_erased_person_is_gone_from_every_question(registry: Registry) -> None:
    person = registry.add(PersonDraft(NAMES, EMAIL)).person
    assert registry.apply_erasures([person]) == 1
    assert is_erased(registry, person)
    assert registry.persons() == []
    assert registry.names_of([person]) == {}
    assert registry.find_by_email(EMAIL) is None
    for ask in (registry.show, lambda p: registry.update(p, names="n")):
        with pytest.raises(PersonProblem) as caught:
            ask(person)
        assert caught.value.code == "person-erased"


def test_an_erasure_done_again_changes_nothing(registry: Registry) -> None:
    person = registry.add(PersonDraft(NAMES)).person
    assert [registry.apply_erasures([person]), registry.apply_erasures([person])] == [1, 0]


def test_of_whom_nothing_is_known_there_is_nothing_to_erase(registry: Registry) -> None:
    assert registry.apply_erasures(["p-zzzzzzzz"]) == 0
    assert is_erased(registry, "p-zzzzzzzz")


def test_the_id_of_an_erased_person_is_not_given_out_again(registry: Registry) -> None:
    registry.add(PersonDraft(NAMES, person="p-00000001"))
    registry.apply_erasures(["p-00000001"])
    with pytest.raises(PersonProblem) as caught:
        registry.add(PersonDraft("somebody else", person="p-00000001"))
    assert caught.value.code == "person-erased"


def test_the_email_of_an_erased_person_is_free_again(registry: Registry) -> None:
    registry.apply_erasures([registry.add(PersonDraft(NAMES, EMAIL)).person])
    assert registry.add(PersonDraft("n", EMAIL)) == registry.find_by_email(EMAIL)


def test_no_byte_of_the_key_the_data_or_the_index_remains(registry: Registry, folder: Path) -> None:
    crowd(registry)
    person = registry.add(PersonDraft(NAMES, EMAIL)).person
    crowd_after = [PersonDraft(f"later {n}") for n in range(300)]
    registry.add_all(crowd_after)
    [(key,)] = rows(folder / "keys.sqlite", f"SELECT key FROM person_keys WHERE person = '{person}'")
    [(sealed, index)] = rows(
        folder / "people.sqlite", f"SELECT sealed, email_index FROM persons WHERE person = '{person}'"
    )
    whole = all_bytes(folder)
    assert key in whole
    assert sealed in whole
    registry.apply_erasures([person])
    whole = all_bytes(folder)
    for trace in (key, sealed, str(index).encode(), NAMES.encode(), EMAIL.encode()):
        assert trace not in whole
    assert sorted(path.name for path in folder.iterdir()) == ["keys.sqlite", "people.sqlite"]


def test_no_part_of_a_destroyed_key_remains_after_many_erasures(registry: Registry, folder: Path) -> None:
    crowd(registry)
    keys: dict[str, bytes] = dict(rows(folder / "keys.sqlite", "SELECT person, key FROM person_keys"))
    gone = sorted(keys)[::2]
    assert registry.apply_erasures(gone) == 150
    whole = all_bytes(folder)
    assert not [person for person in gone if keys[person][:12] in whole or keys[person][-12:] in whole]
    assert len(registry.persons()) == 150


def test_no_key_that_remains_decrypts_the_erased_data(registry: Registry, folder: Path) -> None:
    crowd(registry, 40)
    person = registry.add(PersonDraft(NAMES, EMAIL)).person
    [(sealed,)] = rows(folder / "people.sqlite", f"SELECT sealed FROM persons WHERE person = '{person}'")
    registry.apply_erasures([person])
    kept = rows(folder / "keys.sqlite", "SELECT key FROM person_keys UNION ALL SELECT key FROM index_keys")
    assert len(kept) == 41
    for (key,) in kept:
        with pytest.raises(InvalidTag):
            decrypt(sealed, key, person)


def test_an_erasure_broken_off_after_the_key_went_is_finished_by_the_next(registry: Registry, folder: Path) -> None:
    person = registry.add(PersonDraft(NAMES, EMAIL)).person
    registry._keys.destroy([person])
    assert registry.persons() == []
    with pytest.raises(PersonProblem) as caught:
        registry.show(person)
    assert caught.value.code == "person-erased"
    assert registry.apply_erasures([person]) == 1
    assert rows(folder / "people.sqlite", "SELECT count(*) FROM persons") == [(0,)]


def test_an_erasure_broken_off_does_not_hold_the_email(registry: Registry) -> None:
    person = registry.add(PersonDraft(NAMES, EMAIL)).person
    registry._keys.destroy([person])
    added = registry.add(PersonDraft("n", EMAIL))
    assert registry.find_by_email(EMAIL) == added
    assert is_erased(registry, person)


def test_a_key_does_not_open_the_data_of_another_person(registry: Registry, folder: Path) -> None:
    first, second = registry.add_all([PersonDraft("a"), PersonDraft("b")])
    connection = sqlite_module().connect(folder / "people.sqlite")
    connection.execute(
        "UPDATE persons SET sealed = (SELECT sealed FROM persons WHERE person = ?) WHERE person = ?",
        (first.person, second.person),
    )
    connection.commit()
    connection.close()
    with pytest.raises(RegistryUnavailable, match="does not fit its key"):
        registry.show(second.person)


def test_a_restored_backup_leaves_out_whom_the_log_says_to_be_erased(registry: Registry, folder: Path) -> None:
    person = registry.add(PersonDraft(NAMES, EMAIL)).person
    other = registry.add(PersonDraft("stays", "stays@place.example"))
    backup = folder.parent / "backup"
    backup.mkdir()
    registry.backup(backup)
    [(key,)] = rows(backup / "keys.sqlite", f"SELECT key FROM person_keys WHERE person = '{person}'")
    elsewhere = folder.parent / "elsewhere"
    with open_registry(elsewhere / "people.sqlite", elsewhere / "keys.sqlite", environment={}) as restored:
        assert restored.restore(backup, erased=[person]) == 1
        assert restored.persons() == [other]
        assert restored.find_by_email("stays@place.example") == other
        assert is_erased(restored, person)
    assert key not in all_bytes(elsewhere)


def test_what_was_erased_since_the_backup_stays_erased_without_the_log(registry: Registry, tmp_path: Path) -> None:
    person = registry.add(PersonDraft(NAMES, EMAIL)).person
    registry.backup(tmp_path)
    registry.apply_erasures([person])
    assert registry.restore(tmp_path, erased=[]) == 0
    assert is_erased(registry, person)


def test_a_restore_brings_back_the_moment_of_the_backup(registry: Registry, tmp_path: Path) -> None:
    before = registry.add(PersonDraft("before", "a@place.example"))
    registry.backup(tmp_path)
    registry.update(before.person, names="changed")
    registry.add(PersonDraft("after"))
    assert registry.restore(tmp_path, erased=[]) == 1
    assert registry.persons() == [before]


def test_a_backup_is_never_overwritten(registry: Registry, tmp_path: Path) -> None:
    registry.backup(tmp_path)
    with pytest.raises(PersonProblem) as caught:
        registry.backup(tmp_path)
    assert caught.value.code == "backup-exists"


def test_a_missing_or_damaged_backup_changes_nothing(registry: Registry, tmp_path: Path) -> None:
    added = registry.add(PersonDraft("n"))
    with pytest.raises(PersonProblem) as missing:
        registry.restore(tmp_path / "nowhere", erased=[])
    backup = tmp_path / "backup"
    backup.mkdir()
    registry.backup(backup)
    (backup / "keys.sqlite").write_bytes(b"\0" * 5000)
    with pytest.raises(PersonProblem) as damaged:
        registry.restore(backup, erased=[])
    assert [missing.value.code, damaged.value.code] == ["backup-missing", "backup-damaged"]
    assert registry.persons() == [added]


def test_a_master_key_wraps_the_keys_of_persons(tmp_path: Path) -> None:
    master = {"KASKAD_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode()}
    other = {"KASKAD_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode()}
    stores = (tmp_path / "people.sqlite", tmp_path / "keys.sqlite")
    with open_registry(*stores, environment=master) as registry:
        added = registry.add(PersonDraft(NAMES))
    with open_registry(*stores, environment=master) as registry:
        assert registry.show(added.person) == added
    for environment, sentence in (({}, "set KASKAD_MASTER_KEY"), (other, "another KASKAD_MASTER_KEY")):
        with pytest.raises(RegistryUnavailable, match=sentence):
            open_registry(*stores, environment=environment)


def test_keys_made_before_there_was_a_master_key_can_be_wrapped(registry: Registry, folder: Path) -> None:
    added = registry.add(PersonDraft(NAMES))
    [(key,)] = rows(folder / "keys.sqlite", "SELECT key FROM person_keys")
    master = {"KASKAD_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode()}
    with open_registry(folder / "people.sqlite", folder / "keys.sqlite", environment=master) as wrapping:
        assert wrapping.wrap_keys() == 2
        assert wrapping.wrap_keys() == 0
        assert wrapping.show(added.person) == added
    assert key not in all_bytes(folder)


def test_a_backup_under_another_master_key_is_refused_and_changes_nothing(registry: Registry, tmp_path: Path) -> None:
    added = registry.add(PersonDraft("n"))
    master = {"KASKAD_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode()}
    with open_registry(tmp_path / "a.sqlite", tmp_path / "b.sqlite", environment=master) as wrapped:
        wrapped.backup(tmp_path)
    with pytest.raises(RegistryUnavailable, match="KASKAD_MASTER_KEY"):
        registry.restore(tmp_path, erased=[])
    assert registry.persons() == [added]


@pytest.mark.parametrize("text", ["short", "!!!", base64.b64encode(b"0" * 31).decode()])
def test_a_malformed_master_key_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(RegistryUnavailable, match="32 bytes in base64"):
        open_registry(tmp_path / "a", tmp_path / "b", environment={"KASKAD_MASTER_KEY": text})
    assert list(tmp_path.iterdir()) == []
