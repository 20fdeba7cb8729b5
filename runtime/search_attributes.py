"""What workflows can be found by on Temporal's page, made known to a server that was not started here."""

from datetime import timedelta

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from runtime.embedded import SEARCH_ATTRIBUTES

_PATIENCE = timedelta(seconds=5)


async def register_search_attributes(client: Client) -> str | None:
    """Registers those that are missing. Where that is not possible: a sentence that says how somebody else can."""
    try:
        if missing := await _missing(client):
            await _add(client, missing)
    except RPCError as error:
        # another worker that starts at this moment may have been faster
        if error.status != RPCStatusCode.ALREADY_EXISTS:
            return how_to_register(client.namespace, error.message)
    return None


def how_to_register(namespace: str, why: str) -> str:
    # of several names the command takes as many as there are types, and is silent about the others
    names = " ".join(f"--name {name} --type Keyword" for name in SEARCH_ATTRIBUTES)
    return (
        f"The search attributes {' and '.join(SEARCH_ATTRIBUTES)} can't be registered from here ({why}). Everything "
        "works without them. To find workflows by them on Temporal's page, have somebody who may do it call: "
        f"temporal operator search-attribute create {names} --namespace {namespace}"
    )


async def _missing(client: Client) -> list[str]:
    asked = ListSearchAttributesRequest(namespace=client.namespace)
    known = await client.operator_service.list_search_attributes(asked, timeout=_PATIENCE)
    return [name for name in SEARCH_ATTRIBUTES if name not in known.custom_attributes]


async def _add(client: Client, names: list[str]) -> None:
    keywords = dict.fromkeys(names, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
    wanted = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=keywords)
    await client.operator_service.add_search_attributes(wanted, timeout=_PATIENCE)
