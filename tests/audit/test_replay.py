"""The past of a stream: at every position, at any time, as known on any day."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from audit.archive import Archive
from audit.moment import BadMoment, Moment, read_instant, read_moment, words_of
from audit.past import NotYet, folded_past, known_by, remark_on, require_begun, state_at
from audit.picture import picture_of_participant
from audit.replaying import changed_between, learnt_since, picture_at
from domain.history import Corrected
from domain.identity import rollout_stream
from domain.participant.state import Participant
from domain.participant.steps import GateOpened
from tests.audit.conftest import NOVEMBER, Story

ALMATY = "Asia/Almaty"


def test_a_replay_at_every_position_is_the_state_that_was_live_then(story: Story, archive: Archive) -> None:
    assert len(story.played.moments) > 300
    for position, stream, state in story.played.moments:
        assert state_at(archive, stream, Moment(position=position)) == state


def test_between_two_commands_the_state_is_that_after_the_events_so_far(story: Story, archive: Archive) -> None:
    stream = story.played.stream("nis-semey")
    for each in archive.history(stream):
        state = state_at(archive, stream, Moment(position=each.position))
        assert state.version == each.version


def test_a_correction_is_known_from_the_day_on_which_it_was_recorded(story: Story, archive: Archive) -> None:
    stream = story.played.stream("nis-semey")
    day = archive.history(stream)[story.version - 1].happened_at
    then = state_at(archive, stream, Moment(at=day, known_on=day))
    now = state_at(archive, stream, Moment(at=day))
    assert isinstance(then, Participant)
    assert isinstance(now, Participant)
    assert then.checkpoints["mentoring"][-1].outcome == "on_track"
    assert now.checkpoints["mentoring"][-1].outcome == "at_risk"


def test_what_was_learnt_since_is_told_beside_what_is_known_now(story: Story, archive: Archive) -> None:
    stream = story.played.stream("nis-semey")
    day = archive.history(stream)[story.version - 1].happened_at
    learnt = learnt_since(archive, stream, Moment(at=day), str)
    assert ("facts", "mentoring.last", f"on_track -> at_risk, by event {story.checkpoint}") in learnt
    assert learnt_since(archive, stream, Moment(at=NOVEMBER + timedelta(days=1)), str) == []


def test_a_difference_names_what_came_what_changed_and_what_went(story: Story, archive: Archive) -> None:
    before, after = (read_moment(day, ALMATY) for day in ("2025-10-31", "2025-11-01"))
    changed = changed_between(archive, story.played.stream("nis-semey"), before, after, str)
    words = {(section, name): what for section, name, what in changed}
    assert words["about", "phase"] == "journey -> next_tier"
    child = f"nis-share-2024/{story.played.below('nis-semey')[0]}"
    assert words["children", child].startswith("new: tier rural-hub-school")
    back = changed_between(archive, story.played.stream("nis-semey"), after, before, str)
    assert any((section, name) == ("children", child) and what.startswith("gone: ") for section, name, what in back)


def test_a_gate_was_open_from_when_its_opening_was_last_said_to_be(story: Story, archive: Archive) -> None:
    stream = story.played.stream("nis-semey")
    opened = next(each for each in archive.history(stream) if each.event.kind() == "GateOpened")
    assert isinstance(opened.event, GateOpened)
    earlier = opened.happened_at - timedelta(hours=1)
    data = msgspec.to_builtins(opened.event)
    correction = Corrected(opened.version, data, earlier)
    history = [*archive.history(stream), msgspec.structs.replace(opened, version=10_000, event=correction)]
    state = folded_past(stream, history, Moment(at=earlier))
    assert isinstance(state, Participant)
    told = known_by(history, Moment(at=earlier))
    row = picture_of_participant(state, [opened.event.gate], told)["gates"][opened.event.gate]
    assert row == {"opened": earlier, "by event": opened.position}


def test_facts_name_the_event_that_they_come_from(story: Story, archive: Archive) -> None:
    picture = picture_at(archive, story.played.stream("nis-semey"), Moment(position=story.correction))
    assert picture["facts"]["mentoring.last"] == {"value": "at_risk", "by event": story.checkpoint}


def test_nobody_is_said_to_have_reviewed_what_needs_no_review(story: Story, archive: Archive) -> None:
    evidence = picture_at(archive, story.played.stream("nis-semey"), Moment())["evidence"]
    assert evidence["action-research/1-act#1"]["verdict"] == "no review asked"
    assert not [row for row in evidence.values() if row["reviewer"] == row["submitter"]]
    assert evidence["action-research/1-plan#1"]["verdict"] == "accepted"


def test_a_difference_leaves_out_what_was_learnt_later(story: Story, archive: Archive) -> None:
    stream = story.played.stream("nis-semey")
    day = archive.history(stream)[story.version - 1].happened_at
    before = Moment(at=day - timedelta(days=1), known_on=day)
    after = Moment(at=day, known_on=day)
    assert ("checkpoints", "mentoring/8") in {
        (section, name): what for section, name, what in changed_between(archive, stream, before, after, str)
    }
    told = str(changed_between(archive, stream, before, after, str))
    assert "at_risk" not in told
    assert "at_risk" in str(changed_between(archive, stream, Moment(at=before.at), Moment(at=day), str))


def test_a_moment_is_told_with_the_seconds_that_were_given() -> None:
    given = read_moment("2025-11-01T08:00:23", ALMATY, "2025-11-02")
    assert words_of(given, ALMATY) == "2025-11-01 08:00:23, as known on 2025-11-02 23:59"


def test_a_rollout_is_replayed_with_all_its_participants(archive: Archive) -> None:
    picture = picture_at(archive, rollout_stream("nis-share-2024"), read_moment("2025-11-30", ALMATY))
    assert picture["counts"]["rural-hub-school"]["participants"] == 2
    assert picture["participants"]["nis-share-2024/nis-semey"]["status"] == "next_tier"
    early = picture_at(archive, rollout_stream("nis-share-2024"), read_moment("2024-09-30", ALMATY))
    assert "rural-hub-school" not in early["counts"]


def test_before_its_beginning_there_is_nothing_of_a_school_and_its_first_event_is_told(
    story: Story, archive: Archive
) -> None:
    stream, moment = story.played.stream("nis-semey"), Moment(position=3)
    with pytest.raises(NotYet, match=r"There is nothing of nis-share-2024/nis-semey yet .*first event is \d+, of"):
        require_begun(archive, stream, state_at(archive, stream, moment), moment, ALMATY)


def test_a_moment_that_is_still_to_come_is_told_to_be_so(archive: Archive) -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    assert "still to come" in str(remark_on(archive, Moment(position=archive.position + 1), now))
    assert "still to come" in str(remark_on(archive, Moment(at=now + timedelta(days=1)), now))
    assert "still to come" in str(remark_on(archive, Moment(known_on=now + timedelta(days=1)), now))
    assert remark_on(archive, Moment(at=now), now) is None


def test_a_date_is_the_whole_day_where_the_programme_is() -> None:
    assert read_instant("2025-11-01", ALMATY, end_of_day=False) == datetime(2025, 10, 31, 19, tzinfo=UTC)
    assert read_instant("2025-10-31", ALMATY, end_of_day=True) == datetime(2025, 10, 31, 18, 59, 59, 999999, UTC)
    assert read_instant("2025-11-01T08:00", ALMATY, end_of_day=True) == datetime(2025, 11, 1, 3, tzinfo=UTC)
    assert read_instant("2025-11-01T08:00Z", ALMATY, end_of_day=True) == datetime(2025, 11, 1, 8, tzinfo=UTC)


def test_a_number_is_a_position() -> None:
    assert read_moment("812", ALMATY) == Moment(position=812)
    known = read_moment("812", ALMATY, "2025-10-31").known_on
    assert known == datetime(2025, 10, 31, 18, 59, 59, 999999, UTC)


@pytest.mark.parametrize("text", ["yesterday", "2025-13-01", "", "9999-12-31T23:59-23:59", "-5", "31.10.2025"])
def test_what_is_no_moment_is_refused_with_what_would_be_one(text: str) -> None:
    with pytest.raises(BadMoment, match=r"is no time|beyond"):
        read_moment(text, ALMATY)
