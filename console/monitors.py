"""For monitors: whether the console is alive and reaches what it needs, and numbers for Prometheus. Nobody's data."""

import secrets
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from casebook import notices as outbox
from casebook.health import health
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


async def metrics(request: Request) -> Response:
    """How the queues stand, in numbers, for whoever has the token; 404 for anybody else."""
    door = request.app.state.door
    secret = door.settings.metrics_token
    token = secret.get_secret_value() if secret else None
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token is None or not secrets.compare_digest(given.encode(), token.encode()):
        return PlainTextResponse("not found", HTTPStatus.NOT_FOUND)
    registry, now = CollectorRegistry(), datetime.now(UTC)
    queues = await health(door.pool, now, drill=False)
    for name, about in _CASES.items():
        Gauge(f"onestop_cases_{name}", about, registry=registry).set(getattr(queues, name))
    oldest = Gauge("onestop_oldest_case_seconds", "Age of the oldest open case", registry=registry)
    oldest.set((now - queues.oldest).total_seconds() if queues.oldest else 0)
    for name, about in _INQUIRIES.items():
        gauge = Gauge(f"onestop_inquiries_{name}", about, ["agency"], registry=registry)
        for queue in queues.agencies:
            gauge.labels(queue.agency).set(getattr(queue, name))
    notices = Gauge("onestop_notices", "Notices by channel and state", ["channel", "state"], registry=registry)
    for channel, state, count in await outbox.standing(door.pool):
        notices.labels(channel, state).set(count)
    gone = Gauge("onestop_away", "What the centre needs and does not reach", ["what"], registry=registry)
    for what, is_away in (await away(door.client, door.pool)).items():
        gone.labels(what).set(is_away)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


_CASES: Final = {
    "open": "Open cases",
    "overdue": "Open cases beyond a deadline",
    "soon": "Open cases due within three days",
    "blocked": "Open cases of which a step can't be done",
    "to_merge": "Open cases that share people with another",
    "without_mediator": "Cases in mediation that nobody mediates",
}
_INQUIRIES: Final = {
    "open": "Open inquiries",
    "unclaimed": "Inquiries that nobody has claimed",
    "overdue": "Inquiries beyond their term",
    "soon": "Inquiries due within three days",
}
