"""For monitors: whether the console is alive, and whether it reaches what it needs. Tells nothing else to anybody."""

from http import HTTPStatus
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from client.health import away

_log: Final = structlog.get_logger()


async def alive(request: Request) -> Response:  # noqa: ARG001 - whoever asks
    """The process answers."""
    return PlainTextResponse("alive")


async def ready(request: Request) -> Response:
    """The casebook, Temporal and a worker of each role answer; 503 and which do not otherwise."""
    door = request.app.state.door
    gone = [name for name, is_away in (await away(door.client, door.pool)).items() if is_away]
    if gone:
        _log.warning("not_ready", away=gone)
        return PlainTextResponse(f"away: {', '.join(gone)}", HTTPStatus.SERVICE_UNAVAILABLE)
    return PlainTextResponse("ready")
