"""What client, worker, replayer and tests have in common with Temporal: one converter, one set of interceptors."""

import dataclasses
import sys
from collections.abc import Sequence
from typing import Final

import temporalio.client
import temporalio.worker
from temporalio.converter import DataConverter
from temporalio.plugin import SimplePlugin
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from runtime.payloads import Payloads

#: Not imported again for each sandboxed workflow (304 ms against 6 ms). The import contracts keep them honest.
PASSED_THROUGH: Final = (
    "activities", "domain", "eventlog", "people", "programmes", "runtime",
    "msgspec", "opentelemetry", "pydantic", "pydantic_core", "sqlalchemy", "structlog", "yaml",
)  # fmt: skip

Interceptors = Sequence[temporalio.client.Interceptor | temporalio.worker.Interceptor]


class KaskadPlugin(SimplePlugin):
    """Goes to `Client.connect` (workers made from that client have it too) and to `Replayer`."""

    def __init__(self, *, sandbox: bool = False) -> None:
        self._sandbox = sandbox
        super().__init__(
            "KaskadPlugin",
            data_converter=DataConverter(payload_converter_class=Payloads),
            interceptors=_tracing(),
            workflow_runner=self._runner,
        )

    def _runner(self, given: WorkflowRunner | None) -> WorkflowRunner:
        if not self._sandbox:
            return UnsandboxedWorkflowRunner()
        runner = given if isinstance(given, SandboxedWorkflowRunner) else SandboxedWorkflowRunner()
        return dataclasses.replace(runner, restrictions=runner.restrictions.with_passthrough_modules(*PASSED_THROUGH))


def _tracing() -> Interceptors:
    """OpenTelemetry's interceptor only where telemetry is on: it refuses to work without a tracer provider."""
    telemetry = sys.modules.get("runtime.telemetry")
    if telemetry is None or not telemetry.is_exporting():
        return ()
    from temporalio.contrib.opentelemetry import OpenTelemetryInterceptor

    return (OpenTelemetryInterceptor(False),)
