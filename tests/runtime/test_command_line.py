"""The frame of the command line: it starts fast, imports little, and ends with codes that programs can act on."""

import errno
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from eventlog.errors import LogTooNew, LogUnavailable, NotAPlace
from people.errors import PersonProblem
from runtime.connection import TemporalUnavailable
from terminal import main, outcome
from terminal.outcome import BadInput, NotFound, Refused, ServiceUnavailable
from terminal.tables import print_fields, print_json, print_table, width

COMMAND = Path(sys.executable).parent / "kaskad"


def call(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *arguments], capture_output=True, text=True, env={**os.environ, **more}, timeout=60, check=False
    )


def test_help_names_every_command_and_imports_none_of_them() -> None:
    names = json.dumps(sorted(main.COMMANDS))
    program = (
        "import sys, json; from terminal import main; code = main.execute(['--help']);"
        "heavy = {'pydantic', 'temporalio', 'sqlalchemy', 'rich', 'structlog', 'runtime'} & sys.modules.keys();"
        "assert code == 0 and not heavy, heavy"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    assert all(f"  {name} " in shown.stdout for name in json.loads(names))


def test_a_misspelt_command_is_usage_and_names_the_nearest() -> None:
    ended = call("rolout")
    assert ended.returncode == outcome.BAD_INPUT
    assert "Did you mean 'rollout'?" in ended.stderr


def test_on_a_narrow_terminal_each_value_has_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [("nis-semey", "readiness/agreement", "Principal", None), ("nis-aktau", "", "Manager", "late")]
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "30")
    print_table(("School", "Task", "Waits for", "Late"), rows)
    assert capsys.readouterr().out.splitlines()[:7] == [
        "School     nis-semey",
        "Task       readiness/agreement",
        "Waits for  Principal",
        "Late       -",
        "",
        "School     nis-aktau",
        "Waits for  Manager",
    ]
    monkeypatch.setenv("COLUMNS", "80")
    print_table(("School", "Task", "Waits for", "Late"), rows)
    assert "nis-semey  readiness/agreement" in capsys.readouterr().out


def test_on_a_terminal_no_word_is_cut_and_a_long_id_goes_on_behind_its_marks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = ("School", "Name", "Person", "Begins", "Tier")
    rows = [("nis-taldykorgan", "NIS Taldykorgan", "p-x496w6ev", "2026-12-10 11:00", "intellectual-school")]
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    shown = {}
    for room in (90, 80, 70, 50):
        monkeypatch.setenv("COLUMNS", str(room))
        print_table(columns, rows)
        shown[room] = [line.split() for line in capsys.readouterr().out.splitlines()[2:]]
    assert shown[90] == [["nis-taldykorgan", "NIS", "Taldykorgan", "p-x496w6ev", "2026-12-10", "11:00", rows[0][-1]]]
    assert shown[80] == [
        ["nis-taldykorgan", "NIS", "p-x496w6ev", "2026-12-10", "intellectual-school"],
        ["Taldykorgan", "11:00"],
    ]
    assert shown[70] == [
        ["nis-taldykorgan", "NIS", "p-x496w6ev", "2026-12-10", "intellectual-"],
        ["Taldykorgan", "11:00", "school"],
    ]
    assert shown[50][0] == ["Person", "p-x496w6ev"], "no room: a line for each value"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_fault(closed: str, tmp_path: Path) -> None:
    def ended(*arguments: str) -> subprocess.CompletedProcess[str]:
        shell = ["sh", "-c", f'"$@" {closed}', "sh", str(COMMAND), *arguments]
        return subprocess.run(
            shell, capture_output=True, text=True, env={**os.environ, "KASKAD_HOME": str(tmp_path)}, check=False
        )

    listed, refused = ended("programme", "list"), ended("person", "erase", "p-7k2m9x4q", "--as", "p-7k2m9x4q")
    assert (listed.returncode, refused.returncode) == (outcome.DONE, outcome.REFUSED)
    assert "Traceback" not in listed.stderr + refused.stderr


def test_an_output_that_lacks_kazakh_letters_is_written_to_all_the_same() -> None:
    plain = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    ended = call("programme", "show", "nis-share", "--language", "kk", **plain)
    assert ended.returncode == outcome.DONE
    assert r"\u049b" in ended.stdout


def test_whoever_stops_a_command_at_its_start_sees_no_traceback() -> None:
    program = (
        "import cli, terminal.main as main\ndef run(arguments): raise KeyboardInterrupt\nmain.run = run\ncli.main()"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (outcome.INTERRUPTED, "kaskad: stopped.\n")


def test_the_version_is_that_of_the_product() -> None:
    assert call("--version").stdout.startswith("kaskad ")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("It is closed."), 1),
        (NotFound("There is no such school."), 1),
        (BadInput("Column missing."), 2),
        (ServiceUnavailable("Away."), 3),
        (LogUnavailable("The disk is full."), 3),
        (LogTooNew("0009", "0002"), 1),
        (PersonProblem("person-unknown", person="p-1"), 1),
        (PersonProblem("names-empty"), 2),
        (TemporalUnavailable("Away."), 3),
        (NotAPlace("No URL."), 2),
    ],
)
def test_an_expected_end_is_one_sentence_and_its_code(
    error: Exception, code: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _end_with(error, monkeypatch) == code
    said = capsys.readouterr()
    assert said.err == f"kaskad: {error}\n"
    assert said.out == ""


def test_a_wrapped_expected_error_is_still_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    wrapped = RuntimeError("activity failed")
    wrapped.__cause__ = LogUnavailable("The disk is full.")
    assert _end_with(wrapped, monkeypatch) == outcome.UNREACHABLE


def test_what_the_disk_refuses_is_no_fault_of_ours(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = OSError(errno.EROFS, os.strerror(errno.EROFS), "/srv/kaskad/run/lock")
    assert _end_with(refused, monkeypatch) == outcome.UNREACHABLE
    said = capsys.readouterr().err
    assert "/srv/kaskad/run/lock can't be used: Read-only file system. Mount it to be written to" in said


def test_every_error_of_the_disk_says_what_to_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in outcome.DISK_ERRORS:
        _end_with(OSError(number, "It failed", "/srv/kaskad"), monkeypatch)
        assert re.search(r"It failed\. [A-Z].*\.\n$", capsys.readouterr().err)


@pytest.mark.parametrize("url", ["postgresql://db:port/kaskad", "://", "mysql://db/kaskad", "sqlite://"])
def test_what_is_no_place_of_a_log_is_bad_input(url: str) -> None:
    ended = call("audit", "verify", "--log", url)
    assert ended.returncode == outcome.BAD_INPUT, ended.stderr


def test_a_fault_of_ours_shows_no_traceback_unless_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _end_with(KeyError("x"), monkeypatch) == outcome.FAULT
    assert "Traceback" not in capsys.readouterr().err
    monkeypatch.setenv("KASKAD_DEBUG", "1")
    _end_with(KeyError("x"), monkeypatch)
    assert "Traceback" in capsys.readouterr().err


def test_a_wrong_setting_is_bad_input() -> None:
    ended = call("worker", KASKAD_LANG="de")
    assert ended.returncode == outcome.BAD_INPUT
    assert "KASKAD_LANG" in ended.stderr


def test_a_reader_who_goes_away_is_no_error() -> None:
    piped = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"'{COMMAND}' --help | true"], capture_output=True, text=True, check=False
    )
    assert piped.returncode == 0
    assert piped.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [("--help",), ("programme", "schema"), ("programme", "list", "--json")])
def test_a_full_disk_under_the_output_is_told_once_and_is_no_service_that_is_away(
    arguments: tuple[str, ...], unbuffered: str
) -> None:
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [COMMAND, *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )
    assert ended.returncode == outcome.REFUSED
    told = json.loads(ended.stderr)["sentence"] if "--json" in arguments else ended.stderr.rstrip()
    assert told.removeprefix("kaskad: ") == "The output could not be written: No space left on device."


def test_a_table_in_a_pipe_is_aligned_whole_and_keeps_kazakh_letters(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["School", "Due at"], [["Әл-Фараби", datetime(2024, 9, 2, 4, tzinfo=UTC)], ["a" * 150, None]])
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.startswith("SCHOOL")
    assert first == "Әл-Фараби" + " " * 141 + "  2024-09-02 04:00"
    assert second == "a" * 150 + "  -"


def test_a_table_for_programs_is_a_list_of_objects(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["School", "Due at"], [["Ақтөбе", datetime(2024, 9, 2, 4, tzinfo=UTC)]], as_json=True)
    assert json.loads(capsys.readouterr().out) == [{"school": "Ақтөбе", "due_at": "2024-09-02T04:00:00Z"}]


def test_control_characters_of_others_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_fields({"Name": "a\x1b[2Jb"})
    assert capsys.readouterr().out == "Name  a [2Jb\n"


def test_an_instant_in_json_is_utc(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"at": datetime(2024, 9, 2, 4, tzinfo=UTC), "who": {"b", "a"}})
    assert json.loads(capsys.readouterr().out) == {"at": "2024-09-02T04:00:00Z", "who": ["a", "b"]}


def test_combining_marks_take_no_room() -> None:
    assert width("и\u0306") == 1
    assert width("漢") == 2


def _end_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> int:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(main.kaskad, "main", fail)
    assert isinstance(main.kaskad, click.Group)
    return main.execute([])
