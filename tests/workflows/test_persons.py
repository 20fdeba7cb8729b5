"""Whom somebody names is known, whichever client the update comes from."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio.client import Client

from activities.organisation import ask_organisation
from domain.command import Command
from domain.identity import rollout_stream
from domain.organisation.stream import ErasePerson, GrantRight
from domain.participant.team import AssignDuty, NameSubstitute, TakeSeat
from domain.refusal import Refused
from domain.rollout.commands import EnrolSchools, NominateSchools, Place
from runtime.settings import Settings
from tests.workflows.cascade import MANAGER, NAMES, Cascade, cascade

pytestmark = pytest.mark.server

KNOWN, ERASED, UNKNOWN = "p-0000000a", "p-0000000b", "p-0000000c"


@pytest.fixture
async def here(client: Client, settings_here: Settings) -> AsyncIterator[Cascade]:
    """A school with its lead; one person was erased."""
    async with cascade(client, settings_here) as here:
        await here.start("alpha")
        await here.settle()
        await here.ask("alpha", TakeSeat, seat="lead", person=KNOWN)
        await ask_organisation(here.office.door, ErasePerson(id="erase", actor=MANAGER, person=ERASED))
        await here.settle()
        yield here


def place(school: str, tier: str, **persons: str) -> Place:
    return Place(school=school, tier=tier, names=NAMES, region="Astana", language="kk", persons=persons)


async def refused(here: Cascade, stream: str, command: Command) -> Refused:
    before = here.log.head().size
    with pytest.raises(Refused) as caught:
        await here.asker.ask(stream, command)
    assert here.log.head().size == before
    return caught.value


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (TakeSeat, {"seat": "second"}),
        (NameSubstitute, {"seat": "lead"}),
        (AssignDuty, {"duty": "reviewer"}),
    ],
)
async def test_nobody_unknown_or_erased_comes_into_a_school(
    here: Cascade, kind: type[Command], given: dict[str, Any]
) -> None:
    unknown = await refused(here, here.stream("alpha"), here.command(kind, person=UNKNOWN, **given))
    assert unknown.code == "no_person"
    assert "did you mean 'p-000000" in unknown.sentence
    erased = await refused(here, here.stream("alpha"), here.command(kind, person=ERASED, **given))
    assert erased.code == "person_erased"


async def test_no_list_brings_in_whom_nobody_knows(here: Cascade) -> None:
    rollout = rollout_stream(here.rollout)
    listed = (place("beta", "school", lead=KNOWN), place("gamma", "school", lead=UNKNOWN))
    assert (await refused(here, rollout, here.command(EnrolSchools, places=listed))).code == "no_person"
    named = (place("delta", "partner", lead=ERASED),)
    command = here.command(NominateSchools, parent="alpha", places=named)
    assert (await refused(here, rollout, command)).code == "person_erased"


async def test_a_right_goes_to_nobody_unknown_and_the_nearest_is_told(here: Cascade) -> None:
    command = GrantRight(id="right", actor=MANAGER, person=UNKNOWN, right="auditor")
    with pytest.raises(Refused, match="did you mean 'p-000000"):
        await ask_organisation(here.office.door, command)
