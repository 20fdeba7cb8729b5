"""Evidence: submitted, kept by its hash, given back under its names, and reviewed."""

from pathlib import Path

import pytest

from eventlog.log import open_log
from tests.terminal.calling import Calls
from tests.terminal.short import Short, start_short

PLAN, DIARY = "portfolio/plan", "portfolio/diary"
POINTS = ("--points", "depth=3", "--points", "width=4")


@pytest.fixture
def short(kaskad: Calls, tmp_path_factory: pytest.TempPathFactory) -> Short:
    return start_short(kaskad, tmp_path_factory.mktemp("short"))


@pytest.fixture(scope="module")
def unchanged(kaskad: Calls, tmp_path_factory: pytest.TempPathFactory) -> Short:
    """For what is refused."""
    return start_short(kaskad, tmp_path_factory.mktemp("short"))


def write(path: Path, text: str = "what we did") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def submit(short: Short, *arguments: object, by: str | None = None, code: int | None = 0) -> str:
    ended = short("evidence", "submit", short.first, *arguments, by=by or short.lead, code=code)
    return ended.out + ended.err


def review(short: Short, *arguments: object, by: str | None = None, code: int | None = 0) -> str:
    ended = short("evidence", "review", short.first, *arguments, by=by or short.reviewer, code=code)
    return ended.out + ended.err


def kept(short: Short) -> set[Path]:
    """Every file of the store."""
    return {path for path in (short.kaskad.home / "evidence").rglob("*") if path.is_file()}


def texts(short: Short) -> list[str | None]:
    with open_log(short.kaskad.home / "log" / "events.db", read_only=True) as log, log.reading() as connection:
        return list(connection.exec_driver_sql("SELECT body FROM texts ORDER BY id").scalars())


def test_files_come_back_as_they_went_in(short: Short, tmp_path: Path) -> None:
    files = [write(tmp_path / "Жоспар, бірінші.txt", "мақсат"), write(tmp_path / "deep" / "n\u200fotes.txt", "notes")]
    assert submit(short, PLAN, *files).startswith("Submitted: The plan, 2 files.")
    got = short("evidence", "get", short.first, PLAN, "--to", tmp_path / "back", "--json").json
    assert [Path(each["path"]).name for each in got] == [file.name for file in files]
    assert [Path(each["path"]).read_text() for each in got] == ["мақсат", "notes"]
    again = short("evidence", "get", short.first, PLAN, "--to", tmp_path / "back").out
    assert again.count("there already") == 2


def test_the_same_files_again_are_done_already(short: Short, tmp_path: Path) -> None:
    file = write(tmp_path / "plan.txt", short.id)
    submit(short, PLAN, file)
    before = kept(short), texts(short)
    assert "Already done" in submit(short, PLAN, file, "--remark", "once more")
    assert (kept(short), texts(short)) == before
    assert "with the reviewer" in submit(short, PLAN, write(tmp_path / "other.txt", "other"), code=1)
    assert (kept(short), texts(short)) == before


def test_files_of_one_name_are_told_apart(short: Short, tmp_path: Path) -> None:
    files = [write(tmp_path / folder / "plan.txt", folder) for folder in ("a", "b")]
    submit(short, PLAN, *files)
    got = short("evidence", "get", short.first, PLAN, "--to", tmp_path / "back", "--json").json
    assert [Path(each["path"]).name for each in got] == ["plan.txt", "plan-2.txt"]


def test_a_file_that_is_there_is_not_overwritten(short: Short, tmp_path: Path) -> None:
    submit(short, PLAN, write(tmp_path / "plan.txt"))
    write(tmp_path / "back" / "plan.txt", "something else")
    assert "not overwritten" in short("evidence", "get", short.first, PLAN, "--to", tmp_path / "back", code=1).err
    assert (tmp_path / "back" / "plan.txt").read_text() == "something else"


def test_no_folder_is_made_where_there_can_be_none(short: Short, tmp_path: Path) -> None:
    submit(short, PLAN, write(tmp_path / "plan.txt"))
    told = short("evidence", "get", short.first, PLAN, "--to", tmp_path / "plan.txt", code=1).err
    assert "plan.txt can't be made a folder: File exists." in told


def test_a_file_that_is_given_twice_is_not_two(short: Short, tmp_path: Path) -> None:
    file = write(tmp_path / "plan.txt")
    assert "plan.txt is given twice" in submit(short, PLAN, file, tmp_path / "." / "plan.txt", code=2)


def test_a_copy_of_a_file_is_no_second_one(unchanged: Short, tmp_path: Path) -> None:
    before = kept(unchanged), texts(unchanged)
    files = [write(tmp_path / f"{name}.txt", "one and the same") for name in ("жоспар", "көшірме")]
    assert "көшірме.txt is the same as" in submit(unchanged, PLAN, *files, code=2)
    assert (kept(unchanged), texts(unchanged)) == before


def test_a_file_whose_name_was_erased_comes_back_under_its_hash(short: Short, tmp_path: Path) -> None:
    submit(short, PLAN, write(tmp_path / "erased.txt"))
    short("person", "erase", short.lead, "--yes")
    (got,) = short("evidence", "get", short.first, PLAN, "--to", tmp_path / "back", "--json").json
    assert Path(got["path"]).name == f"{got['sha256'][:12]}.txt"
    assert "erased.txt" not in texts(short)


def test_evidence_is_returned_submitted_again_and_accepted(short: Short, tmp_path: Path) -> None:
    submit(short, PLAN, write(tmp_path / "plan.txt", "first"))
    assert "needs a remark" in review(short, PLAN, "returned", *POINTS, code=1)
    assert "Returned: The plan." in review(short, PLAN, "returned", *POINTS, "--remark", "Say how")
    assert "Already done" in review(short, PLAN, "returned", *POINTS, "--remark", "Say how")
    assert "kaskad correct" in review(short, PLAN, "accepted", *POINTS, "--attempt", 1, code=1)
    assert "very files" in submit(short, PLAN, write(tmp_path / "plan.txt", "first"), code=1)
    submit(short, PLAN, write(tmp_path / "plan.txt", "second"))
    assert "Accepted: The plan." in review(short, PLAN, "accepted", *POINTS)
    listed = short("evidence", "list", short.first, "--json").json
    assert [(each["attempt"], each["verdict"], each["score"]) for each in listed] == [
        (1, "returned", 7),
        (2, "accepted", 7),
    ]
    assert listed[0]["review_remark"] == "Say how"
    assert "plan.txt" in short("evidence", "list", short.first).out
    first = short("evidence", "get", short.first, PLAN, "--attempt", 1, "--to", tmp_path / "first", "--json").json
    assert Path(first[0]["path"]).read_text() == "first"


def test_an_attempt_that_is_not_there_is_refused_with_those_that_are(short: Short, tmp_path: Path) -> None:
    second = (PLAN, "returned", *POINTS, "--remark", "Say how", "--attempt", 2)
    assert "waits for a review" in review(short, *second, code=1)
    submit(short, PLAN, write(tmp_path / "plan.txt", "first"))
    assert "attempt 1 waits for a review" in review(short, *second, code=1)
    review(short, *second[:-1], 1)
    assert "the last, attempt 1, was returned" in review(short, *second, code=1)


def test_a_retried_submission_is_the_same(short: Short, tmp_path: Path) -> None:
    file = write(tmp_path / "plan.txt")
    asked = (PLAN, file, "--remark", f"from {short.id}", "--command-id", f"{short.id}-submit")
    assert submit(short, *asked) == submit(short, *asked)
    assert texts(short).count(f"from {short.id}") == 1


@pytest.mark.parametrize(
    ("name", "text", "code", "sentence"),
    [
        ("empty.txt", "", 2, "is empty"),
        ("large.txt", "x" * 101, 2, "at most 100 bytes"),
        ("table.csv", "a,b\n", 2, "'plan' takes files of the types .pdf, .txt, not .csv."),
        ("picture.pdf", "no PDF", 2, "does not contain what its ending .pdf says"),
        ("virus.exe", "x", 2, "of a type that is not taken; these are: .pdf .txt."),
        ("bell\x07.txt", "x", 2, "the name of the file contains a control character"),
    ],
)
def test_a_file_that_is_not_taken_leaves_nothing_behind(
    unchanged: Short, tmp_path: Path, name: str, text: str, code: int, sentence: str
) -> None:
    before = kept(unchanged), texts(unchanged)
    good = write(tmp_path / "good.txt", f"good {name!r}")
    assert sentence in submit(unchanged, PLAN, good, write(tmp_path / name, text), code=code)
    assert (kept(unchanged), texts(unchanged)) == before


def test_a_refused_submission_leaves_nothing_behind(unchanged: Short, tmp_path: Path) -> None:
    before = kept(unchanged), texts(unchanged)
    file = write(tmp_path / "plan.txt", "from the wrong person")
    assert "This is for the Lead" in submit(unchanged, PLAN, file, by=unchanged.mentor, code=1)
    assert "at most 2 file(s)" in submit(
        unchanged, PLAN, *(write(tmp_path / f"{number}.txt", f"{number}") for number in range(3)), code=1
    )
    assert "control character" in submit(unchanged, PLAN, file, "--remark", "a\x00b", code=2)
    assert (kept(unchanged), texts(unchanged)) == before


def test_bytes_that_another_school_submitted_stay_when_a_submission_is_refused(short: Short, tmp_path: Path) -> None:
    file = write(tmp_path / "plan.txt", f"shared in {short.id}")
    submit(short, PLAN, file)
    before = kept(short)
    short("evidence", "submit", short.second, PLAN, file, by=short.mentor, code=1)
    assert kept(short) == before


def test_what_is_not_there_is_told_the_nearest(unchanged: Short, tmp_path: Path) -> None:
    file = write(tmp_path / "plan.txt")
    assert "did you mean 'portfolio/plan'?" in submit(unchanged, "portfolio/pla", file, code=1)
    assert "There is no file" in submit(unchanged, PLAN, tmp_path / "none.txt", code=2)
    assert "submitted by" in unchanged("evidence", "get", unchanged.second, PLAN, code=1).err
    assert "No evidence" in unchanged("evidence", "list", unchanged.second).out


def test_a_review_is_by_the_rubric(short: Short, tmp_path: Path) -> None:
    submit(short, PLAN, write(tmp_path / "plan.txt"))
    assert "did you mean 'depth'?" in review(short, PLAN, "accepted", "--points", "dept=3", code=1)
    assert "CRITERION=N" in review(short, PLAN, "accepted", "--points", "depth", code=2)
    assert "given twice" in review(short, PLAN, "accepted", *POINTS, "--points", "depth=1", code=2)
    assert "too few" in review(short, PLAN, "accepted", "--points", "depth=1", "--points", "width=1", code=1)
    assert "asks for points" in review(short, PLAN, "accepted", "--points", "depth=1", code=1)


def test_neither_the_mentor_nor_the_submitter_reviews(short: Short, tmp_path: Path) -> None:
    submit(short, PLAN, write(tmp_path / "plan.txt"))
    assert "cannot review" in review(short, PLAN, "accepted", *POINTS, by=short.mentor, code=1)
    assert "submitted this evidence" in review(short, PLAN, "accepted", *POINTS, by=short.lead, code=1)


def test_without_a_review_it_is_accepted_at_once(short: Short, tmp_path: Path) -> None:
    submit(short, DIARY, write(tmp_path / "diary.txt"))
    (found,) = short("evidence", "list", short.first, "--json").json
    assert found["verdict"] == "accepted"
