"""What a rehearsal came to: who was certified, who was not, and what became of those."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from domain.participant.state import Participant
from rehearsal.summary import Summary, not_certified
from terminal.demo import print_summary

DAY = datetime(2026, 9, 1, tzinfo=UTC)


def _summary(**known: Any) -> Summary:
    """One in which nothing happened but what is given."""
    nothing: dict[Any, Any] = {int: 0, str: "", bool: True, date: date(2024, 9, 2)}
    fields = msgspec.structs.fields(Summary)
    return Summary(**{each.name: nothing.get(each.type, ()) for each in fields} | {"not_certified": {}} | known)


def test_whoever_has_no_certificate_is_named_with_the_phase() -> None:
    those = [
        Participant(school="aksu", phase="completed", certified_at=DAY),
        Participant(school="bayan", phase="closed"),
        Participant(school="chu", phase="withdrawn", certified_at=DAY),
        Participant(school="derbisek", phase="withdrawn"),
    ]
    assert not_certified(those) == {"bayan": "closed", "derbisek": "withdrawn"}


def test_the_summary_says_how_many_were_certified_and_what_became_of_the_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_summary(_summary(opened_below=4, certified_below=4, completed_below=4), 1.0)
    assert "4 opened by certified parents; 4 certified, 4 at their end\n" in capsys.readouterr().out
    missing = {"bayan": "closed", "derbisek": "withdrawn", "esil": "completed", "fort": "journey"}
    print_summary(_summary(opened_below=5, certified_below=1, completed_below=2, not_certified=missing), 1.0)
    said = capsys.readouterr().out
    assert "5 opened by certified parents; 1 certified, 2 at their end; not certified: " in said
    assert "bayan (closed: it could go no further), derbisek (it withdrew), esil (" in said
    assert "fort (still under way)" in said
