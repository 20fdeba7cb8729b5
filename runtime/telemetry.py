"""Traces and metrics over OTLP where OTEL_EXPORTER_OTLP_ENDPOINT is set; elsewhere nothing, not even an import."""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from activities import observing
from activities.observing import Attribute
from runtime.settings import Settings

if TYPE_CHECKING:
    from temporalio.runtime import OpenTelemetryConfig, PrometheusConfig, Runtime

_closing: list[Callable[[], Any]] = []


def is_configured() -> bool:
    """Whether the environment names a receiver, by the names that OpenTelemetry itself reads."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    names = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")
    return any(os.environ.get(name) for name in names)


def is_exporting() -> bool:
    """Whether `set_up` found a receiver in this process."""
    return bool(_closing)


def set_up(role: str) -> None:
    """Starts to export, if a receiver is configured; `role` is command or worker."""
    if is_exporting() or not is_configured():
        return
    observing.connect(_OpenTelemetry(role))


def shut_down() -> None:
    """Sends what still waits, for a few seconds at most; also ends the log lines' queue."""
    observing.connect(None)
    while _closing:
        _closing.pop()()
    loglines = sys.modules.get("runtime.loglines")
    if loglines is not None:
        loglines.stop_logging()


class MetricsRefused(Exception):
    """Nobody can listen on the address for Prometheus."""

    def __init__(self, address: str | None, why: Exception) -> None:
        super().__init__(
            f"KASKAD_METRICS_ADDRESS is {address}, on which nothing can be shown: {why}. Name another address, one for "
            "each worker."
        )


def core_runtime(settings: Settings) -> "Runtime":
    """What the SDK's core says goes to our log lines; its metrics to Prometheus, or with ours over OTLP, or nowhere."""
    from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

    forwarding = LogForwardingConfig(logger=logging.getLogger("temporalio.core"))
    lines = LoggingConfig(TelemetryFilter(core_level="WARN", other_level="ERROR"), forwarding=forwarding)
    try:
        return Runtime(telemetry=TelemetryConfig(logging=lines, metrics=_core_metrics(settings)))
    except ValueError as error:
        raise MetricsRefused(settings.metrics_address, error) from error


def _core_metrics(settings: Settings) -> "OpenTelemetryConfig | PrometheusConfig | None":
    from temporalio.runtime import OpenTelemetryConfig, PrometheusConfig

    if settings.metrics_address:
        return PrometheusConfig(bind_address=settings.metrics_address)
    endpoint = os.environ.get("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") or _below(
        os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"), "v1/metrics"
    )
    if not endpoint or not is_configured():
        return None
    from opentelemetry.util.re import parse_env_headers

    headers = parse_env_headers(os.environ.get("OTEL_EXPORTER_OTLP_HEADERS", ""), liberal=True)
    return OpenTelemetryConfig(url=endpoint, http=True, headers=headers, metric_periodicity=timedelta(seconds=15))


def _below(endpoint: str | None, path: str) -> str | None:
    return f"{endpoint.rstrip('/')}/{path}" if endpoint else None


class _OpenTelemetry:
    """The observer that hands everything to OpenTelemetry's SDK."""

    def __init__(self, role: str) -> None:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from temporalio.contrib.opentelemetry import create_tracer_provider

        resource = Resource.create(
            {"service.name": os.environ.get("OTEL_SERVICE_NAME") or "kaskad", "kaskad.role": role}
        )
        tracers = create_tracer_provider(resource=resource)
        tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=3)))
        # Temporal's interceptor asks for the global provider.
        trace.set_tracer_provider(tracers)
        meters = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter(timeout=3))], resource)
        self._trace = trace
        self._tracer = tracers.get_tracer("kaskad")
        self._meter = meters.get_meter("kaskad")
        self._instruments: dict[str, Any] = {}
        _closing.extend([meters.shutdown, tracers.shutdown])

    @contextmanager
    def span(self, name: str, attributes: dict[str, Attribute]) -> Iterator[None]:
        with self._tracer.start_as_current_span(name, attributes=attributes):
            yield

    def tell(self, attributes: dict[str, Attribute]) -> None:
        self._trace.get_current_span().set_attributes(attributes)

    def trace_id(self) -> str | None:
        context = self._trace.get_current_span().get_span_context()
        return f"{context.trace_id:032x}" if context.is_valid else None

    def count(self, name: str, by: int, attributes: dict[str, Attribute]) -> None:
        self._instrument(name, self._meter.create_counter, "1").add(by, attributes)

    def measure(self, name: str, value: float, attributes: dict[str, Attribute]) -> None:
        self._instrument(name, self._meter.create_histogram, "s").record(value, attributes)

    def show(self, name: str, value: float, attributes: dict[str, Attribute]) -> None:
        self._instrument(name, self._meter.create_gauge, "1").set(value, attributes)

    def _instrument(self, name: str, make: Callable[..., Any], unit: str) -> Any:
        instrument = self._instruments.get(name)
        if instrument is None:
            instrument = self._instruments[name] = make(name, unit=unit)
        return instrument
