"""An organisation: who is known, who may do what, which definitions were used, who is erased."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.command import Command
from domain.event import Event
from domain.gate import Facts
from domain.organisation import stream as organisation
from domain.organisation.stream import (
    AdoptProgramme,
    ErasePerson,
    GrantRight,
    Organisation,
    PersonErased,
    PersonRegistered,
    RegisterPerson,
    RevokeRight,
    RightGranted,
    RightRevoked,
    rights_of,
)
from domain.refusal import NO_RIGHT, Reason, Refused
from domain.rollout.commands import PauseRollout
from tests.domain.given import CLERK, HEAD, MANAGER, STRANGER

NOW = datetime(2024, 9, 2, 4, tzinfo=UTC)
OPERATOR = "p-operator"
ADOPT: dict[str, Any] = {"programme": "tiny", "programme_version": "1.0", "digest": "d" * 64, "definition": {}}


class Office:
    """An organisation's stream; everything is asked twice, and the second time is nothing."""

    def __init__(self) -> None:
        self.state = Organisation()

    def when(self, kind: type[Command], actor: str = OPERATOR, **given: Any) -> tuple[Event, ...]:
        command = kind(id="c", actor=actor, at=NOW, **given)
        events = organisation.decide(self.state, Facts(0), command)
        for event in events:
            self.state = organisation.evolve(self.state, event, NOW, self.state.version + 1)
        assert organisation.decide(self.state, Facts(0), command) == ()
        return events

    def refuses(self, expected: Reason, kind: type[Command], actor: str = OPERATOR, /, **given: Any) -> str:
        with pytest.raises(Refused) as caught:
            organisation.decide(self.state, Facts(0), kind(id="c", actor=actor, at=NOW, **given))
        assert caught.value.code == expected.code
        return caught.value.sentence


def office() -> Office:
    """An office with an operator and a programme manager."""
    found = Office()
    found.when(RegisterPerson, person=OPERATOR)
    found.when(GrantRight, person=OPERATOR, right="operator")
    found.when(RegisterPerson, person=MANAGER)
    found.when(GrantRight, person=MANAGER, right="programme-manager", scope="tiny-2024")
    return found


def test_the_very_first_right_makes_the_first_operator() -> None:
    found = Office()
    assert found.when(RegisterPerson, person=OPERATOR) == (PersonRegistered(OPERATOR),)
    assert "auditor" in found.refuses(organisation.NO_OPERATOR, GrantRight, person=OPERATOR, right="auditor")
    assert found.when(GrantRight, person=OPERATOR, right="operator") == (RightGranted(OPERATOR, "operator", "*"),)
    found.refuses(NO_RIGHT, GrantRight, STRANGER, person=OPERATOR, right="auditor")


def test_rights_hold_in_their_scope() -> None:
    state = office().state
    assert rights_of(state, MANAGER, "tiny-2024") == {"programme-manager"}
    assert rights_of(state, MANAGER, "tiny-2025") == frozenset()
    assert rights_of(state, OPERATOR, "tiny-2025") == {"operator"}


def test_a_right_is_given_and_taken_by_an_operator() -> None:
    found = office()
    clerk = {"person": MANAGER, "right": "clerk", "scope": "tiny-2024"}
    found.refuses(NO_RIGHT, GrantRight, MANAGER, **clerk)
    found.when(GrantRight, **clerk)
    found.refuses(NO_RIGHT, RevokeRight, MANAGER, **clerk)
    assert found.when(RevokeRight, **clerk) == (RightRevoked(MANAGER, "clerk", "tiny-2024"),)


def test_nobody_unknown_has_a_right() -> None:
    assert STRANGER in office().refuses(organisation.NO_PERSON, GrantRight, person=STRANGER, right="auditor")


def test_there_is_always_an_operator() -> None:
    found = office()
    found.refuses(organisation.LAST_OPERATOR, RevokeRight, person=OPERATOR, right="operator")
    found.refuses(organisation.LAST_OPERATOR, ErasePerson, person=OPERATOR)
    found.when(GrantRight, person=MANAGER, right="operator")
    assert found.when(RevokeRight, MANAGER, person=OPERATOR, right="operator")


def test_the_programme_manager_registers_people_and_definitions() -> None:
    found = office()
    assert found.when(RegisterPerson, MANAGER, person=HEAD) == (PersonRegistered(HEAD),)
    found.refuses(NO_RIGHT, RegisterPerson, HEAD, person=CLERK)
    found.refuses(NO_RIGHT, AdoptProgramme, HEAD, **ADOPT)
    found.when(AdoptProgramme, MANAGER, **ADOPT)
    assert found.state.programmes == {"d" * 64: ("tiny", found.state.version)}


def test_what_was_adopted_since_the_definitions_were_compared_is_to_be_compared_too() -> None:
    found = office()
    compared = found.state.version
    found.when(AdoptProgramme, MANAGER, **ADOPT, compared_up_to=compared)
    other = ADOPT | {"digest": "e" * 64}
    found.refuses(organisation.ADOPTED_MEANWHILE, AdoptProgramme, MANAGER, **other, compared_up_to=compared)
    found.when(AdoptProgramme, MANAGER, **ADOPT | {"programme": "small", "digest": "f" * 64}, compared_up_to=compared)
    found.when(AdoptProgramme, MANAGER, **other, compared_up_to=compared + 1)


def test_an_erased_person_loses_every_right_and_is_not_known_again() -> None:
    found = office()
    assert found.when(ErasePerson, person=MANAGER) == (PersonErased(MANAGER),)
    assert rights_of(found.state, MANAGER, "tiny-2024") == frozenset()
    found.refuses(organisation.ERASED, RegisterPerson, person=MANAGER)
    found.refuses(organisation.ERASED, GrantRight, person=MANAGER, right="auditor")


def test_only_an_operator_erases_and_only_who_is_known() -> None:
    found = office()
    found.refuses(NO_RIGHT, ErasePerson, MANAGER, person=OPERATOR)
    found.refuses(organisation.NO_PERSON, ErasePerson, person=STRANGER)


def test_a_command_for_another_stream_is_a_fault() -> None:
    with pytest.raises(TypeError, match="PauseRollout"):
        office().when(PauseRollout)
