"""The Temporal server of a rehearsal: one that is named or runs here already, else one of its own while it lasts."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runtime.connection import names_a_server
from runtime.embedded import Ports, find_server, start_server
from runtime.folder import DataFolder
from runtime.ports import choose_port, free_port
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
        server = start_server(own, _ports(settings))
        try:
            own_settings = settings.model_copy(update={"home": folder})
            yield Venue(own_settings, False, server.address, server.listening.page)
        finally:
            server.stop()
            # All that it knew is in the log; what stays is what is worth keeping.
            shutil.rmtree(own.temporal_database.parent, ignore_errors=True)
            shutil.rmtree(own.run, ignore_errors=True)


def _ports(settings: Settings) -> Ports:
    """Any that are free, unless some are asked for: the usual ones are for the stack that stays."""
    return Ports(
        grpc=choose_port(settings.temporal_port, free_port(), "KASKAD_TEMPORAL_PORT"),
        http=free_port(),
        metrics=free_port(),
        ui=choose_port(settings.temporal_ui_port, free_port(), "KASKAD_TEMPORAL_UI_PORT")
        if settings.temporal_ui
        else None,
    )
