"""Whether the registry has those persons whom the log knows: without it no message has an address."""

from collections.abc import Iterator

from people.errors import RegistryUnavailable
from people.registry import open_registry
from runtime.settings import Settings
from terminal.reading import registry_is_there

_NO_NAMES = "no name is shown, no message is sent"


def what_is_wrong_with_persons(here: Settings, somebody: str | None) -> Iterator[tuple[str, str]]:
    """`somebody`: one whom the log knows, and nobody erased; nothing is made where no registry is."""
    if somebody is None:
        return
    where = f"It lies where KASKAD_REGISTRY and KASKAD_KEYS say: {here.registry}, {here.keys}."
    if not registry_is_there():
        yield (
            f"There is no registry of persons here: {_NO_NAMES}.",
            f"{where} A lost one comes back by 'kaskad restore'.",
        )
        return
    try:
        with open_registry(here.registry, here.keys) as registry:
            known = registry.names_of([somebody])
    except RegistryUnavailable as error:
        yield f"The registry of persons can't be read: {_NO_NAMES}.", str(error)
        return
    if not known:
        yield f"The registry of persons is not that of this log: it does not know {somebody}.", where
