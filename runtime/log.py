"""Structured logs: JSON or console, with case, phase, workflow and activity ids, and no personal data."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from datetime import datetime
from typing import Any, Final

import structlog
from temporalio import activity, workflow

from runtime.settings import Settings

_PERSONAL: Final = re.compile(r"(?<!\d)(?:(\d{4})(?:\d{13}[Xx]|(?:\d{14}|\d{11})(?!\d))|(?:86)?(1[3-9]\d)\d{8}(?!\d))")
"""Identity numbers (18 characters, formerly 15) and mobile phones (11 digits); the groups are what stays visible."""
_MASK: Final = r"\1\2***"

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
    # What Temporal knows of a line are fields of it, not a part of its text.
    activity.logger.activity_info_on_message = False
    workflow.logger.workflow_info_on_message = False
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
        case = getattr(workflow.instance(), "case", None)
        if case is not None:
            line["phase"] = case.phase
    if "workflow_id" in line:
        line.setdefault("case", line["workflow_id"])
    return line


_KEPT: Final = frozenset(
    {"workflow_id", "run_id", "workflow_type", "activity_id", "activity_type", "attempt", "task_queue"}
)


def _without_personal_data(_logger: object, _method: str, line: Line) -> Line:
    """Mask whatever looks like an identity number or a phone number."""
    for key, value in line.items():
        if key not in _EXEMPT:
            line[key] = _masked(value)
    return line


_EXEMPT: Final = frozenset({"_record", "_from_structlog", "run_id"})
"""What structlog needs as it is, and an id whose digits mean nothing."""


def _masked(value: object) -> object:
    match value:
        case None | bool() | float() | datetime():
            return value
        case int():
            text = str(value)
            return value if (masked := _PERSONAL.sub(_MASK, text)) == text else masked
        case Mapping():
            return {_masked(key): _masked(part) for key, part in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_masked(part) for part in value]
        case _:
            return _PERSONAL.sub(_MASK, str(value))
