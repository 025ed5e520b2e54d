"""The service itself, over HTTP."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.signing import Doorkeeper
from connectors.wire import IDEMPOTENCY_KEY, PATH, Fault, Question
from domain.base import CENTRE_ZONE
from domain.words import Agency
from examples.agency_service.book import Book, Register


def service(agency: Agency, rows: Path, register: Path, trusted: Mapping[str, Path] | None = None) -> Starlette:
    """An agency's records service. ``trusted``: public keys (PEM) by key id; None where mutual TLS keeps the door."""
    book, entries = Book(agency, rows), Register(register)
    doorkeeper = Doorkeeper(trusted) if trusted is not None else None

    async def answer(request: Request) -> Response:
        body = await request.body()
        if doorkeeper is not None and not doorkeeper.let_in(request, body, datetime.now(CENTRE_ZONE)):
            return _fault(HTTPStatus.UNAUTHORIZED)
        key = request.headers.get(IDEMPOTENCY_KEY)
        try:
            question = Question.model_validate_json(body)
            first = int(question.cursor or "0")
        except ValueError:
            return _fault(HTTPStatus.UNPROCESSABLE_ENTITY)
        if not key or question.agency is not agency:
            return _fault(HTTPStatus.UNPROCESSABLE_ENTITY)
        page = book.page(question, first)
        entries.enter(key, question, page.total)
        return Response(page.model_dump_json(exclude_none=True), media_type="application/json")

    return Starlette(routes=[Route(PATH, answer, methods=["POST"])])


def _fault(status: HTTPStatus) -> Response:
    fault = Fault(title=status.phrase, status=status)
    return Response(fault.model_dump_json(), status, media_type="application/problem+json")
