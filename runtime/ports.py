"""Ports on the loopback interface: which are free, and which to take."""

import socket

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


def choose_port(asked: int | None, usual: int, variable: str) -> int:
    """The port asked for or nothing; without one, the usual port or a free one."""
    if asked is None:
        return usual if is_free(usual) else free_port()
    if not is_free(asked):
        raise PortTaken(asked, variable)
    return asked
