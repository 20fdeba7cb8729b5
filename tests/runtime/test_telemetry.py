"""Telemetry is silent and absent until a receiver is configured; then traces, metrics and log lines come out right."""

import io
import json
import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import structlog
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from activities.observing import current_trace_id, span
from runtime import telemetry
from runtime.embedded import EmbeddedServer
from runtime.loglines import set_up_logging, stop_logging
from runtime.settings import Settings

ROOT = Path(__file__).parents[2]

_WORK = """
from activities import observing
from runtime import telemetry
telemetry.set_up("command")
with observing.span("kaskad.command", kind="SubmitEvidence"):
    print(observing.current_trace_id())
    observing.tell(outcome="recorded")
    observing.count("kaskad.commands", kind="SubmitEvidence", outcome="recorded")
    observing.measure("kaskad.append.duration", 0.002)
    observing.show("kaskad.followups.pending", 3)
telemetry.shut_down()
import sys
print("opentelemetry" in sys.modules)
"""


class Receiver(HTTPServer):
    """What an OTLP receiver was sent, by path."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.taken: list[tuple[str, bytes]] = []


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Receiver)
        self.server.taken.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def work(**environment: str) -> list[str]:
    ended = subprocess.run(
        [sys.executable, "-c", _WORK],
        capture_output=True,
        text=True,
        env={**os.environ, "no_proxy": "*", "OTEL_EXPORTER_OTLP_COMPRESSION": "none", **environment},
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.split()


def test_without_a_receiver_nothing_is_imported_and_there_is_still_a_trace_id() -> None:
    trace_id, imported = work()
    assert len(trace_id) == 32
    assert imported == "False"


def test_with_a_receiver_the_span_and_the_metrics_arrive(receiver: Receiver) -> None:
    trace_id, _ = work(OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{receiver.server_port}")
    spans = [
        one
        for path, body in receiver.taken
        if path == "/v1/traces"
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for one in scope.spans
    ]
    assert [(one.name, one.trace_id.hex()) for one in spans] == [("kaskad.command", trace_id)]
    told = {attribute.key: attribute.value.string_value for attribute in spans[0].attributes}
    assert told == {"kind": "SubmitEvidence", "outcome": "recorded"}
    metrics = {
        one.name
        for path, body in receiver.taken
        if path == "/v1/metrics"
        for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics
        for scope in resource.scope_metrics
        for one in scope.metrics
    }
    assert {"kaskad.commands", "kaskad.append.duration", "kaskad.followups.pending"} <= metrics


@pytest.mark.server
def test_a_trace_reaches_from_the_command_into_the_activities(
    temporal_server: EmbeddedServer, receiver: Receiver
) -> None:
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{receiver.server_port}", "no_proxy": "*"}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.runtime.traced", temporal_server.address],
        capture_output=True, text=True, env={**os.environ, **endpoint}, cwd=ROOT, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    command, local, remote = ended.stdout.split()
    assert command == local == remote


def test_a_receiver_that_is_away_delays_nobody_for_long() -> None:
    assert work(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1")[1] == "True"


def test_an_address_for_prometheus_that_is_taken_is_told_in_a_sentence(settings_here: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(telemetry.MetricsRefused, match=f"KASKAD_METRICS_ADDRESS is {address}.*in use"):
            telemetry.core_runtime(settings_here.model_copy(update={"metrics_address": address}))


def test_a_span_within_a_span_has_the_same_trace_id() -> None:
    assert current_trace_id() is None
    with span("outer"):
        outer = current_trace_id()
        with span("inner"):
            assert current_trace_id() == outer
    assert current_trace_id() is None


def test_log_lines_are_json_with_what_was_added_to_them(settings_here: Settings) -> None:
    told = _lines(settings_here.model_copy(update={"log_format": "json"}))
    first, second, third = (json.loads(line) for line in told)
    assert first["event"] == "task asked"
    assert first["school"] == "Ақтөбе"
    assert second["event"] == "retried 2 times"
    assert second["workflow_id"] == "kaskad/rollout/x"
    assert second["level"] == "warning"
    assert "temporal_log" not in second
    assert third["exception"].endswith("OSError: the keys are wrapped")


def test_log_lines_for_people_are_no_json(settings_here: Settings) -> None:
    first, second, *third = _lines(settings_here.model_copy(update={"log_format": "people"}))
    assert "task asked" in first
    assert "school=Ақтөбе" in first
    assert "workflow_id=kaskad/rollout/x" in second
    assert third[-1] == "OSError: the keys are wrapped"
    assert "Сәрсенбаева" not in "".join(third)


def _lines(settings: Settings) -> list[str]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    try:
        set_up_logging(settings, stream)
        structlog.get_logger("kaskad.test").info("task asked", school="Ақтөбе")
        extra = {"temporal_workflow": {"workflow_id": "kaskad/rollout/x", "run_id": "r"}, "temporal_log": object()}
        logging.getLogger("temporalio.workflow").warning("retried %d times", 2, extra=extra)
        name = "".join(("Сәрсен", "баева"))
        try:
            raise OSError("the keys are wrapped")
        except OSError:
            structlog.get_logger("kaskad.test").warning("telling failed", letters=len(name), exc_info=True)
        stop_logging()
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        structlog.reset_defaults()
    return stream.getvalue().splitlines()
