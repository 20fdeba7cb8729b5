"""Which events are shown, and in what words."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from audit.archive import Archive
from audit.correcting import correction_told, in_words
from audit.line import event_of, line_of, words_of
from audit.selection import Selection, checked, select
from audit.subject import Ambiguous, NotInLog, find_rollout, find_school, find_subject, require_person
from audit.wording import _WORDS, sentence_of
from domain.codec import EVENT_BY_KIND
from domain.history import Corrected
from eventlog.log import EventLog
from tests.audit.conftest import Story

ALMATY = "Asia/Almaty"


def test_every_event_has_a_sentence_of_its_own(log: EventLog) -> None:
    for record in log.read(limit=10_000):
        sentence = sentence_of(event_of(record), ALMATY)
        assert sentence != record.kind
        assert "Struct" not in sentence
        assert "None" not in sentence


def test_no_kind_of_event_is_without_words() -> None:
    assert set(_WORDS) == set(EVENT_BY_KIND.values())


def test_a_line_says_where_when_what_and_by_whom(archive: Archive, story: Story) -> None:
    record = archive.record_at(story.checkpoint)
    assert record is not None
    mentor = story.played.school("nis-semey").duties["mentor"].person
    line = words_of(line_of(archive, record, ALMATY), ALMATY)
    assert line.startswith(f"{story.checkpoint:>7}  2025-")
    assert f"nis-semey: checkpoint 8 of mentoring held by {mentor}: on track" in line
    assert line.endswith(f"[{mentor}, entered by tester]")


def test_a_correction_says_for_which_event_it_is_and_what_it_changes(archive: Archive, story: Story) -> None:
    record = archive.record_at(story.correction)
    assert record is not None
    line = line_of(archive, record, ALMATY)
    assert line.sentence == (
        f"nis-semey: CheckpointHeld, event {story.checkpoint}, corrected: outcome on_track -> at_risk"
    )


def test_a_correction_of_what_was_corrected_tells_what_it_finds(archive: Archive, story: Story) -> None:
    record = archive.record_at(story.correction)
    assert record is not None
    event = event_of(record)
    assert isinstance(event, Corrected)
    earlier = event.happened_at - timedelta(hours=2)
    again = msgspec.structs.replace(event, data={**event.data, "outcome": "needs_support"}, happened_at=earlier)
    later = msgspec.structs.replace(record, version=record.version + 1)
    told = correction_told(archive, later, again, ALMATY)
    assert told is not None
    assert "outcome at_risk -> needs_support; took place 2025-" in told


@pytest.mark.parametrize(
    ("value", "words"),
    [((), "none"), (("principal", "teacher-1"), "principal, teacher-1"), ({"principal": "p-1"}, "principal: p-1")],
)
def test_what_a_correction_changes_is_told_in_words(value: object, words: str) -> None:
    assert in_words(value) == words


def test_what_was_recorded_later_than_it_happened_says_so(archive: Archive, story: Story) -> None:
    record = archive.record_at(story.checkpoint)
    assert record is not None
    late = msgspec.structs.replace(record, recorded_at=datetime(2025, 12, 1, 3, tzinfo=UTC))
    assert ", recorded 2025-12-01 08:00]" in words_of(line_of(archive, late, ALMATY), ALMATY)


def test_a_school_is_named_in_its_own_events_in_its_roster_s_and_in_its_host_s(archive: Archive, story: Story) -> None:
    wanted = checked(archive, Selection(school="nis-semey"))
    found = list(select(archive, wanted))
    streams = {record.stream for record in found}
    assert {"participant:nis-share-2024/nis-semey", "participant:nis-share-2024/trainers"} <= streams
    assert {"SchoolEnrolled", "SessionPlanned"} <= {record.kind for record in found}
    assert not any(record.stream.endswith("astana-37") for record in found)


def test_a_person_is_found_as_actor_and_as_the_one_that_an_event_is_about(archive: Archive, story: Story) -> None:
    mentor = story.played.school("nis-semey").duties["mentor"].person
    kinds = {record.kind for record in select(archive, checked(archive, Selection(person=mentor)))}
    assert {"DutyAssigned", "CheckpointHeld"} <= kinds


def test_filters_are_joined_and_a_page_goes_on_where_the_last_one_ended(archive: Archive) -> None:
    wanted = checked(archive, Selection(rollout="nis-share-2024", kinds=("taskasked",)))
    everything = [record.position for record in select(archive, wanted)]
    assert len(everything) > 50
    paged: list[int] = []
    after = 0
    while page := list(
        select(archive, Selection(rollout="nis-share-2024", kinds=("TaskAsked",), after=after, limit=7))
    ):
        paged += [record.position for record in page]
        after = paged[-1]
    assert paged == everything


def test_a_time_is_looked_for_on_either_clock(archive: Archive, story: Story) -> None:
    day = datetime(2025, 11, 20, tzinfo=UTC)
    recorded = select(archive, Selection(since=day, until=day, clock="recorded"))
    assert story.correction in {record.position for record in recorded}
    before = list(select(archive, Selection(until=datetime(2024, 9, 2, 3, tzinfo=UTC))))
    assert {record.stream for record in before} == {"organisation:main"}


def test_whom_the_log_does_not_know_has_the_nearest_told(archive: Archive) -> None:
    with pytest.raises(NotInLog, match="did you mean 'nis-share-2024'"):
        find_rollout(archive, "nis-share-2025")
    with pytest.raises(NotInLog, match=r"no school 'nis-semei'; did you mean 'nis-semey'\?"):
        find_school(archive, "nis-semei")
    with pytest.raises(NotInLog, match="did you mean 'astana-37'"):
        find_subject(archive, "astana-73")
    with pytest.raises(NotInLog, match="No event names the person 'p-manager9'; did you mean 'p-manager0'"):
        require_person(archive, "p-manager9")
    with pytest.raises(NotInLog, match="did you mean 'TaskAsked'"):
        checked(archive, Selection(kinds=("TaskAskd",)))


def test_a_school_is_named_alone_or_with_its_rollout(archive: Archive) -> None:
    stream = "participant:nis-share-2024/nis-semey"
    assert find_school(archive, "nis-semey") == stream
    assert find_school(archive, "nis-share-2024/nis-semey") == stream
    assert find_subject(archive, stream) == stream
    assert find_subject(archive, "nis-share-2024") == "rollout:nis-share-2024"


def test_a_school_of_two_rollouts_has_to_be_told_apart(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    streams = ["participant:one/school", "participant:two/school"]
    monkeypatch.setattr(archive.snapshot, "streams", lambda prefix="": streams)
    with pytest.raises(Ambiguous, match="one/school, two/school"):
        find_school(archive, "school")
    assert find_school(archive, "school", "two") == "participant:two/school"
