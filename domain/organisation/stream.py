"""An organisation's stream: definitions as used, rights, opaque persons and erasures."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, get_args

import msgspec
from msgspec.structs import replace
from pydantic import Field

from domain.command import Command, PersonId
from domain.event import Event
from domain.gate import Facts
from domain.identity import nearest
from domain.refusal import NO_RIGHT, Reason, Refused
from domain.text import Id

# --- events


class ProgrammeAdopted(Event, frozen=True, tag="ProgrammeAdopted"):
    """A whole definition as used, with every parameter replaced by its value."""

    programme: str
    programme_version: str
    digest: str
    definition: dict[str, Any]


class PersonRegistered(Event, frozen=True, tag="PersonRegistered"):
    person: str


class RightGranted(Event, frozen=True, tag="RightGranted"):
    """`scope` is a rollout, or * for all of them."""

    person: str
    right: str
    scope: str


class RightRevoked(Event, frozen=True, tag="RightRevoked"):
    person: str
    right: str
    scope: str


class PersonErased(Event, frozen=True, tag="PersonErased"):
    person: str


OrganisationEvent = ProgrammeAdopted | PersonRegistered | RightGranted | RightRevoked | PersonErased
EVENTS: tuple[type[Event], ...] = get_args(OrganisationEvent)

# --- commands


class AdoptProgramme(Command):
    kind: Literal["AdoptProgramme"] = "AdoptProgramme"
    programme: Id
    programme_version: str
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    definition: dict[str, Any]
    #: Version of the stream up to which the programme's definitions were compared with this one; None: none was.
    compared_up_to: int | None = None


class RegisterPerson(Command):
    kind: Literal["RegisterPerson"] = "RegisterPerson"
    person: PersonId


class GrantRight(Command):
    kind: Literal["GrantRight"] = "GrantRight"
    person: PersonId
    right: Id
    scope: str = Field("*", pattern=r"^(\*|[a-z0-9][a-z0-9-]{0,62})$")


class RevokeRight(Command):
    kind: Literal["RevokeRight"] = "RevokeRight"
    person: PersonId
    right: Id
    scope: str = Field("*", pattern=r"^(\*|[a-z0-9][a-z0-9-]{0,62})$")


class ErasePerson(Command):
    kind: Literal["ErasePerson"] = "ErasePerson"
    person: PersonId


COMMANDS: tuple[type[Command], ...] = (AdoptProgramme, RegisterPerson, GrantRight, RevokeRight, ErasePerson)

# --- refusals

NO_OPERATOR = Reason("no_operator", "The first right that is granted makes the first operator; it cannot be {right}.")
NO_PERSON = Reason("no_person", "There is no person {person}{hint}.")
ERASED = Reason("person_erased", "The person {person} has been erased.")
ADOPTED_MEANWHILE = Reason(
    "adopted_meanwhile", "Another definition of {programme} was adopted at this moment; compare them, and ask again."
)
LAST_OPERATOR = Reason("last_operator", "{person} is the only operator; make somebody else operator first.")

# --- state


class Organisation(msgspec.Struct, frozen=True):
    version: int = 0
    #: person -> whether still known (False: erased)
    persons: Mapping[str, bool] = {}
    rights: frozenset[tuple[str, str, str]] = frozenset()
    #: digest -> (programme, version of the event that adopted it)
    programmes: Mapping[str, tuple[str, int]] = {}


# --- decide


def decide(state: Organisation, facts: Facts, command: Command) -> tuple[Event, ...]:
    """What is to be recorded; nothing when it is so already. Raises Refused."""
    match command:
        case AdoptProgramme():
            _must(state, command.actor, "programme-manager")
            if command.digest in state.programmes:
                return ()
            if command.compared_up_to is not None and _adopted_after(state, command.programme, command.compared_up_to):
                raise ADOPTED_MEANWHILE(programme=command.programme)
            return (ProgrammeAdopted(command.programme, command.programme_version, command.digest, command.definition),)
        case RegisterPerson():
            if _operators(state):
                _must(state, command.actor, "programme-manager")
            if command.person not in state.persons:
                return (PersonRegistered(command.person),)
            must_know(state, command.person)
            return ()
        case GrantRight():
            return _grant(state, command)
        case RevokeRight():
            return _revoke(state, command)
        case ErasePerson():
            return _erase(state, command)
        case _:
            raise TypeError(f"{command.kind} is no command to an organisation")


def _grant(state: Organisation, command: GrantRight) -> tuple[Event, ...]:
    """The very first right makes the first operator; every other is granted by an operator."""
    if _operators(state):
        _must(state, command.actor, "operator")
    elif command.right != "operator":
        raise NO_OPERATOR(right=command.right)
    must_know(state, command.person)
    right = (command.person, command.right, command.scope)
    return () if right in state.rights else (RightGranted(*right),)


def _revoke(state: Organisation, command: RevokeRight) -> tuple[Event, ...]:
    _must(state, command.actor, "operator")
    right = (command.person, command.right, command.scope)
    if right not in state.rights:
        return ()
    scopes = {scope for person, each, scope in state.rights if (person, each) == (command.person, "operator")}
    if command.right == "operator" and _operators(state) == {command.person} and len(scopes) == 1:
        raise LAST_OPERATOR(person=command.person)
    return (RightRevoked(*right),)


def _erase(state: Organisation, command: ErasePerson) -> tuple[Event, ...]:
    _must(state, command.actor, "operator")
    if command.person not in state.persons:
        raise _nobody(state, command.person)
    if not state.persons[command.person]:
        return ()
    if _operators(state) == {command.person}:
        raise LAST_OPERATOR(person=command.person)
    return (PersonErased(command.person),)


def _adopted_after(state: Organisation, programme: str, version: int) -> bool:
    return any(name == programme and at > version for name, at in state.programmes.values())


def _operators(state: Organisation) -> set[str]:
    return {person for person, right, _ in state.rights if right == "operator"}


def _must(state: Organisation, actor: str, right: str) -> None:
    """An operator may do everything here; a programme manager of any rollout registers people and definitions."""
    held = {each for person, each, _ in state.rights if person == actor}
    if right not in held and "operator" not in held:
        raise NO_RIGHT(actor=actor, right=right)


def _nobody(state: Organisation, person: str) -> Refused:
    close = nearest(person, (each for each, is_known in state.persons.items() if is_known))
    return NO_PERSON(person=person, hint=f"; did you mean '{close}'?" if close else "")


# --- evolve


def evolve(state: Organisation, event: Event, at: datetime, version: int) -> Organisation:
    state = replace(state, version=version)
    match event:
        case ProgrammeAdopted():
            return replace(state, programmes={**state.programmes, event.digest: (event.programme, version)})
        case PersonRegistered():
            return replace(state, persons={**state.persons, event.person: True})
        case RightGranted():
            return replace(state, rights=state.rights | {(event.person, event.right, event.scope)})
        case RightRevoked():
            return replace(state, rights=state.rights - {(event.person, event.right, event.scope)})
        case PersonErased():
            kept = frozenset(each for each in state.rights if each[0] != event.person)
            return replace(state, persons={**state.persons, event.person: False}, rights=kept)
        case _:
            return state


# --- questions


def must_know(state: Organisation, *persons: str) -> None:
    """Each of them was registered and not erased. Raises Refused."""
    for person in persons:
        if person not in state.persons:
            raise _nobody(state, person)
        if not state.persons[person]:
            raise ERASED(person=person)


def rights_of(state: Organisation, person: str, rollout: str | None) -> frozenset[str]:
    """The rights that a person has in a rollout; an operator does not thereby manage programmes."""
    return frozenset(right for whose, right, scope in state.rights if whose == person and scope in ("*", rollout))
