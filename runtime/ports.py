"""Ports on the loopback interface: which are free, and which to take."""

import socket
from dataclasses import dataclass

from runtime.settings import Settings

LOOPBACK = "127.0.0.1"


class PortTaken(Exception):
    """A port that was asked for is in use."""

    def __init__(self, port: int, variable: str) -> None:
        super().__init__(
            f"Port {port} is in use by another program: stop that one, or set {variable} to another port "
            "(unset, a free one is chosen)."
        )
        self.port = port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port whose last connection is still fading away can be taken again.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A free port, chosen by the system."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port


def choose_port(asked: int | None, usual: int | None, variable: str) -> int:
    """The port asked for or nothing; without one, the usual port or a free one."""
    if asked is None:
        return usual if usual is not None and is_free(usual) else free_port()
    if not is_free(asked):
        raise PortTaken(asked, variable)
    return asked


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one stack, kept over restarts of the server so that workers find it again."""

    grpc: int
    http: int
    metrics: int
    ui: int | None

    @staticmethod
    def choose(settings: Settings, *, grpc: int | None = 7233, ui: int | None = 8233) -> "Ports":
        """The ports asked for; where none are, these if they are free, else others.

        Raises PortTaken for a port that was asked for and is in use. Nobody holds what is chosen before the server
        does: two that start at the same time may choose the same.
        """
        return Ports(
            grpc=choose_port(settings.temporal_port, grpc, "KASKAD_TEMPORAL_PORT"),
            http=free_port(),
            metrics=free_port(),
            ui=choose_port(settings.temporal_ui_port, ui, "KASKAD_TEMPORAL_UI_PORT") if settings.temporal_ui else None,
        )

    @staticmethod
    def free() -> "Ports":
        """Any that are free, without the web page."""
        return Ports(free_port(), free_port(), free_port(), None)
