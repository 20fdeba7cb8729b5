"""What is exported can be recomputed by anybody, and harms no spreadsheet."""

import csv
import hashlib
import io
import json
import subprocess
from pathlib import Path

import pytest

from activities.folding import happenings
from audit.exporting import COLUMNS, export
from eventlog.log import EventLog, open_log
from eventlog.merkle import Frontier
from eventlog.record import Append, decode_record
from tests.eventlog.appends import append, event
from tests.terminal.calling import COMMAND, Calls


def exported(log: EventLog, form: str) -> bytes:
    with log.snapshot() as snapshot:
        return b"".join(export(snapshot, "csv" if form == "csv" else "jsonl"))


def test_every_leaf_and_the_root_are_recomputed_from_the_lines_alone(log: EventLog) -> None:
    frontier = Frontier()
    for line in exported(log, "jsonl").decode().splitlines():
        said = json.loads(line)
        entry = json.dumps(said["entry"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        assert entry in line.encode()
        leaf = hashlib.sha256(b"\x00" + entry).digest()
        assert leaf.hex() == said["leaf"]
        frontier.append(leaf)
    assert (frontier.size, frontier.root().hex()) == (log.head().size, log.head().root)


def test_the_lines_hold_every_record_as_it_is(log: EventLog) -> None:
    lines = exported(log, "jsonl").splitlines()
    entries = [line[len(b'{"entry":') : line.rindex(b',"leaf":')] for line in lines]
    records = [decode_record(entry) for entry in entries]
    assert records == log.read(limit=10_000)
    assert len(happenings(records)) == log.head().size


def test_the_table_has_a_row_for_each_event_and_says_the_same(log: EventLog) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(log, "csv").decode())))
    records = log.read(limit=10_000)
    assert [int(row["position"]) for row in rows] == [record.position for record in records]
    assert [row["data"] for row in rows] == [bytes(record.data).decode() for record in records]
    assert set(rows[0]) == {*COLUMNS, "leaf"}


def test_no_cell_is_taken_for_a_formula(tmp_path: Path) -> None:
    accounts = ('=cmd|"/c calc"!A1', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1")
    with open_log(tmp_path / "log.db") as log:
        for number, account in enumerate(accounts):
            request: Append = append(f"rollout:r{number}", entered_by=account, events=(event(names="=1+1"),))
            log.append(request)
        rows = list(csv.DictReader(io.StringIO(exported(log, "csv").decode(), newline="")))
    assert [row["entered_by"] for row in rows] == [f"'{account}" for account in accounts]
    assert all(row["data"].startswith("{") for row in rows)


def test_kazakh_letters_come_out_as_they_went_in(tmp_path: Path) -> None:
    with open_log(tmp_path / "log.db") as log:
        log.append(append(entered_by="Әлия, «Өскемен»", events=(event(names="Ұлытау"),)))
        for form in ("csv", "jsonl"):
            text = exported(log, form).decode()
            assert "Әлия, «Өскемен»" in text
            assert "Ұлытау" in text


@pytest.mark.parametrize("kind", ["copy", "export"])
def test_of_two_who_write_the_same_file_at_once_one_gets_it_whole(copied: Path, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "audit"
    folder.mkdir()
    (folder / "taken.part").write_text("somebody's own")
    command = [str(each) for each in (COMMAND, "audit", kind, folder / "taken", "--log", copied)]
    both = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    told = [each.communicate(timeout=60)[1] for each in both]
    assert sorted(each.returncode for each in both) == [0, 1], told
    assert "is there already" in "".join(told)
    assert sorted(each.name for each in folder.iterdir()) == ["taken", "taken.part"]


@pytest.mark.parametrize("command", ["export", "log"])
def test_an_output_that_cannot_be_written_is_refused_and_told_once(command: str, copied: Path) -> None:
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [COMMAND, "audit", command, "--log", copied], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (ended.returncode, ended.stderr) == (
        1,
        "kaskad: The output could not be written: No space left on device.\n",
    )


@pytest.mark.parametrize("readable", ["the file", "the folder"])
def test_views_of_a_log_that_can_only_be_read_are_refused(
    readable: str, copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = copied if readable == "the file" else copied.parent
    monkeypatch.setattr("os.access", lambda path, _: path != place)  # to the root user every folder can be written
    told = Calls(tmp_path / "home", "p-nobody00")("views", "rebuild", "--log", copied, code=1).err
    assert told.startswith(f"kaskad: {place} can only be read here")
