"""How the command line takes what people write, and says that it does not know it."""

import click
import pytest

from terminal import main
from terminal.checkpoint import Outcome
from tests.terminal.calling import Calls


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["audit", "verfy"], "There is no command 'audit verfy'. Did you mean 'audit verify'?"),
        (["rollout", "calendar", "sett"], "There is no command 'rollout calendar sett'. Did you mean"),
        (["statsu"], "There is no command 'statsu'. Did you mean 'status'?"),
        (["qqqq"], "There is no command 'qqqq'.\n"),
    ],
)
def test_an_unknown_command_is_told_in_the_same_words_everywhere(
    typed: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.execute(typed) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("typed", ["on_track", "on-track", "on track", "On track"])
def test_an_outcome_is_taken_as_people_write_it(typed: str) -> None:
    assert Outcome(["on_track", "at_risk"]).convert(typed, None, None) == "on_track"


def test_an_outcome_that_there_is_not_is_refused() -> None:
    with pytest.raises(click.BadParameter, match="at_risk"):
        Outcome(["on_track", "at_risk"]).convert("fine", None, None)


def test_two_schools_are_not_one(kaskad: Calls) -> None:
    assert "Name one school" in kaskad("session", "list", "one", "--for", "another", code=2).err
    assert "There is no school 'nowhere'" in kaskad("session", "list", "nowhere", code=1).err


@pytest.mark.parametrize("nobody", ["clock", "cascade"])
def test_nobody_acts_as_the_clock_or_the_cascade(nobody: str) -> None:
    from terminal.acting import actor
    from terminal.outcome import BadInput

    with pytest.raises(BadInput, match="Nobody can act as"):
        actor(nobody)
