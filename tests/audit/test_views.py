"""The views say what the log says; what does not is found, and put right, and nothing is sent again."""

from pathlib import Path

from audit.views import Deviation, compare, rebuild
from eventlog.copy import copy_log
from eventlog.log import EventLog, open_log
from tests.audit.tampering import opened
from tests.eventlog.dumps import dump_views


def test_the_views_of_a_rollout_are_what_its_log_says(log: EventLog) -> None:
    assert list(compare(log)) == []


def test_views_that_are_rebuilt_are_equal_line_by_line(copied: Path) -> None:
    with open_log(copied) as log:
        before = list(dump_views(log))
        assert rebuild(log) == len(before) > 200
        assert list(dump_views(log)) == before


def test_a_row_that_is_wrong_one_too_many_and_one_too_few_are_found_and_put_right(copied: Path) -> None:
    with open_log(copied) as log:
        before = list(dump_views(log))
    with opened(copied) as connection:
        connection.execute("UPDATE participants SET status = 'certified' WHERE school = 'nis-semey'")
        connection.execute("DELETE FROM facts WHERE name = 'certified' AND stream LIKE '%/astana-37'")
        connection.execute("INSERT INTO persons (stream, person, status) VALUES ('organisation:other', 'p-1', 'known')")
    with open_log(copied) as log:
        found = {each.view: each for each in compare(log)}
        assert set(found) == {"participants", "facts", "persons"}
        wrong, missing, extra = (found[view] for view in ("participants", "facts", "persons"))
        assert isinstance(wrong, Deviation)
        assert wrong.found is not None
        assert wrong.expected is not None
        assert (wrong.found["status"], wrong.expected["status"]) == ("certified", "completed")
        assert missing.found is None
        assert extra.expected is None
        rebuild(log)
        assert list(compare(log)) == []
        assert list(dump_views(log)) == before


def test_a_rebuild_leaves_alone_what_is_sent_and_delivered(copied: Path) -> None:
    with open_log(copied) as log:
        waiting, following = log.outbox.waiting(), log.followups.count()
        assert waiting > 0
        rebuild(log)
        assert (log.outbox.waiting(), log.followups.count()) == (waiting, following)


def test_views_can_be_made_for_a_copy_which_has_none(log: EventLog, tmp_path: Path) -> None:
    copy_log(log, tmp_path / "copy.db")
    with open_log(tmp_path / "copy.db") as copied:
        assert list(dump_views(copied)) == []
        rebuild(copied)
        assert list(dump_views(copied)) == list(dump_views(log))
