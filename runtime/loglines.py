"""Log lines as JSON or for people, through one formatter for structlog, the standard library and Temporal's loggers."""

import atexit
import logging
import queue
import sys
from collections.abc import MutableMapping
from logging.handlers import QueueHandler, QueueListener
from typing import Any, Final, TextIO

import structlog
from structlog.stdlib import ExtraAdder, ProcessorFormatter

from runtime.settings import Settings

#: Lines that may wait for a slow disk or terminal before the next are dropped: a workflow must never wait for its log.
_LONGEST_QUEUE: Final = 20_000

_listener: QueueListener | None = None


class _Lines(QueueHandler):
    """Hands records on as they are: preparing them would turn what ExtraAdder reads into text."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            return


def set_up_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Sends every log line of this process to a stream (the standard output), without blocking who logs."""
    global _listener
    stop_logging()
    stream = stream or sys.stdout
    sink = logging.StreamHandler(stream)
    sink.setFormatter(ProcessorFormatter(foreign_pre_chain=_shared(), processors=_final(settings, stream)))
    lines: queue.Queue[logging.LogRecord] = queue.Queue(_LONGEST_QUEUE)
    _listener = QueueListener(lines, sink, respect_handler_level=True)
    _listener.start()
    root = logging.getLogger()
    root.handlers[:] = [_Lines(lines)]
    root.setLevel(settings.log_level.upper())
    # it names each of its plugins at every start
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)
    _name_by_extra_only()
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            _hold_exception,
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    atexit.register(stop_logging)


def stop_logging() -> None:
    """Writes what still waits."""
    global _listener
    if _listener is not None:
        _listener.stop()
        _listener = None
        logging.getLogger().handlers.clear()


def _shared() -> list[structlog.typing.Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        _lift_temporal,
    ]


def _final(settings: Settings, stream: TextIO) -> list[structlog.typing.Processor]:
    is_terminal = stream.isatty()
    if (settings.log_format or ("people" if is_terminal else "json")) == "people":
        # rich's would show the values of variables, and somebody's name may be in one
        plain = structlog.dev.plain_traceback
        return [
            ProcessorFormatter.remove_processors_meta,
            structlog.dev.ConsoleRenderer(colors=is_terminal, exception_formatter=plain),
        ]
    return [
        ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]


def _hold_exception(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Lines are written by another thread, in which no exception is being handled: it would find none to tell."""
    if line.get("exc_info") is True:
        line["exc_info"] = sys.exc_info()
    return line


def _lift_temporal(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of what the SDK knows of a workflow or an activity, what one looks for when reading."""
    line.pop("temporal_log", None)
    for source in ("temporal_workflow", "temporal_activity"):
        details = line.pop(source, None)
        if isinstance(details, dict):
            kept = ("workflow_id", "workflow_type", "activity_type", "attempt", "update_name")
            line.update({key: details[key] for key in kept if key in details})
    return line


def _name_by_extra_only() -> None:
    """The SDK's loggers would also print what they know into the message itself."""
    workflow = sys.modules.get("temporalio.workflow")
    activity = sys.modules.get("temporalio.activity")
    if workflow is not None:
        workflow.logger.workflow_info_on_message = False
    if activity is not None:
        activity.logger.activity_info_on_message = False
