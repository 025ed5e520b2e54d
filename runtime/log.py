"""Structured logs: JSON or console, with case, phase, workflow and activity ids, and no personal data."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog
from temporalio import activity, workflow

from runtime.settings import Settings

_PERSONAL: Final = re.compile(r"(?<!\d)(\d{4})(\d{13}[\dXx]|\d{3}\d{4})(?!\d)")
"""Identity numbers (18 characters) and mobile phones (11 digits)."""

Line = MutableMapping[str, Any]


def configure(settings: Settings) -> None:
    """Send our lines, and those of the libraries, through one pipeline to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _where,
        structlog.processors.format_exc_info,
        _without_personal_data,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def get(name: str = "onestop") -> Any:
    """A logger."""
    return structlog.get_logger(name)


def _where(_logger: object, _method: str, line: Line) -> Line:
    """Add where in Temporal the line comes from; flatten what Temporal's own lines carry."""
    for key in ("temporal_workflow", "temporal_activity"):
        details = line.pop(key, None)
        if isinstance(details, dict):
            line.update({k: v for k, v in details.items() if k in _KEPT})
    if activity.in_activity():
        info = activity.info()
        line.update(workflow_id=info.workflow_id, activity_type=info.activity_type)
        line.update(activity_id=info.activity_id, attempt=info.attempt)
    elif workflow.in_workflow():
        line.update(workflow_id=workflow.info().workflow_id, run_id=workflow.info().run_id)
    if "workflow_id" in line:
        line.setdefault("case", line["workflow_id"])
    return line


_KEPT: Final = frozenset(
    {"workflow_id", "run_id", "workflow_type", "activity_id", "activity_type", "attempt", "task_queue"}
)


def _without_personal_data(_logger: object, _method: str, line: Line) -> Line:
    """Mask whatever looks like an identity number or a phone number."""
    for key, value in line.items():
        if isinstance(value, str):
            line[key] = _PERSONAL.sub(r"\1***", value)
    return line
