"""The Temporal server of a rehearsal: one that is named or runs here already, else one of its own while it lasts."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runtime.connection import names_a_server
from runtime.embedded import find_server, start_somewhere
from runtime.folder import DataFolder
from runtime.ports import Ports
from runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Venue:
    """`settings` are those with which the server is reached."""

    settings: Settings
    #: only a server that others use too has to be left clean
    is_shared: bool
    address: str
    page: str | None = None


@contextmanager
def server_at_hand(settings: Settings, folder: Path) -> Iterator[Venue]:
    """On the main thread. Raises PortTaken, ServerMissing, ServerFailed."""
    running = find_server(DataFolder(settings.home))
    if names_a_server():
        yield Venue(settings, True, "the server that the environment names")
    elif running is not None:
        yield Venue(settings, True, running.address, running.page)
    else:
        own = DataFolder(folder)
        # Any ports that are free, unless some are asked for: the usual ones are for the stack that stays.
        server = start_somewhere(own, lambda: Ports.choose(settings, grpc=None, ui=None))
        try:
            own_settings = settings.model_copy(update={"home": folder})
            yield Venue(own_settings, False, server.address, server.listening.page)
        finally:
            server.stop()
            # All that it knew is in the log; what stays is what is worth keeping.
            shutil.rmtree(own.temporal_database.parent, ignore_errors=True)
            shutil.rmtree(own.run, ignore_errors=True)
