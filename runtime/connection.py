"""Finding and reaching the Temporal server."""

import asyncio
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.embedded import find_server
from runtime.folder import DataFolder
from runtime.settings import Settings, WrongSetting
from runtime.settings import settings as current_settings

if TYPE_CHECKING:
    from temporalio.client import Client
    from temporalio.runtime import Runtime


#: what can be wrong, by its code, with what to do about it
SENTENCES = {
    "no-temporal": (
        "No Temporal server runs on {home}. Start the stack with `./kaskad up` in another terminal, "
        "or name a server of your own with TEMPORAL_ADDRESS."
    ),
    "temporal-away": (
        "The Temporal server at {address} can't be reached ({why}). If it is the embedded one, start it with "
        "`./kaskad up`; if it is your own, check TEMPORAL_ADDRESS, the namespace and TLS. Nothing was changed."
    ),
}


class TemporalUnavailable(Exception):
    """The Temporal server can't be reached now; the sentence says what to do."""

    def __init__(self, sentence: str, *, problem: str = "", **gaps: object) -> None:
        self.problem = problem
        self.gaps = gaps
        super().__init__(sentence)


def names_a_server(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether TEMPORAL_ADDRESS or a Temporal profile names a server, so that none is to be started here."""
    if environment.get("TEMPORAL_ADDRESS"):
        return True
    # Reading a profile means to import the SDK, which costs more than most commands: only where there is one to read.
    has_profiles = bool(environment.get("TEMPORAL_CONFIG_FILE")) or _usual_config_file(environment).exists()
    return has_profiles and "target_host" in _configured(environment)


def find_address(settings: Settings) -> dict[str, Any]:
    """The arguments of `Client.connect`; raises TemporalUnavailable where no server is named and none runs here."""
    configured = _configured(os.environ)
    if "target_host" in configured:
        return configured
    embedded = find_server(DataFolder(settings.home))
    if embedded is None:
        raise _away("no-temporal", home=settings.home)
    return {**configured, "target_host": embedded.address}


async def connect(
    settings: Settings | None = None, *, within: float | None = None, runtime: "Runtime | None" = None
) -> "Client":
    """A client with everything of ours in it; raises TemporalUnavailable after KASKAD_CONNECT_TIMEOUT seconds."""
    from temporalio.client import Client
    from temporalio.service import RPCError

    from runtime.plugin import KaskadPlugin

    settings = settings or current_settings()
    arguments = find_address(settings)
    try:
        async with asyncio.timeout(within or settings.connect_timeout):
            return await Client.connect(**arguments, plugins=[KaskadPlugin(sandbox=settings.sandbox)], runtime=runtime)
    except (TimeoutError, RuntimeError, OSError, RPCError) as error:
        raise _away("temporal-away", address=arguments["target_host"], why=_why(error)) from error
    except ValueError as error:
        raise WrongSetting(f"{arguments['target_host']} is not the address of a Temporal server: {error}.") from error


def _configured(environment: Mapping[str, str]) -> dict[str, Any]:
    from temporalio.envconfig import ClientConfig

    try:
        return dict(ClientConfig.load_client_connect_config(override_env_vars=dict(environment)))
    except (RuntimeError, OSError) as error:
        raise WrongSetting(f"Temporal's own configuration can't be read: {error}") from error


def _usual_config_file(environment: Mapping[str, str]) -> Path:
    """Where the SDK looks for profiles: the user's configuration folder, which macOS keeps elsewhere."""
    home = Path(environment.get("HOME") or Path.home())
    if (library := home / "Library" / "Application Support").is_dir():
        return library / "temporalio" / "temporal.toml"
    return Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "temporalio" / "temporal.toml"


def _away(problem: str, **gaps: object) -> TemporalUnavailable:
    return TemporalUnavailable(SENTENCES[problem].format(**gaps), problem=problem, **gaps)


def _why(error: BaseException) -> str:
    said = re.search(r'(?:message|error): "([^"]*)"', str(error))
    return "it did not answer in time" if isinstance(error, TimeoutError) else said[1] if said else str(error)[:200]
