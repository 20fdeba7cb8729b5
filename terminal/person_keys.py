"""Putting the persons' keys under a master key that came later than they."""

from people.registry import open_registry
from terminal.outcome import NotFound
from terminal.reading import registry_is_there
from terminal.tables import counted, print_json


def wrap_keys(*, as_json: bool) -> None:
    """Done again, it finds none that is not wrapped. Raises NotFound, and RegistryUnavailable without a master key."""
    from runtime.settings import settings

    here = settings()
    if not registry_is_there():
        raise NotFound(f"There is no registry of persons at {here.registry} with keys at {here.keys}.")
    with open_registry(here.registry, here.keys) as registry:
        wrapped = registry.wrap_keys()
    if as_json:
        print_json({"wrapped": wrapped})
    elif wrapped:
        print(f"{counted(wrapped, 'key')} wrapped.")
    else:
        print("Every key is wrapped already.")
