"""For monitors: whether the console is alive, and whether it reaches what it needs. Tells nothing else to anybody."""

import asyncio
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

_PATIENCE: Final = 3.0
_log: Final = structlog.get_logger()


async def alive(request: Request) -> Response:  # noqa: ARG001 - whoever asks
    """The process answers."""
    return PlainTextResponse("alive")


async def ready(request: Request) -> Response:
    """The casebook and Temporal answer within three seconds; 503 and which does not otherwise."""
    door = request.app.state.door
    asked = {
        "postgresql": door.pool.fetchval("select 1", timeout=_PATIENCE),
        "temporal": door.client.service_client.check_health(timeout=timedelta(seconds=_PATIENCE)),
    }
    answers = await asyncio.gather(*asked.values(), return_exceptions=True)
    away = [name for name, answer in zip(asked, answers, strict=True) if isinstance(answer, BaseException)]
    if away:
        _log.warning("not_ready", away=away)
        return PlainTextResponse(f"away: {', '.join(away)}", HTTPStatus.SERVICE_UNAVAILABLE)
    return PlainTextResponse("ready")
