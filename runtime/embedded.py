"""The Temporal server that the product brings along: one process on loopback, with its data in the data folder."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from runtime import lifeline
from runtime.folder import DataFolder
from runtime.ports import LOOPBACK, Ports

#: What workflows can be found by on Temporal's web page; the truth is in the log.
SEARCH_ATTRIBUTES: Final = ("KaskadRollout", "KaskadSchool")
LARGEST_LOG: Final = 5_000_000
_STOP_WITHIN: Final = 4.0
#: Steps of niceness: where both would work, the worker does, on whose one thread everything else waits.
_GIVES_WAY: Final = 5
#: How often a server is started before it is given up that its ports are taken by others each time.
_TRIES: Final = 6


class ServerMissing(Exception):
    """There is no Temporal server for this platform."""

    def __init__(self) -> None:
        super().__init__(
            "There is no Temporal server in this environment: its package exists for Linux and macOS only. "
            "Point TEMPORAL_ADDRESS to a server of your own (see docs/operating.md)."
        )


class ServerFailed(Exception):
    """The embedded Temporal server did not come up."""


class PortLost(ServerFailed):
    """Another program took a port of the server's before the server did."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where an embedded server listens; what temporal.json holds."""

    pid: int
    port: int
    http_port: int
    ui_port: int | None

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def page(self) -> str | None:
        return None if self.ui_port is None else f"http://{LOOPBACK}:{self.ui_port}"


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A server that this process started."""

    process: subprocess.Popen[bytes]
    ports: Ports
    folder: DataFolder

    @property
    def listening(self) -> Listening:
        return Listening(self.process.pid, self.ports.grpc, self.ports.http, self.ports.ui)

    @property
    def address(self) -> str:
        return self.listening.address

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """Ends it cleanly, or by force after a few seconds; what was acknowledged is on the disk either way."""
        lifeline.stop(self.process, _STOP_WITHIN)
        self.folder.temporal_note.unlink(missing_ok=True)


def start_somewhere(
    folder: DataFolder,
    choose: Callable[[], Ports] = Ports.free,
    *,
    is_called_off: Callable[[], bool] = lambda: False,
) -> EmbeddedServer:
    """Starts the server on ports of its choice, and chooses again where another program was faster to take them."""
    for _ in range(_TRIES - 1):
        try:
            return start_server(folder, choose(), is_called_off=is_called_off)
        except PortLost:
            continue
    return start_server(folder, choose(), is_called_off=is_called_off)


def start_server(
    folder: DataFolder, ports: Ports, *, within: float = 30.0, is_called_off: Callable[[], bool] = lambda: False
) -> EmbeddedServer:
    """Starts the server and waits until it answers; the caller holds the folder, and is the main thread.

    Raises PortLost where a port is taken, and ServerFailed.
    """
    folder.prepare()
    end_left_over(folder)
    written = folder.temporal_log.stat().st_size if folder.temporal_log.exists() else 0
    process = lifeline.spawn(
        _command(folder, ports), output=folder.temporal_log, environment=os.environ, gives_way=_GIVES_WAY
    )
    server = EmbeddedServer(process, ports, folder)
    try:
        _wait_until_healthy(server, within, is_called_off)
        _write_note(folder, server.listening)
    except BaseException as error:
        lifeline.stop(process, _STOP_WITHIN)
        if isinstance(error, ServerFailed) and _found_a_port_taken(folder, written):
            raise PortLost("The Temporal server did not start: another program took one of its ports.") from error
        raise
    return server


def find_server(folder: DataFolder) -> Listening | None:
    """The embedded server that runs on a folder, by its note; None if there is none or its process is gone."""
    try:
        note = json.loads(folder.temporal_note.read_bytes())
        listening = Listening(note["pid"], note["port"], note["http_port"], note["ui_port"])
    except (FileNotFoundError, ValueError, KeyError):
        return None
    return listening if is_running(listening.pid) else None


def end_left_over(folder: DataFolder) -> None:
    """Ends a server whose `up` was killed where children outlive their parent: two on one database would ruin it."""
    left = find_server(folder)
    if left is not None and str(folder.temporal_database) in _command_line_of(left.pid):
        os.kill(left.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_WITHIN
        while is_running(left.pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        if is_running(left.pid):
            os.kill(left.pid, signal.SIGKILL)
    folder.temporal_note.unlink(missing_ok=True)


def find_binary() -> Path:
    """The server's program: of this environment, else of the path."""
    beside = Path(sys.executable).parent / "temporal"
    found = str(beside) if beside.is_file() else shutil.which("temporal")
    if found is None:
        raise ServerMissing
    return Path(found)


def _command(folder: DataFolder, ports: Ports) -> list[str | Path]:
    page: list[str | Path] = (
        ["--headless"] if ports.ui is None else ["--ui-port", str(ports.ui), "--ui-disable-news-fetch"]
    )
    attributes = [part for name in SEARCH_ATTRIBUTES for part in ("--search-attribute", f"{name}=Keyword")]
    return [
        find_binary(), "server", "start-dev", "--ip", LOOPBACK,
        "--db-filename", folder.temporal_database,
        # Measured up to 2.9 times as fast as without; a power cut may lose the last moments, which `recover` repairs.
        "--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=normal",
        "--port", str(ports.grpc), "--http-port", str(ports.http), "--metrics-port", str(ports.metrics), *page,
        *attributes, "--disable-config-file", "--disable-config-env", "--log-level", "warn", "--color", "never",
    ]  # fmt: skip


def _wait_until_healthy(server: EmbeddedServer, within: float, is_called_off: Callable[[], bool]) -> None:
    """Until the server describes its namespace, which is the first thing that any client asks."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if not server.is_alive():
            raise ServerFailed(_explain(server, "ended as it started"))
        if answers(server.listening) and server.is_alive():
            return
        if is_called_off():
            raise ServerFailed("The start was called off.")
        time.sleep(0.03)
    raise ServerFailed(_explain(server, f"did not answer within {within:.0f} s"))


def answers(listening: Listening) -> bool:
    url = f"http://{LOOPBACK}:{listening.http_port}/api/v1/namespaces/default"
    try:
        # Without this the proxy of the environment would be asked for a loopback address.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _found_a_port_taken(folder: DataFolder, written: int) -> bool:
    """By what the server said since: it looks for ports of its own too, which nobody else can look at."""
    return b"address already in use" in folder.temporal_log.read_bytes()[written:]


#: bytes; with less, a server that ends as it starts most likely could not make its database
_LEAST_FREE = 20_000_000


def _explain(server: EmbeddedServer, what: str) -> str:
    lines = server.folder.temporal_log.read_text(errors="replace").splitlines()
    last = next((line.strip() for line in reversed(lines) if line.strip()), "nothing")
    said = f"The Temporal server {what}. The last it wrote: {last[:300]} (all of it: {server.folder.temporal_log})"
    free = shutil.disk_usage(server.folder.temporal_log.parent).free
    return said if free >= _LEAST_FREE else f"{said}. The disk has only {free / 1e6:.1f} MB free."


def _write_note(folder: DataFolder, listening: Listening) -> None:
    """In one move, so that nobody reads half of it."""
    new = folder.temporal_note.with_suffix(".new")
    new.write_text(
        json.dumps(
            {
                "pid": listening.pid,
                "port": listening.port,
                "http_port": listening.http_port,
                "ui_port": listening.ui_port,
            }
        )
    )
    new.replace(folder.temporal_note)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _command_line_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        shown = subprocess.run(
            ["ps", "-o", "command=", "-ww", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return shown.stdout
