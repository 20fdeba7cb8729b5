"""Copies for auditors, backups, restoring, and what an erasure leaves on the disk."""

import os
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from eventlog.backup import backup_log, restore_log
from eventlog.copy import copy_log
from eventlog.erasing import erase_persons
from eventlog.errors import LogNotEmpty, LogUnavailable
from eventlog.log import EventLog, open_log
from eventlog.record import NewFollowup, NewNotice, NewText, RowChange
from eventlog.schema import metadata
from eventlog.verify import verify
from tests.eventlog.appends import MORNING, append
from tests.eventlog.dumps import dump_views
from tests.eventlog.places import Place

SECRET = "Гүлнәр Сейітқызы wrote this remark, at length" * 3
OTHER = "another person's remark"


def fill(log: EventLog) -> None:
    log.append(
        append(
            "participant:r/a",
            size=3,
            rows=(RowChange("facts", ("participant:r/a", "hours"), {"value": "12", "version": 3}),),
            followups=(NewFollowup("f", "rollout:r", b"{}"),),
            notices=(
                NewNotice("n1", "reminder", f'{{"about":"{SECRET}"}}', MORNING, to_person="p-gone"),
                NewNotice("n2", "reminder", "{}", MORNING, to_person="p-stays"),
            ),
            texts=(NewText("t1", b"salt-of-t1", SECRET, "p-gone"), NewText("t2", b"s", OTHER, "p-stays")),
        )
    )
    for number in range(30):
        log.append(append(f"rollout:{number}", size=number + 1))


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


def test_an_auditor_s_copy_holds_the_history_and_nothing_else(place: Place, tmp_path: Path) -> None:
    log = place.open()
    fill(log)
    folder = tmp_path / "audit"
    folder.mkdir()
    copy_log(log, folder / "copy.db")
    assert os.listdir(folder) == ["copy.db"]
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600
    assert SECRET.encode() not in bytes_of(folder)
    with open_log(folder / "copy.db", read_only=True) as copy:
        assert copy.head() == log.head()
        assert verify(copy, against=(log.head().size, log.head().root)).is_sound
        assert copy.read(limit=10_000) == log.read(limit=10_000)
        assert copy.rows("facts") == []
        assert copy.followups.pending() == []
        assert copy.texts.get("t1") is None
        with copy.snapshot() as one, log.snapshot() as other:
            assert one.entries(limit=10_000) == other.entries(limit=10_000)
    assert os.listdir(folder) == ["copy.db"]


def test_a_copy_opens_where_nothing_can_be_written(sqlite: Place, tmp_path: Path) -> None:
    log = sqlite.open()
    fill(log)
    folder = tmp_path / "medium"
    folder.mkdir()
    copy_log(log, folder / "copy.db")
    (folder / "copy.db").chmod(0o400)
    folder.chmod(0o500)
    try:
        with open_log(folder / "copy.db", read_only=True) as copy:
            assert verify(copy).is_sound
    finally:
        folder.chmod(0o700)


def test_a_copy_is_taken_while_the_log_is_written(place: Place, tmp_path: Path) -> None:
    log = place.open()
    log.append(append("rollout:first", size=2000))
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            log.append(append(f"rollout:{(number := number + 1)}"))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copy_log(log, tmp_path / "copy.db")
    finally:
        stop.set()
        writer.join()
    with open_log(tmp_path / "copy.db", read_only=True) as copy:
        assert 2000 <= copy.head().size <= log.head().size
        assert verify(copy).is_sound


def test_a_copy_replaces_nothing(sqlite: Place, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("mine")
    with pytest.raises(FileExistsError):
        copy_log(sqlite.open(), there)
    assert there.read_text() == "mine"


def test_a_copy_that_can_not_be_made_is_told_by_its_own_name(sqlite: Place, tmp_path: Path) -> None:
    with pytest.raises(LogUnavailable) as refused:
        copy_log(sqlite.open(), Path("/proc/copy.db"))
    assert refused.value.reason.startswith("/proc/copy.db can't be made")


@pytest.mark.parametrize("target", ["sqlite", "postgres"])
def test_a_backup_restores_everything(
    place: Place, target: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    log = place.open()
    fill(log)
    log.followups.acknowledge(["f"], "done")
    log.outbox.mark_sent(["n2"], MORNING)
    backup_log(log, tmp_path / "backup.db")
    log.append(append("rollout:later"))
    home: Place = request.getfixturevalue(target) if target not in place.url else Place(str(tmp_path / "new.db"))
    if home is place:
        home = Place(str(tmp_path / "new.db"))
    size = restore_log(tmp_path / "backup.db", home.url)
    restored = home.open()
    assert restored.head().size == size == log.head().size - 1
    assert verify(restored).is_sound
    assert list(dump_views(restored)) == list(dump_views(log))
    assert restored.texts.get("t1") == SECRET
    assert restored.followups.count() == 0
    assert [notice.id for notice in restored.outbox.claim(MORNING)] == ["n1"]
    restored.append(append("participant:r/a", expected=3))
    home.close()


def test_a_backup_is_restored_into_an_empty_log_only(place: Place, tmp_path: Path) -> None:
    log = place.open()
    fill(log)
    backup_log(log, tmp_path / "backup.db")
    with pytest.raises(LogNotEmpty):
        restore_log(tmp_path / "backup.db", place.url)


def test_a_restored_log_never_holds_what_was_erased_since(sqlite: Place, tmp_path: Path) -> None:
    log = sqlite.open()
    fill(log)
    backup_log(log, tmp_path / "backup.db")
    folder = tmp_path / "restored"
    folder.mkdir()
    restore_log(tmp_path / "backup.db", folder / "log.db", erased=["p-gone"])
    assert SECRET.encode() not in bytes_of(folder)
    assert b"salt-of-t1" not in bytes_of(folder)
    with open_log(folder / "log.db") as restored:
        assert restored.texts.get("t1") is None
        assert restored.texts.get("t2") == OTHER
        assert [notice.id for notice in restored.outbox.claim(MORNING)] == ["n2"]
        entry = restored.texts.entry("t1")
        assert entry is not None
        assert entry.erased_at is not None


def test_an_erased_person_s_words_are_gone_from_the_disk(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    with open_log(folder / "log.db") as log:
        fill(log)
        for number in range(300):  # enough for rows to be moved between pages
            text = NewText(f"x{number}", b"s", f"{SECRET} {number}" * (number % 7), "p-gone")
            log.append(append(f"rollout:x{number}", texts=(text, NewText(f"y{number}", b"s", OTHER * 9, "p-stays"))))
        assert SECRET.encode() in bytes_of(folder)
        assert erase_persons(log, ["p-gone"]) == 302
        assert SECRET.encode() not in bytes_of(folder)
        assert SECRET.encode()[:24] not in bytes_of(folder)
        assert b"salt-of-t1" not in bytes_of(folder)
        assert log.texts.get("t1") is None
        assert log.texts.get("t2") == OTHER
        assert verify(log).is_sound
        assert erase_persons(log, ["p-gone"]) == 0


def test_a_text_that_was_taken_back_is_gone_from_the_disk_after_the_erasure(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    with open_log(folder / "log.db") as log:
        log.texts.put(NewText("a", b"salt-of-a", SECRET, "p-gone"))
        log.texts.discard(["a"])
        assert SECRET.encode() in bytes_of(folder)
        assert erase_persons(log, ["p-gone"]) == 0
        assert SECRET.encode() not in bytes_of(folder)
        assert b"salt-of-a" not in bytes_of(folder)


def test_an_erasure_that_a_long_read_kept_from_the_disk_is_finished_by_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    with open_log(folder / "log.db") as log:
        fill(log)
        with log.snapshot() as snapshot:
            assert snapshot.text("t1") == SECRET
            with pytest.raises(LogUnavailable, match="erase again"):
                erase_persons(log, ["p-gone"])
        assert SECRET.encode() in bytes_of(folder)
        erase_persons(log, ["p-gone"])
        assert SECRET.encode() not in bytes_of(folder)


def test_whoever_is_erased_already_is_not_wiped_again(sqlite: Place) -> None:
    log = sqlite.open()
    fill(log)
    assert erase_persons(log, ["p-gone", "p-never"]) == 2

    def size_of_wal() -> int:
        return Path(f"{sqlite.url}-wal").stat().st_size

    before = size_of_wal()
    assert erase_persons(log, ["p-gone", "p-never"]) == 0
    assert size_of_wal() == before


def test_erasing_forgets_for_every_reader(place: Place) -> None:
    log = place.open()
    fill(log)
    before = log.head()
    assert erase_persons(log, ["p-gone"]) == 2
    entry = log.texts.entry("t1")
    assert entry is not None
    assert (entry.body, entry.salt, entry.person) == (None, None, "p-gone")
    assert entry.erased_at is not None
    assert [notice.id for notice in log.outbox.claim(MORNING)] == ["n2"]
    assert log.head() == before
    assert verify(log).is_sound


def test_a_text_put_twice_stays_as_it_was(log: EventLog) -> None:
    log.texts.put(NewText("t", b"s", "first", "p-1"))
    log.texts.put(NewText("t", b"s", "second", "p-1"))
    assert log.texts.get("t") == "first"


def test_nothing_is_carried_but_what_the_schema_names(sqlite: Place, tmp_path: Path) -> None:
    log = sqlite.open()
    backup_log(log, tmp_path / "backup.db")
    connection = sqlite3.connect(tmp_path / "backup.db")
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    assert tables == {*map(str, metadata.tables), "alembic_version"}
