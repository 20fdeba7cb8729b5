"""What goes into the registry of persons comes out of it, and what can't be kept is refused with a sentence."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.identity import is_person_id
from people.errors import PersonProblem, RegistryTooNew, RegistryUnavailable
from people.opaque import new_person_id
from people.person import PersonDraft, check_draft
from people.registry import Registry, open_registry
from people.store import sqlite_module

KAZAKH_NAMES = "Әңғүұқөһі ӘҢҒҮҰҚӨҺІ"
PERMITTED_NAMES = st.text(
    st.one_of(
        st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Cn")),
        st.sampled_from("\u200c\u200d\u200e\u200f\u061c\u2060ӘәІіҢңҒғҮүҰұҚқӨөҺһ"),
    ),
    min_size=1,
    max_size=200,
).filter(lambda text: any(character.isalpha() for character in text))


def code_of(draft: PersonDraft) -> str:
    with pytest.raises(PersonProblem) as caught:
        check_draft(draft)
    return caught.value.code


def test_a_person_comes_back_as_added(registry: Registry) -> None:
    added = registry.add(PersonDraft(KAZAKH_NAMES, "a@mektep.example", "+7 (700) 000-00-00", "kk"))
    assert is_person_id(added.person)
    assert registry.show(added.person) == added
    assert (added.names, added.email, added.phone, added.language) == (
        KAZAKH_NAMES,
        "a@mektep.example",
        "+7 (700) 000-00-00",
        "kk",
    )


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=PERMITTED_NAMES)
def test_every_permitted_name_comes_back_exactly_as_it_went_in(registry: Registry, names: str) -> None:
    added = registry.add(PersonDraft(names))
    assert registry.show(added.person).names == names


@settings(deadline=None)
@given(st.text(max_size=300), st.none() | st.text(max_size=300), st.none() | st.text(max_size=60))
def test_any_text_is_taken_or_refused_with_a_sentence(names: str, email: str | None, phone: str | None) -> None:
    try:
        check_draft(PersonDraft(names, email, phone))
    except PersonProblem as problem:
        sentence = str(problem)
    else:
        sentence = "Taken."
    assert sentence.encode().endswith(b".")


@pytest.mark.parametrize("names", ["", "   ", "\u200f", "12345"])
def test_a_name_without_a_letter_is_refused(names: str) -> None:
    assert code_of(PersonDraft(names)) == "names-empty"


@pytest.mark.parametrize(
    "character", ["\0", "\n", "\t", "\x1b", "\x7f", "\x85", "\u2028", "\u202e", "\u2066", "\ufeff", "\u00ad"]
)
def test_control_characters_and_deceptive_ones_are_refused_by_their_number(character: str) -> None:
    with pytest.raises(PersonProblem, match=f"U\\+{ord(character):04X}"):
        check_draft(PersonDraft(f"Name{character}"))


def test_text_that_is_not_unicode_is_refused() -> None:
    assert code_of(PersonDraft("Name\udcff")) == "text-not-unicode"


@pytest.mark.parametrize(
    "draft",
    [
        PersonDraft("n" * 201),
        PersonDraft("n", email="e" * 243 + "@place.example"),
        PersonDraft("n", phone="7" * 33),
    ],
)
def test_texts_over_the_limits_are_refused(draft: PersonDraft) -> None:
    assert code_of(draft) == "text-too-long"


def test_texts_at_the_limits_are_taken(registry: Registry) -> None:
    draft = PersonDraft("қ" * 200, email="e" * 240 + "@place.example", phone="7" * 32)
    assert registry.show(registry.add(draft).person).names == draft.names


@pytest.mark.parametrize("email", ["", "name", "@place.example", "name@", "a b@place.example", "a@b@c.example", "a@b."])
def test_a_malformed_email_is_refused(email: str) -> None:
    assert code_of(PersonDraft("n", email=email)) == "email-malformed"


def test_a_phone_number_without_a_digit_is_refused() -> None:
    assert code_of(PersonDraft("n", phone="none")) == "phone-malformed"


def test_an_unknown_language_is_refused() -> None:
    assert code_of(PersonDraft("n", language="de")) == "language-unknown"  # type: ignore[arg-type]


def test_a_malformed_id_chosen_beforehand_is_refused() -> None:
    assert code_of(PersonDraft("n", person="nis-semey")) == "person-id-malformed"


def test_ids_are_opaque_and_different() -> None:
    ids = {new_person_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(is_person_id(person) for person in ids)


def test_a_person_is_found_by_email_in_any_case(registry: Registry) -> None:
    added = registry.add(PersonDraft("n", "Name@Mektep.example"))
    assert registry.find_by_email(" name@mektep.EXAMPLE ") == added
    assert registry.find_by_email("other@mektep.example") is None


def test_an_email_belongs_to_one_person(registry: Registry) -> None:
    first = registry.add(PersonDraft("n", "a@place.example"))
    with pytest.raises(PersonProblem) as caught:
        registry.add(PersonDraft("m", "A@place.example"))
    assert (caught.value.code, caught.value.params["person"]) == ("email-known", first.person)


def test_of_several_persons_all_are_added_or_none(registry: Registry) -> None:
    with pytest.raises(PersonProblem, match="e-mail"):
        registry.add_all([PersonDraft("a", "a@place.example"), PersonDraft("b", "a@place.example")])
    assert registry.persons() == []
    assert [p.names for p in registry.add_all([PersonDraft("b"), PersonDraft("a")])] == ["b", "a"]
    assert [p.names for p in registry.persons()] == ["a", "b"]


def test_the_same_person_added_again_under_its_id_is_the_one_that_is_there(registry: Registry) -> None:
    draft = PersonDraft("n", "a@place.example", person="p-00000001")
    assert registry.add(draft) == registry.add(draft)
    assert registry.add_all([draft, draft])[1].person == "p-00000001"
    with pytest.raises(PersonProblem) as caught:
        registry.add(PersonDraft("other", person="p-00000001"))
    assert caught.value.code == "person-known"


def test_a_change_leaves_what_was_not_given(registry: Registry) -> None:
    added = registry.add(PersonDraft("n", "a@place.example", "1", "ru"))
    changed = registry.update(added.person, names="m", email=None)
    assert (changed.names, changed.email, changed.phone, changed.language) == ("m", None, "1", "ru")
    assert registry.show(added.person) == changed
    assert registry.find_by_email("a@place.example") is None


def test_a_change_that_is_refused_changes_nothing(registry: Registry) -> None:
    registry.add(PersonDraft("n", "a@place.example"))
    other = registry.add(PersonDraft("m"))
    with pytest.raises(PersonProblem, match="already belongs"):
        registry.update(other.person, email="a@place.example")
    with pytest.raises(PersonProblem, match="U\\+0000"):
        registry.update(other.person, names="\0")
    assert registry.show(other.person) == other


def test_a_change_of_email_moves_what_one_is_found_by(registry: Registry) -> None:
    added = registry.add(PersonDraft("n", "a@place.example"))
    registry.update(added.person, email="b@place.example")
    assert registry.find_by_email("a@place.example") is None
    assert registry.find_by_email("b@place.example") == registry.show(added.person)
    registry.add(PersonDraft("m", "a@place.example"))


def test_names_of_many_leave_out_the_unknown(registry: Registry) -> None:
    added = registry.add_all([PersonDraft(f"name {number}") for number in range(1200)])
    names = registry.names_of([*(person.person for person in added), "p-zzzzzzzz"])
    assert names == {person.person: person.names for person in added}


def test_an_unknown_person_is_refused(registry: Registry) -> None:
    with pytest.raises(PersonProblem) as caught:
        registry.show("p-zzzzzzzz")
    assert caught.value.code == "person-unknown"


def test_the_stores_are_for_their_owner_alone(registry: Registry, folder: Path) -> None:
    registry.add(PersonDraft("n"))
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_a_file_of_somebody_else_is_refused_and_left_as_it_was(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    words, table = folder / "words", folder / "table.sqlite"
    words.write_text("no database " * 100)
    connection = sqlite_module().connect(table)
    connection.execute("CREATE TABLE other (x)")
    connection.close()
    for path in (words, table):
        path.chmod(0o644)
        before = path.read_bytes()
        with pytest.raises(RegistryUnavailable):
            open_registry(path, folder / "k.sqlite")
        assert path.stat().st_mode & 0o777 == 0o644
        assert path.read_bytes() == before


@pytest.mark.parametrize("store", ["people.sqlite", "keys.sqlite"])
def test_a_store_of_a_newer_version_is_refused(registry: Registry, folder: Path, store: str) -> None:
    connection = sqlite_module().connect(folder / store)
    table = "registry_version" if store == "people.sqlite" else "keys_version"
    connection.execute(f"UPDATE {table} SET number = 99")
    connection.commit()
    connection.close()
    with pytest.raises(RegistryTooNew, match="newer version"):
        open_registry(folder / "people.sqlite", folder / "keys.sqlite", environment={})


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "people.sqlite").write_text("not a database " * 100)
    with pytest.raises(RegistryUnavailable, match="registry of persons"):
        open_registry(tmp_path / "people.sqlite", tmp_path / "keys.sqlite", environment={})


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "://", "nothing://x", "mysql+nothing://x/y"])
def test_an_address_that_can_not_be_used_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(RegistryUnavailable):
        open_registry(url, tmp_path / "keys.sqlite", environment={})


def test_a_place_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RegistryUnavailable, match="can't be opened"):
        open_registry(tmp_path / "file" / "people.sqlite", tmp_path / "keys.sqlite", environment={})


def test_the_keys_are_not_kept_beside_the_persons(tmp_path: Path) -> None:
    with pytest.raises(RegistryUnavailable, match="two different stores"):
        open_registry(tmp_path / "one.sqlite", f"sqlite:///{tmp_path}/one.sqlite", environment={})


def test_a_locked_registry_says_so(registry: Registry, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("people.store.PATIENCE_SECONDS", 0)
    holder = sqlite_module().connect(folder / "people.sqlite", isolation_level=None)
    with open_registry(folder / "people.sqlite", folder / "keys.sqlite", environment={}) as impatient:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(RegistryUnavailable, match="locked by another process"):
            impatient.add(PersonDraft("n"))
    holder.close()


def test_a_full_disk_is_told_and_changes_nothing(registry: Registry) -> None:
    added = registry.add(PersonDraft("n"))
    with registry._store.reading() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
    with pytest.raises(RegistryUnavailable, match="the disk is full"):
        registry.add_all([PersonDraft("n" * 200)] * 200)
    assert registry.persons() == [added]


def test_the_package_itself_imports_no_database() -> None:
    script = "import sys, people, people.errors, people.person, people.opaque; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
