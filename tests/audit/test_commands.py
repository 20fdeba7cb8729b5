"""`kaskad audit` and `kaskad views` as people call them, on a copy of a log, with nothing running."""

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest

from eventlog.copy import copy_log
from eventlog.log import open_log
from terminal.main import execute
from terminal.outcome import REFUSED
from tests.audit.conftest import Story
from tests.audit.tampering import Entry, at, change_byte, drop_last, rewrite
from tests.terminal.calling import COMMAND, Calls, Ended


class Auditor:
    """Calls audit commands on one file, in a home where there is nothing else."""

    def __init__(self, home: Path, log: Path) -> None:
        self.calls = Calls(home, "p-nobody00")
        self.log = log

    def __call__(self, *arguments: object, code: int = 0) -> Ended:
        return self.calls("audit", *arguments, "--log", self.log, code=code)


@pytest.fixture
def audit(story: Story, tmp_path: Path) -> Auditor:
    path = tmp_path / "taken-away.db"
    copy_log(story.played.log, path)
    return Auditor(tmp_path / "home", path)


def test_the_log_is_read_line_by_line(audit: Auditor) -> None:
    lines = audit("log", "--school", "nis-semey", "--kind", "Certified").out.splitlines()
    assert len(lines) == 1
    assert "nis-semey: certified as intellectual-school" in lines[0]
    first = audit("log", "--limit", 2)
    assert len(first.out.splitlines()) == 2
    assert "--after 2" in first.err


def test_what_is_said_aside_comes_after_the_lines_also_where_both_go_to_one_place(audit: Auditor) -> None:
    asked = [str(COMMAND), "audit", "log", "--school", "nis-semey", "--kind", "Certified", "--log", str(audit.log)]
    environment = {**os.environ, "PYTHONUNBUFFERED": ""}
    both = subprocess.run(asked, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, check=True)
    first, last = both.stdout.decode().splitlines()
    assert "certified as intellectual-school" in first
    assert last == "1 event, times in Asia/Almaty"


def test_programs_get_every_field_of_every_event(audit: Auditor, story: Story) -> None:
    found = audit("log", "--rollout", "nis-share-2024", "--json").json
    assert len(found) > 500
    assert {"position", "happened_at", "recorded_at", "sentence", "actor", "entered_by", "data"} <= set(found[0])
    assert found[0]["data"]["kind"] == found[0]["kind"]
    assert audit("log", "--after", 1_000_000, "--json").json == []
    assert "No events." in audit("log", "--after", 10**30).out


def test_whoever_reads_no_further_gets_the_verdict_all_the_same(
    story: Story, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop_last(copied, 1)
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", buffering=1) as output:
        monkeypatch.setattr("sys.stdout", output)
        assert execute(["audit", "verify", "--log", str(copied)]) == REFUSED
        os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())


def test_a_day_is_the_programme_s_day(audit: Auditor) -> None:
    found = audit("log", "--from", "2025-11-01", "--to", "2025-11-01", "--json").json
    assert found
    assert {each["happened_at"][:16] for each in found} == {"2025-10-31T19:00"}


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("log", "--school", "nis-semei"), 1, "did you mean 'nis-semey'"),
        (("log", "--person", "p-manager9"), 1, "did you mean 'p-manager0'"),
        (("log", "--kind", "TaskAskd"), 1, "did you mean 'TaskAsked'"),
        (("log", "--rollout", "nis-share"), 1, "did you mean 'nis-share-2024'"),
        (("log", "--rollout", "cascade"), 1, "The log has no rollout 'cascade'; its rollouts: nis-share-2024."),
        (("replay", "cascade"), 1, "no rollout and no school 'cascade'; its rollouts: nis-share-2024."),
        (("log", "--from", "tomorrow"), 2, "is no time"),
        (("log", "--from", "812"), 2, "or an instant (2025-10-31T13:00:00Z)."),
        (("log", "--from", "2025-11-02", "--to", "2025-11-01"), 2, "--from is later than --to"),
        (("log", "--limit", "0"), 2, "--limit"),
        (("replay", "nis-semei"), 1, "did you mean 'nis-semey'"),
        (("replay", "nis-semey", "--at", "2"), 1, "There is nothing of nis-share-2024/nis-semey yet"),
        (("replay", "nis-semey", "--at", "2020-01-01"), 1, "There is nothing of nis-share-2024/nis-semey yet"),
        (("replay", "nis-semey", "--at", "soon"), 2, "or a position in the log (812)."),
        (("replay", "nis-semey", "--at", "9999-12-31"), 2, "is beyond what a calendar can say."),
        (("replay", "nis-semey", "--at", "9999-12-31T23:59:59Z"), 2, "is beyond what a calendar can say."),
        (("replay", "nis-semey", "--at", "0001-01-01T00:00+14:00"), 2, "is beyond what a calendar can say."),
        (("diff", "nis-semey"), 2, "--from"),
        (("diff", "nis-semey", "--from", "20", "--to", "10"), 2, "give the earlier moment first"),
        (("diff", "nis-semey", "--from", "99999"), 2, "--from 99999 is still to come"),
        (("diff", "nis-semey", "--from", "2025-11-01", "--to", "2025-10-31"), 2, "give the earlier moment first"),
        (("explain", "certify"), 2, "Say whose gate"),
        (("explain", "certify", "nis-semey", "--school", "astana-37"), 2, "Say whose gate"),
        (("explain", "certified", "--school", "nis-semey"), 1, "did you mean 'certify'"),
        (("verify", "--against", "12"), 2, "SIZE:ROOT"),
        (("export", "/nowhere/at/all.jsonl"), 1, "There is no folder /nowhere/at to write all.jsonl into."),
        (("copy", "/nowhere/at/all.db"), 1, "There is no folder /nowhere/at to write all.db into."),
        (("export", "/proc"), 1, "/proc is there already: an export replaces nothing."),
        (("copy", "/proc"), 1, "/proc is there already: a copy replaces nothing."),
        (("export", "/proc/all.jsonl"), 1, "/proc/all.jsonl can't be written: No such file or directory."),
        (("copy", "/proc/all.db"), 1, "/proc/all.db can't be made: No such file or directory."),
    ],
)
def test_bad_input_is_refused_with_what_would_be_right(
    audit: Auditor, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    assert sentence in audit(*arguments, code=code).err


@pytest.mark.parametrize("asked", ["log", "replay", "explain"])
def test_events_that_a_newer_version_wrote_are_refused_in_a_sentence(
    audit: Auditor, story: Story, copied: Path, asked: str
) -> None:
    def newer(entry: Entry) -> None:
        entry["schema"] = 99

    rewrite(copied, at(story.checkpoint, newer))
    arguments = {"log": (), "replay": ("nis-semey",), "explain": ("certify", "nis-semey")}[asked]
    said = audit.calls("audit", asked, *arguments, "--log", copied, code=1).err
    assert "does not know events of kind CheckpointHeld, schema 99: use the version that wrote them" in said


def test_a_file_that_is_no_log_and_one_that_is_not_there_are_told_apart(audit: Auditor, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_text("this is a shopping list")
    assert "is not" in audit.calls("audit", "log", "--log", other, code=1).err
    assert "There is no event log at" in audit.calls("audit", "log", "--log", tmp_path / "none.db", code=1).err
    assert "There is no event log at" in audit.calls("audit", "verify", code=1).err
    assert "which is a folder" in audit.calls("audit", "log", "--log", tmp_path, code=1).err


def test_a_school_is_replayed_at_a_time_and_at_a_position(audit: Auditor, story: Story) -> None:
    out = audit("replay", "nis-semey", "--at", "2025-10-31").out
    assert "phase" in out
    assert "open:rural-hub-school" in out
    found = audit("replay", "nis-semey", "--at", story.correction, "--json").json
    assert found["position"] == story.correction
    assert found["state"]["facts"]["mentoring.last"]["value"] == "at_risk"
    before = audit("replay", "nis-semey", "--at", story.correction - 1, "--json").json
    assert before["state"]["facts"]["mentoring.last"]["value"] == "on_track"


def test_what_was_known_then_can_be_told_from_what_is_known_now(audit: Auditor) -> None:
    now = audit("replay", "nis-semey", "--at", "2025-10-15").out
    assert "Learnt or corrected since" in now
    assert "on_track -> at_risk" in now
    then = audit("replay", "nis-semey", "--at", "2025-10-15", "--as-known-on", "2025-10-15").out
    assert "Learnt or corrected since" not in then
    assert "at_risk" not in then


def test_two_moments_are_compared_by_what_was_known_on_a_day(audit: Auditor, story: Story) -> None:
    moments = ("--from", "2025-01-01", "--to", "2025-10-15")
    assert "at_risk" in audit("diff", "nis-semey", *moments).out
    then = audit("diff", "nis-semey", *moments, "--as-known-on", "2025-10-15").out
    assert "as known on 2025-10-15" in then
    assert "at_risk" not in then


def test_a_rollout_is_replayed_as_a_tree(audit: Auditor) -> None:
    lines = audit("replay", "nis-share-2024", "--at", "2025-11-30").out.splitlines()
    participants = lines[lines.index("Participants") :]
    assert [line.split()[0] for line in participants[2:4]] == ["trainers", "nis-semey"]
    assert any(line.startswith("    nis-semey-") for line in lines)


def test_a_moment_still_to_come_is_told_to_be_so(audit: Auditor) -> None:
    assert "still to come" in audit("replay", "nis-semey", "--at", "2400-01-01").err
    assert "still to come" in audit("replay", "nis-semey", "--at", 1_000_000).err


def test_what_changed_between_two_moments_is_listed(audit: Auditor) -> None:
    found = audit("diff", "nis-semey", "--from", "2025-10-31", "--to", "2025-11-01", "--json").json
    assert {"section": "about", "of": "phase", "what": "journey -> next_tier"} in found
    assert "Nothing changed." in audit("diff", "nis-semey", "--from", "20", "--to", "20").out


def test_a_gate_is_explained_in_sentences_whichever_way_round_it_is_asked(audit: Auditor) -> None:
    one = audit("explain", "certify", "--school", "nis-semey").out
    assert one == audit("explain", "nis-semey", "certify").out == audit("explain", "certify", "nis-semey").out
    assert one.startswith("The gate certify of nis-share-2024/nis-semey opened on 2025-10-")
    assert "Rule: training.done is true and" in one
    assert "Corrections recorded since would have kept it shut" in one
    said = audit("explain", "open", "--school", "astana-37", "--json").json
    assert (said["open"], said["gate"]) == (True, "open:city-school")


def test_verify_prints_a_mark_that_later_shows_up_what_was_changed(audit: Auditor, story: Story) -> None:
    ended = audit("verify")
    mark = ended.out.splitlines()[-1]
    head = story.played.log.head()
    assert mark == f"{head.size}:{head.root}"
    assert "sound" in ended.out
    said = audit("verify", "--against", mark, "--json").json
    assert (said["sound"], said["findings"]) == (True, [])
    assert "rewritten" in audit("verify", "--against", f"{head.size}:{'0' * 64}", code=1).out
    os.chmod(audit.log, 0o600)
    change_byte(audit.log, story.checkpoint)
    assert "not that of the stored bytes" in audit("verify", code=1).out


def test_an_export_goes_to_a_new_file_or_to_the_standard_output(audit: Auditor, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    audit("export", file)
    lines = file.read_bytes().splitlines()
    assert len(lines) == len({json.loads(line)["leaf"] for line in lines}) > 500
    assert "replaces nothing" in audit("export", file, code=1).err
    apart = audit.calls.apart("audit", "export", "--log", audit.log)
    assert hashlib.sha256(apart.out.encode()).digest() == hashlib.sha256(file.read_bytes()).digest()
    assert audit.calls.apart("audit", "export", "--format", "csv", "--log", audit.log).out.startswith("position,")


def test_a_copy_is_a_whole_log_for_every_other_audit_command(audit: Auditor, tmp_path: Path) -> None:
    again = tmp_path / "again.db"
    said = audit("copy", again, "--json").json
    assert audit.calls("audit", "verify", "--against", said["mark"], "--log", again).code == 0
    assert "replaces nothing" in audit("copy", again, code=1).err


def test_the_views_are_held_against_the_log_and_rebuilt(story: Story, copied: Path, tmp_path: Path) -> None:
    calls = Calls(tmp_path / "home", "p-nobody00")
    assert "Every view says what the log says." in calls("views", "check", "--log", copied).out
    with open_log(copied) as log:
        log.run(lambda connection: connection.exec_driver_sql("UPDATE facts SET version = version + 1") and None)
    assert "kaskad views rebuild" in calls("views", "check", "--log", copied, code=1).out
    said = calls("views", "rebuild", "--log", copied, "--json").json
    assert said["were_wrong"] > 20
    assert calls("views", "check", "--log", copied, "--json").json == []
    assert "There is no event log" in calls("views", "rebuild", code=1).err
