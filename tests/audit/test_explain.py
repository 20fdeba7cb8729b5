"""Why a gate opened, what keeps one shut, and what a correction makes of it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit.archive import Archive, open_archive
from audit.explaining import explain, find_gate
from audit.missing import missing_for
from audit.subject import NotInLog
from domain.gate import GATE, Fact, Facts
from domain.participant.corrections import Correct
from tests.audit.conftest import Story
from tests.audit.logged import LoggedCascade
from tests.domain.cascade import MANAGER

NOON = datetime(2025, 11, 1, 7, tzinfo=UTC)


def test_an_open_gate_is_explained_by_its_rule_its_facts_and_who_recorded_them(story: Story, archive: Archive) -> None:
    explanation = explain(archive, story.played.stream("astana-37"), "certify")
    assert explanation.open
    assert explanation.rule.startswith("training.done is true and")
    assert explanation.because is not None
    assert "confirmation/record-checked done" in explanation.because
    grounds = {each.fact: each for each in explanation.grounds}
    trained = grounds["training.done"]
    assert trained.sentence == "astana-37: step training completed"
    assert trained.because is not None
    assert trained.because.startswith("trainers: attendance of session trainers.training.")
    assert "nis-semey" not in trained.because
    trainer = story.played.school("trainers").seats
    assert any(seat.person and trained.who == f"{seat.person}, entered by tester" for seat in trainer.values())
    assert explanation.remarks == ()


def test_every_fact_of_every_open_gate_points_to_the_event_that_set_it(story: Story, archive: Archive) -> None:
    count = 0
    for school, state in story.played.participants.items():
        for gate in state.gates:
            explanation = explain(archive, story.played.stream(school), gate)
            assert explanation.open
            for ground in explanation.grounds:
                assert ground.position is not None
                assert ground.position <= explanation.read_at or ground.of == state.id
                count += 1
    assert count > 50


def test_a_correction_that_would_have_kept_a_gate_shut_is_told_and_undoes_nothing(
    story: Story, archive: Archive
) -> None:
    explanation = explain(archive, story.played.stream("nis-semey"), "certify")
    assert explanation.open
    (remark,) = explanation.remarks
    assert remark.startswith("Corrections recorded since would have kept it shut: one of these is needed: ")
    assert "mentoring.last is on_track: it is at_risk" in remark
    assert "Nothing is undone by that" in remark


def test_a_correction_of_a_fact_that_decides_nothing_is_told_as_well(tmp_path: Path) -> None:
    played = LoggedCascade(tmp_path / "log.db", ("nis-semey",))
    try:
        played.go_on(until=datetime(2025, 11, 20, tzinfo=UTC))
        _correct(played, {"outcome": "needs_support"})
        with open_archive(played.log) as archive:
            (remark,) = explain(archive, played.stream("nis-semey"), "certify").remarks
            grounds = {each.fact: each for each in explain(archive, played.stream("nis-semey"), "certify").grounds}
    finally:
        played.close()
    assert remark == "Facts that it read have been corrected since; it would have opened all the same."
    assert len(grounds["mentoring.held"].corrected_by) == 1


def test_when_a_gate_opened_is_told_as_corrected(tmp_path: Path) -> None:
    played = LoggedCascade(tmp_path / "log.db", ("nis-semey",))
    try:
        played.go_on(until=datetime(2025, 11, 20, tzinfo=UTC))
        certified = [each for each in played.log.stream(played.stream("nis-semey")) if each.kind == "GateOpened"][-1]
        reason = played.write("correction-2", "the committee met a day earlier", MANAGER)
        earlier = certified.happened_at - timedelta(days=1)
        given = {"version": certified.version, "took_place": earlier, "changes": {}, "reason": reason}
        played.ask_school("nis-semey", Correct, MANAGER, **given)
        with open_archive(played.log) as archive:
            gate = json.loads(bytes(certified.data))["gate"]
            explanation = explain(archive, played.stream("nis-semey"), gate)
    finally:
        played.close()
    assert explanation.opened_at == earlier
    assert explanation.position == certified.position
    assert explanation.remarks[0].startswith("When it opened was corrected by event ")


def _correct(played: LoggedCascade, changes: dict[str, str]) -> None:
    version = played.version_of("nis-semey", "CheckpointHeld")
    reason = played.write("correction-2", "misread", MANAGER)
    played.ask_school("nis-semey", Correct, MANAGER, version=version, changes=changes, reason=reason)


def test_a_gate_that_is_shut_is_explained_by_what_is_missing(tmp_path: Path) -> None:
    played = LoggedCascade(tmp_path / "log.db", ("nis-semey",))
    try:
        played.go_on(until=datetime(2025, 1, 20, tzinfo=UTC))
        with open_archive(played.log) as archive:
            certify = explain(archive, played.stream("nis-semey"), "certify")
            opening = explain(archive, played.stream("nis-semey"), "open:rural-hub-school")
    finally:
        played.close()
    assert not certify.open
    assert "training.done is true: it is not recorded" in certify.missing
    assert "mentoring.held is at least 6: it is 2" in certify.missing
    assert not any(each.startswith("webinars.done") for each in certify.missing)
    assert "certified is true: it is not recorded" in opening.missing
    assert any("the date is 2025-11-01 or later: the log has come to 2025-01" in each for each in opening.missing)


def test_a_gate_is_found_by_its_kind_alone_and_an_unknown_one_has_its_nearest_told(
    story: Story, archive: Archive
) -> None:
    stream = story.played.stream("nis-semey")
    assert find_gate(archive, stream, "open") == "open:rural-hub-school"
    assert find_gate(archive, stream, "hub-delivery") == "enter:hub-delivery"
    with pytest.raises(NotInLog, match="did you mean 'certify'"):
        find_gate(archive, stream, "certifi")
    with pytest.raises(NotInLog, match="Its gates: "):
        find_gate(archive, stream, "enter")


def test_what_is_missing_of_a_choice_and_of_a_count_is_told_with_what_is_the_case() -> None:
    facts = Facts(
        1,
        {"a": Fact(1, 1)},
        {"children": {"r/x": {"certified": Fact(True, 3)}, "r/y": {}}},
    )

    def missing(raw: dict[str, object]) -> list[str]:
        return list(missing_for(GATE.validate_python(raw), facts, "r/me", NOON, "Asia/Almaty"))

    assert missing({"any": [{"fact": "a", "at_least": 2}, {"before": "2025-01-01"}]}) == [
        "one of these is needed: a is at least 2: it is 1; or the date is before 2025-01-01: "
        "the log has come to 2025-11-01"
    ]
    assert missing({"at_least": 2, "of": [{"fact": "a", "at_least": 1}, {"fact": "b", "is": True}]}) == [
        "1 more of these are needed: b is true: it is not recorded"
    ]
    assert missing({"among": "children", "where": {"fact": "certified", "is": True}, "at_least": 2}) == [
        "at least 2 of the children have certified is true: it is true at r/x, not recorded at r/y"
    ]
    assert missing({"fact": "certified", "of": "parent", "is": True}) == [
        "the parent's certified is true: there is nobody it could be read from"
    ]
    assert missing({"fact": "a", "at_least": 1}) == []
