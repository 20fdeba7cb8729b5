"""Two clocks: what had happened by a moment, as it was known at another."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.history import Corrected, Happening, as_of, corrected, fold, fold_past
from domain.participant import stream
from domain.participant.journey import Enrolled, SeatOffered
from domain.participant.mentoring import CheckpointHeld
from domain.participant.state import Participant
from domain.participant.team import SeatTaken

START = datetime(2024, 9, 2, tzinfo=UTC)
ENROLLED = Enrolled("r/one", "r", "one", {}, "school", None, "north", "kk", (SeatOffered("head", "head", True),))
HELD = CheckpointHeld("talk", 1, "on_track", "p-mentor00")


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def corrects(version: int, happened: int = 5, **changes: object) -> Corrected:
    data = {"kind": "CheckpointHeld", "step": "talk", "number": 1, "outcome": "on_track", "mentor": "p-mentor00"}
    return Corrected(version, {**data, "remark": None, **changes}, day(happened))


def happening(version: int, event: object, happened: int, recorded: int) -> Happening:
    return Happening(version, version, event, day(happened), day(recorded), "p-mentor00")  # type: ignore[arg-type]


#: held on day 5 and recorded on day 8; corrected on day 12, and once more on day 20
HISTORY = (
    happening(1, ENROLLED, 0, 0),
    happening(2, HELD, 5, 8),
    happening(3, corrects(2, outcome="at_risk"), 12, 12),
    happening(4, corrects(2, happened=6, outcome="needs_support"), 20, 20),
)


def outcome(at: int | None, known_on: int | None) -> object:
    moments = [None if number is None else day(number) for number in (at, known_on)]
    return fold_past(Participant(), HISTORY, stream.evolve, *moments).fact("talk.last")


@pytest.mark.parametrize(
    ("at", "known_on", "expected"),
    [
        (4, 30, None),
        (5, 7, None),
        (5, 8, "on_track"),
        (5, 11, "on_track"),
        (5, 12, "at_risk"),
        (5, 19, "at_risk"),
        (5, 20, None),
        (6, 20, "needs_support"),
        (None, 12, "at_risk"),
        (None, None, "needs_support"),
    ],
)
def test_a_question_of_the_past_names_two_moments(at: int | None, known_on: int | None, expected: str | None) -> None:
    assert outcome(at, known_on) == expected


def test_a_correction_says_when_it_took_place_as_well() -> None:
    assert [each.happened_at for each in corrected(HISTORY)] == [day(0), day(6), day(12), day(20)]
    assert fold(Participant(), HISTORY, stream.evolve).checkpoints["talk"][0].at == day(6)


def test_without_a_correction_nothing_is_changed() -> None:
    assert corrected(HISTORY[:2]) == list(HISTORY[:2])


def test_what_is_not_known_yet_corrects_nothing() -> None:
    assert [each.version for each in as_of(HISTORY, known_on=day(8))] == [1, 2]
    assert [each.version for each in as_of(HISTORY, at=day(5), known_on=day(12))] == [1, 2, 3]


def test_an_event_that_happened_before_what_it_refers_to_says_nothing_until_that_had_happened() -> None:
    late = (happening(1, ENROLLED, 10, 10), happening(2, SeatTaken("head", "head", "p-head0000"), 3, 10))
    assert fold_past(Participant(), late, stream.evolve, at=day(5)).seats == {}
    assert fold_past(Participant(), late, stream.evolve, at=day(10)).seats["head"].person == "p-head0000"


def test_a_history_that_is_recorded_whole_folds_to_the_present() -> None:
    assert fold_past(Participant(), HISTORY, stream.evolve) == fold(Participant(), HISTORY, stream.evolve)
