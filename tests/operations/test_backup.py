"""What is backed up comes back whole or not at all, without those who were erased meanwhile."""

import errno
import io
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection

from activities.artefact_errors import ArtefactStoreUnavailable
from activities.artefacts import open_artefacts
from activities.backup import BackupProblem, Manifest, Stores, make_backup
from activities.erasure import erased_in
from activities.organisation import first_operator
from activities.restoring import Restored, bring_back, check_backup, lost_by
from audit.verifying import verify_log
from audit.views import compare
from eventlog.canonical import canonical
from eventlog.copy import copy_log
from eventlog.log import open_log
from eventlog.record import Append, NewEvent, NewText
from people.errors import PersonProblem, RegistryUnavailable
from people.registry import open_registry
from runtime.settings import Settings
from tests.audit.tampering import opened
from tests.operations.conftest import FILE, NAMES, WROTE, Kept
from tests.terminal.calling import Calls


def restored(stores: Stores, folder: Path, more_erased: set[str] | None = None) -> Restored:
    return bring_back(stores, folder, check_backup(folder), more_erased or set())


@pytest.fixture
def backup(kept: Kept, tmp_path: Path) -> Path:
    folder = tmp_path / "backup"
    make_backup(kept.settings, folder, "0.1.0")
    return folder


def test_everything_comes_back_on_another_machine(kept: Kept, backup: Path, elsewhere: Settings) -> None:
    outcome = restored(elsewhere, backup)
    assert (outcome.persons, outcome.evidence, outcome.erased_again, outcome.kept_aside) == (2, 1, 0, None)
    with kept.log() as log, open_log(elsewhere.log) as there:
        assert there.head() == log.head()
        assert there.read() == log.read()
        assert there.texts.get("t-1") == WROTE
        assert there.outbox.waiting() == log.outbox.waiting() == 1
        assert list(there.rows("rights")) == list(log.rows("rights"))
    with open_registry(elsewhere.registry, elsewhere.keys) as registry:
        assert registry.show(kept.person).names == NAMES
    evidence = open_artefacts(elsewhere.evidence)
    assert [b"".join(evidence.read(each)) for each in evidence.hashes()] == [FILE]


def test_the_manifest_says_what_is_in_it(kept: Kept, backup: Path) -> None:
    manifest = msgspec.json.decode((backup / "manifest.json").read_bytes(), type=Manifest)
    with kept.log() as log:
        assert manifest.mark == f"{log.head().size}:{log.head().root}"
    assert {file.path for file in manifest.files} == {"events.db", "people/people.sqlite", "people/keys.sqlite"}
    assert (manifest.kaskad, manifest.evidence.copied, manifest.evidence.files) == ("0.1.0", True, 1)
    assert backup.stat().st_mode & 0o077 == 0


def test_a_backup_replaces_nothing_and_leaves_nothing_half_done(kept: Kept, backup: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupProblem, match=r"replaces nothing.*Name a new folder"):
        make_backup(kept.settings, backup, "0.1.0")
    Path(kept.settings.keys).unlink()
    Path(kept.settings.keys).mkdir()
    with pytest.raises(Exception, match="key store"):
        make_backup(kept.settings, tmp_path / "second", "0.1.0")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "var"]


def test_a_full_disk_is_told_as_that_of_the_backup(kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def onto_a_full_disk(_: object, __: object, target: Connection, *___: object) -> None:
        (pages,) = target.exec_driver_sql("PRAGMA page_count").one()
        target.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        target.exec_driver_sql("CREATE TABLE more (entry)")

    monkeypatch.setattr("eventlog.backup.carry", onto_a_full_disk)
    folder = tmp_path / "second"
    with pytest.raises(BackupProblem, match=f"^The disk that holds {folder} is full.$"):
        make_backup(kept.settings, folder, "0.1.0")


def test_a_full_disk_is_told_as_that_of_the_backup_also_where_it_fills_later(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    folder = tmp_path / "second"
    for step in ("people.backup.os.replace", "pathlib.Path.rename"):
        with monkeypatch.context() as patched:
            patched.setattr(step, full)
            with pytest.raises(BackupProblem, match="No space left on device") as told:
                make_backup(kept.settings, folder, "0.1.0")
        assert ".part" not in str(told.value)
        assert str(folder) in str(told.value)


def test_where_a_backup_can_not_be_written_it_is_refused(kept: Kept, backup: Path, tmp_path: Path) -> None:
    calls = Calls(kept.settings.home, kept.operator)
    for place, told in (
        (backup, "is there already: a backup replaces nothing. Name a new one."),
        (tmp_path / "nowhere" / "backup", f"There is no folder {tmp_path}/nowhere to write backup into."),
        (Path("/proc/backup"), "/proc/backup can't be written: No such file or directory."),
    ):
        assert told in calls("backup", place, code=1).err


@pytest.mark.parametrize("lost", ["registry", "keys"])
def test_a_backup_of_nobody_is_none(kept: Kept, tmp_path: Path, lost: str) -> None:
    Path(getattr(kept.settings, lost)).unlink()
    with pytest.raises(BackupProblem, match=r"^There is no registry of persons here\."):
        make_backup(kept.settings, tmp_path / "backup", "0.1.0")
    assert not Path(getattr(kept.settings, lost)).exists()
    open_registry(kept.settings.registry, kept.settings.keys, to_be_replaced=True).close()
    with pytest.raises(BackupProblem, match=r"has nobody whom the log knows\. A backup would be one of nobody"):
        make_backup(kept.settings, tmp_path / "backup", "0.1.0")
    assert not (tmp_path / "backup").exists()


def test_lost_keys_come_back_by_a_restore_and_no_other_way(kept: Kept, backup: Path) -> None:
    Path(kept.settings.keys).unlink()
    for _ in range(2):
        with pytest.raises(RegistryUnavailable, match="its key store has no key: that was lost"):
            kept.registry()
    assert restored(kept.settings, backup).persons == 2
    with kept.registry() as registry:
        assert registry.show(kept.person).names == NAMES


def test_a_person_whom_only_the_log_knows_is_told(kept: Kept, tmp_path: Path) -> None:
    for place in (kept.settings.registry, kept.settings.keys):
        Path(place).unlink()
    again = kept.register("Somebody new")
    told = Calls(kept.settings.home, kept.operator)("backup", tmp_path / "backup").err
    lost = sorted([kept.operator, kept.person])
    assert told == f"2 persons are known to the log and not in the registry: {', '.join(lost)}\n"
    assert check_backup(tmp_path / "backup").persons_missing == tuple(lost)
    assert again not in lost


def test_evidence_that_the_log_names_and_the_store_has_not_is_told(kept: Kept, tmp_path: Path) -> None:
    gone, there = "0" * 64, next(iter(open_artefacts(kept.settings.evidence).hashes()))
    now = datetime.now(UTC)
    data = canonical({"kind": "EvidenceSubmitted", "artefacts": [{"sha256": gone}, {"sha256": there}]})
    with kept.log() as log:
        log.append(
            Append(
                stream="participant:x/y",
                expected=0,
                command_id="submit:1",
                command_digest="0" * 64,
                events=(NewEvent("EvidenceSubmitted", 1, data, now),),
                at=now,
                actor=kept.operator,
            )
        )
    told = Calls(kept.settings.home, kept.operator)("backup", tmp_path / "backup").err
    assert told == f"1 file of evidence is named by the log and not in the store: {gone}\n"
    assert check_backup(tmp_path / "backup").evidence.missing == (gone,)


def _flip(path: Path) -> None:
    path.chmod(0o600)
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(bytes(damaged))


def _evidence_of(folder: Path) -> Path:
    (path,) = (path for path in (folder / "evidence").rglob("*") if path.is_file())
    return path


def _make_newer(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"shape": 1', b'"shape": 2'))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda folder: _flip(folder / "events.db"), "events.db is not what was written"),
        (lambda folder: _flip(folder / "people" / "keys.sqlite"), "keys.sqlite is not what was written"),
        (lambda folder: (folder / "people" / "people.sqlite").unlink(), r"it has no people/people\.sqlite"),
        (lambda folder: _flip(_evidence_of(folder)), "is not what was submitted"),
        (lambda folder: _evidence_of(folder).unlink(), "0 of 1 files of evidence"),
        (lambda folder: (folder / "manifest.json").unlink(), r"is not a backup: it has no manifest\.json"),
        (lambda folder: (folder / "manifest.json").write_text("{"), "can't be read"),
        (_make_newer, "newer version"),
    ],
)
def test_a_damaged_backup_is_not_brought_back(backup: Path, damage: Callable[[Path], object], sentence: str) -> None:
    damage(backup)
    with pytest.raises(BackupProblem, match=sentence):
        check_backup(backup)


def test_evidence_that_is_damaged_in_the_store_is_named_and_left_out(kept: Kept, tmp_path: Path) -> None:
    evidence = open_artefacts(kept.settings.evidence)
    (sha256,) = evidence.hashes()
    _flip(next(Path(kept.settings.evidence).rglob(sha256)))
    manifest = make_backup(kept.settings, tmp_path / "backup", "0.1.0")
    assert manifest.evidence.damaged == (sha256,)
    assert manifest.evidence.files == 0
    check_backup(tmp_path / "backup")


def test_evidence_that_lies_elsewhere_is_not_copied_and_that_is_said(kept: Kept, tmp_path: Path) -> None:
    settings = Settings(home=kept.settings.home, evidence="memory://evidence")
    manifest = make_backup(settings, tmp_path / "backup", "0.1.0")
    assert not manifest.evidence.copied
    check_backup(tmp_path / "backup")


def test_where_the_store_of_evidence_can_t_be_used_persons_and_log_stay_as_they_are(
    backup: Path, elsewhere: Settings
) -> None:
    elsewhere.home.mkdir()
    Path(elsewhere.evidence).touch()
    with pytest.raises(ArtefactStoreUnavailable):
        restored(elsewhere, backup)
    assert not Path(elsewhere.log).exists()
    assert not Path(elsewhere.registry).exists()


def test_a_log_here_that_somebody_forged_is_kept_aside_as_unreadable(kept: Kept, backup: Path) -> None:
    with kept.log() as log:
        size = log.head().size
    with opened(Path(kept.settings.log)) as connection:
        connection.execute("UPDATE events SET leaf = hex(leaf), entry = CAST(entry AS TEXT)")
    assert ".unreadable-" in str(restored(kept.settings, backup).kept_aside)
    with kept.log() as log:
        assert verify_log(log).is_sound
        assert log.head().size == size


def test_evidence_that_came_since_stays_and_what_was_lost_comes_back(kept: Kept, backup: Path) -> None:
    evidence = open_artefacts(kept.settings.evidence)
    (sha256,) = evidence.hashes()
    evidence.delete(sha256)
    newer = evidence.put(io.BytesIO(b"%PDF-1.7 later"), "application/pdf", largest=1000)
    assert restored(kept.settings, backup).evidence == 1
    assert set(evidence.hashes()) == {sha256, newer.sha256}


def test_whoever_is_erased_after_the_backup_stays_erased(kept: Kept, backup: Path) -> None:
    kept.erase()
    outcome = restored(kept.settings, backup)
    assert (outcome.erased_again, outcome.not_recorded, outcome.persons) == (1, (), 1)
    assert kept.says(NAMES) == kept.says(WROTE) == []
    with kept.registry() as registry, pytest.raises(PersonProblem, match="erased"):
        registry.show(kept.person)
    with kept.log() as log:
        assert log.read(limit=100)[-1].kind == "PersonErased"
        assert log.read(limit=100)[-1].actor == kept.operator
        assert log.rows("persons", status="erased")
        assert log.outbox.waiting() == 0
        assert verify_log(log).findings == ()
        assert list(compare(log)) == []


def test_what_others_wrote_about_whoever_is_erased_does_not_come_back(kept: Kept, tmp_path: Path) -> None:
    with kept.log() as log:
        log.texts.put(NewText("t-2", b"salt-of-t2", "we asked JJKQXZ twice", kept.operator))
    make_backup(kept.settings, tmp_path / "backup", "0.1.0")
    kept.erase()
    assert kept.says("JJKQXZ") == []
    restored(kept.settings, tmp_path / "backup")
    assert kept.says("JJKQXZ") == kept.says("salt-of-t2") == []
    with kept.log() as log:
        entry = log.texts.entry("t-2")
    assert entry is not None
    assert (entry.person, entry.body) == (kept.person, None)


def test_where_the_log_is_lost_a_newer_copy_of_it_tells_who_was_erased(
    kept: Kept, backup: Path, elsewhere: Settings, tmp_path: Path
) -> None:
    kept.erase()
    with kept.log() as log:
        copy_log(log, tmp_path / "auditors-copy.db")
    with open_log(tmp_path / "auditors-copy.db", read_only=True) as copied:
        erased = erased_in(copied)
    assert restored(elsewhere, backup, erased).erased_again == 1
    with open_registry(elsewhere.registry, elsewhere.keys) as registry, pytest.raises(PersonProblem, match="erased"):
        registry.show(kept.person)


def test_an_erasure_that_the_backup_has_is_applied_before_anybody_can_read(
    kept: Kept, elsewhere: Settings, tmp_path: Path
) -> None:
    """The registry was copied before the person was erased from it, the log after: the log decides."""
    early = tmp_path / "early"
    make_backup(kept.settings, early, "0.1.0")
    kept.erase()
    late = tmp_path / "late"
    make_backup(kept.settings, late, "0.1.0")
    for name in ("people.sqlite", "keys.sqlite"):
        (late / "people" / name).write_bytes((early / "people" / name).read_bytes())
    manifest = msgspec.json.decode((late / "manifest.json").read_bytes(), type=Manifest)
    bring_back(elsewhere, late, manifest)
    with open_registry(elsewhere.registry, elsewhere.keys) as registry, pytest.raises(PersonProblem, match="erased"):
        registry.show(kept.person)


def test_what_was_recorded_since_the_backup_is_kept_beside_the_log(kept: Kept, backup: Path) -> None:
    manifest = check_backup(backup)
    assert lost_by(kept.settings, manifest) == 0
    kept.register("Somebody Newer")
    kept.register("Somebody Else")
    with kept.log() as log:
        newer = log.read()
    assert lost_by(kept.settings, manifest) == 2
    outcome = restored(kept.settings, backup)
    assert (outcome.size, outcome.events_aside) == (manifest.size, 2)
    assert outcome.kept_aside is not None
    with open_log(outcome.kept_aside, read_only=True) as aside:
        assert aside.read() == newer
        assert aside.texts.get("t-1") is None


def test_restored_twice_it_is_the_same(kept: Kept, backup: Path) -> None:
    kept.erase()
    first = restored(kept.settings, backup)
    with kept.log() as log:
        before = [record.kind for record in log.read()]
    second = restored(kept.settings, backup)
    with kept.log() as log:
        assert [record.kind for record in log.read()] == before
    assert (first.size, first.persons) == (second.size, second.persons)


def test_a_log_of_another_installation_is_kept_aside_whole(backup: Path, elsewhere: Settings) -> None:
    """A new machine's first start has made an operator already."""
    first_operator(elsewhere)
    with open_log(elsewhere.log) as log:
        size = log.head().size
    outcome = restored(elsewhere, backup)
    assert outcome.events_aside == size
    assert outcome.size == check_backup(backup).size


def test_a_file_that_is_no_log_any_more_is_moved_aside(kept: Kept, backup: Path) -> None:
    Path(kept.settings.log).write_bytes(b"not a database any more" * 1000)
    outcome = restored(kept.settings, backup)
    assert outcome.kept_aside is not None
    assert Path(outcome.kept_aside).read_bytes().startswith(b"not a database")
    with kept.log() as log:
        assert verify_log(log).size == outcome.size


def test_a_process_that_has_the_log_open_sees_the_restored_one_at_its_next_read(kept: Kept, backup: Path) -> None:
    with kept.log() as open_meanwhile:
        kept.register("Somebody Newer")
        newer = open_meanwhile.head().size
        outcome = restored(kept.settings, backup)
        assert open_meanwhile.head().size == outcome.size < newer
