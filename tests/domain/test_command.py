"""Commands: what makes two of them the same, and what no command can say."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.command import PassTime, kinds, parse
from domain.participant import stream as participant
from domain.participant.attendance import RecordAttendance
from domain.participant.hosting import CancelSession
from domain.participant.reviews import ReviewEvidence
from domain.participant.tasks import CompleteTask
from domain.rollout import stream as rollout
from tests.domain.given import HEAD, MEMBER, MORNING

DONE: dict[str, Any] = {"id": "c-1", "actor": HEAD, "task": "ready/go"}


@given(
    at=st.one_of(st.none(), st.integers(0, 10_000).map(lambda hours: MORNING + timedelta(hours=hours))),
    trace_id=st.one_of(st.none(), st.just("0123456789abcdef" * 2)),
    entered_by=st.one_of(st.none(), st.text(st.characters(categories=["L"]), max_size=20)),
)
def test_the_same_command_is_the_same_whenever_and_wherever_it_is_tried(
    at: datetime | None, trace_id: str | None, entered_by: str | None
) -> None:
    tried = CompleteTask(**DONE, at=at, trace_id=trace_id, entered_by=entered_by)
    assert tried.fingerprint() == CompleteTask(**DONE).fingerprint()


@pytest.mark.parametrize(
    "other",
    [
        {"actor": MEMBER},
        {"task": "ready/choice"},
        {"answer": "yes"},
        {"on_behalf_of": MEMBER},
        {"happened_at": MORNING},
    ],
)
def test_another_command_is_another(other: dict[str, Any]) -> None:
    assert CompleteTask(**{**DONE, **other}).fingerprint() != CompleteTask(**DONE).fingerprint()


def test_two_kinds_with_the_same_arguments_are_two_commands() -> None:
    session = {"id": "c", "actor": HEAD, "session": "s"}
    assert RecordAttendance(**session).fingerprint() != CancelSession(**session).fingerprint()


def test_the_order_in_which_arguments_were_given_makes_no_difference() -> None:
    review: dict[str, Any] = {"id": "c", "actor": HEAD, "step": "work", "item": "essay", "verdict": "accepted"}
    one = ReviewEvidence(**review, points={"clear": 1, "true": 2})
    other = ReviewEvidence(**review, points={"true": 2, "clear": 1})
    assert one.fingerprint() == other.fingerprint()


@pytest.mark.parametrize("command", [*participant.COMMANDS, *rollout.COMMANDS], ids=lambda each: each.__name__)
def test_every_command_has_a_kind_that_is_its_name(command: Any) -> None:
    assert kinds(command) == {command.__name__: command}


def test_a_command_comes_back_from_its_json() -> None:
    command = CompleteTask(**DONE, at=MORNING, happened_at=MORNING)
    assert parse(command.model_dump_json().encode(), kinds(CompleteTask, PassTime)) == command


def test_an_instant_is_kept_in_utc_whatever_zone_it_was_said_in() -> None:
    said = MORNING.astimezone(timezone(timedelta(hours=5)))
    command = CompleteTask(**DONE, happened_at=said)
    assert command.happened_at is not None
    assert command.happened_at.tzinfo is UTC
    assert command.fingerprint() == CompleteTask(**DONE, happened_at=MORNING).fingerprint()


@pytest.mark.parametrize(
    "other",
    [
        {"happened_at": datetime(2024, 9, 2)},  # noqa: DTZ001
        {"happened_at": "0001-01-01T00:00:00+05:00"},
        {"happened_at": "9999-12-31T23:59:59-05:00"},
        {"actor": "Aigerim"},
        {"actor": "p-1"},
        {"id": ""},
        {"id": "two words"},
        {"id": "x" * 251},
        {"entered_by": "x" * 201},
        {"trace_id": "short"},
        {"unheard": "of"},
        {"task": "x" * 201},
    ],
)
def test_what_no_command_can_say_is_refused_before_it_is_one(other: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CompleteTask(**{**DONE, **other})


def test_a_command_that_has_not_come_through_the_door_has_no_instant() -> None:
    with pytest.raises(ValueError, match="no instant"):
        _ = CompleteTask(**DONE).now
