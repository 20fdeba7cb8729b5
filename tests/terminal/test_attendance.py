"""Who was at a session, all at once, with the exceptions marked."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from tests.terminal.calling import Calls
from tests.terminal.short import Short, start_short

SESSION = "trainers.training.first-day.1"
ALMATY = ZoneInfo("Asia/Almaty")


def begun(kaskad: Calls, folder: Path) -> Short:
    """A rollout with a session that begins at once, or as soon as a busy machine can have planned it before."""
    found = start_short(kaskad, folder)
    for seconds in (1, 3, 10, 30):
        begins = datetime.now(ALMATY) + timedelta(seconds=seconds)
        planned = found("session", "plan", found.host, "training", "first-day", "--at", begins.isoformat(), code=None)
        if "is over already" not in planned.err:
            break
    assert planned.code == 0, planned.err
    return found


@pytest.fixture(scope="module")
def unchanged(kaskad: Calls, tmp_path_factory: pytest.TempPathFactory) -> Short:
    """For what is refused."""
    return begun(kaskad, tmp_path_factory.mktemp("short"))


@pytest.fixture
def short(kaskad: Calls, tmp_path_factory: pytest.TempPathFactory) -> Short:
    return begun(kaskad, tmp_path_factory.mktemp("short"))


def record(short: Short, *arguments: object, code: int | None = 0) -> str:
    """Asked again until the session has begun."""
    while True:
        ended = short("attendance", SESSION, "--rollout", short.id, *arguments, by=short.trainers[1], code=None)
        if "attendance is recorded afterwards" not in ended.err:
            break
    assert code in (None, ended.code), ended
    return ended.out + ended.err


def refused(short: Short, sheet: Path) -> list[str]:
    """The lines of the table that says what is wrong with the sheet."""
    table, error = record(short, "--file", sheet, code=2).split("kaskad: ")
    assert "none of its rows was taken" in error
    return table.splitlines()[1:]


def absent(short: Short) -> dict[str, list[str]]:
    (found,) = short("session", "list", "--rollout", short.id, "--json").json
    return {school.rpartition("-")[2]: seats for school, seats in found["absent"].items()}


def test_everybody_was_there(short: Short) -> None:
    assert "Recorded: 2 schools, no seats absent." in record(short, "--all-present")
    assert "Already done" in record(short, "--all-present")
    assert absent(short) == {}
    assert "kaskad correct" in record(short, "--absent", f"{short.first}:lead", code=1)


def test_the_exceptions_are_marked(short: Short) -> None:
    marked = ("--absent", f"{short.first}:teacher-1", "--absent", f"{short.second}:lead")
    assert "2 seats absent" in record(short, *marked)
    assert absent(short) == {"a": ["teacher-1"], "b": ["lead"]}


def test_a_sheet_says_who_was_there(short: Short, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(
        f"\ufeffSchool;Seat;Present\n{short.first};lead;иә\n{short.first};teacher-2;жоқ\n{short.second};lead;yes\n"
    )
    record(short, "--file", sheet)
    assert absent(short) == {"a": ["teacher-2"]}


def test_a_workbook_says_who_was_there_too(short: Short, tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (("school", "seat", "present"), (short.first, "lead", "yes"), (short.second, "lead", "no")):
        book.active.append(row)
    book.save(tmp_path / "sheet.xlsx")
    record(short, "--file", tmp_path / "sheet.xlsx")
    assert absent(short) == {"b": ["lead"]}


def test_a_sheet_with_bad_rows_is_refused_whole(unchanged: Short, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(f"school,seat,present\n{unchanged.first},lead,no\n,lead,no\n{unchanged.second},lead,perhaps\n")
    told = [line.split()[:4] for line in refused(unchanged, sheet)]
    assert told == [["3", "school", "is", "empty"], ["4", "present", "'perhaps'", "is"]]
    sheet.write_text(f"school,seat,present\n{unchanged.first},lead,no\n{unchanged.first},lead,yes\n")
    assert "stands on row 2 already" in refused(unchanged, sheet)[0]
    sheet.write_text("school,chair\n")
    assert "seat     is missing" in "\n".join(refused(unchanged, sheet))
    assert "cannot be read" in refused(unchanged, tmp_path / "none.csv")[0]
    assert "planned" in unchanged("session", "list", "--rollout", unchanged.id).out


def test_all_faults_of_a_sheet_are_told_at_once(unchanged: Short, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    first, second = unchanged.first, unchanged.second
    sheet.write_text(f"school,seat,present\n{first}x,lead,no\n{second},laed,no\n{second},lead,perhaps\n")
    told = "\n".join(refused(unchanged, sheet))
    assert f"'{first}x' was not asked to this session" in told
    assert "has no seat 'laed'" in told
    assert "did you mean 'lead'?" in told
    assert "'perhaps' is not yes or no" in told


def test_whom_a_sheet_does_not_name_is_counted_as_present_and_said_to_be(short: Short, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(f"school,seat,present\n{short.first},lead,no\n")
    told = record(short, "--file", sheet)
    assert "Present without being named in the sheet: 1 whole school and 2 seats of the schools that it names." in told
    assert absent(short) == {"a": ["lead"]}


def test_somebody_without_a_seat_can_not_be_absent(unchanged: Short) -> None:
    assert "no seat 'janitor'" in record(unchanged, "--absent", f"{unchanged.first}:janitor", code=1)
    assert "is not prepared by" in record(unchanged, "--absent", "elsewhere:lead", code=1)
    assert "is not SCHOOL:SEAT" in record(unchanged, "--absent", "lead", code=2)
    assert "in one way" in record(unchanged, code=2)
    assert "in one way" in record(unchanged, "--all-present", "--absent", f"{unchanged.first}:lead", code=2)


def test_attendance_is_recorded_when_the_session_has_begun(unchanged: Short) -> None:
    later = f"{datetime.now(ALMATY) + timedelta(days=2):%Y-%m-%d} 10:00"
    unchanged("session", "plan", unchanged.host, "training", "second-day", "--at", later)
    session = "trainers.training.second-day.1"
    ended = unchanged("attendance", session, "--all-present", "--rollout", unchanged.id, code=1)
    assert "attendance is recorded afterwards" in ended.err
