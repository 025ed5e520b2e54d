"""The service itself, over HTTP."""

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.signing import Doorkeeper
from connectors.wire import (
    EMPLOYED,
    IDEMPOTENCY_KEY,
    PAID_UNTIL,
    PATH,
    EmployedAnswer,
    EmployedQuestion,
    Fault,
    Page,
    PaidUntilPage,
    PaidUntilQuestion,
    Question,
)
from domain.base import CENTRE_ZONE
from domain.words import Agency
from examples.agency_service.book import Book, Register, StaleCursor

Q = TypeVar("Q", Question, PaidUntilQuestion, EmployedQuestion)


def service(agency: Agency, rows: Path, register: Path, trusted: Mapping[str, Path] | None = None) -> Starlette:
    """An agency's records service. ``trusted``: public keys (PEM) by key id; None where mutual TLS keeps the door."""
    book, entries = Book(agency, rows), Register(register)
    doorkeeper = Doorkeeper(trusted) if trusted is not None else None

    def route(path: str, kind: type[Q], answer: Callable[[Q], Page | PaidUntilPage | EmployedAnswer]) -> Route:
        async def answered(request: Request) -> Response:
            body = await request.body()
            if doorkeeper is not None and not doorkeeper.let_in(request, body, datetime.now(CENTRE_ZONE)):
                return _fault(HTTPStatus.UNAUTHORIZED)
            key = request.headers.get(IDEMPOTENCY_KEY)
            try:
                question = kind.model_validate_json(body)
                if not key or question.agency is not agency:
                    return _fault(HTTPStatus.UNPROCESSABLE_ENTITY)
                said = answer(question)
            except StaleCursor:
                return _fault(HTTPStatus.GONE)
            except ValueError:
                return _fault(HTTPStatus.UNPROCESSABLE_ENTITY)
            entries.enter(key, len(getattr(question, "claimants", ())), len(said))
            return Response(said.model_dump_json(exclude_none=True), media_type="application/json")

        return Route(path, answered, methods=["POST"])

    routes = [route(PATH, Question, book.page)]
    if agency is Agency.TAX:
        routes.append(route(PAID_UNTIL, PaidUntilQuestion, book.paid_until))
    if agency is Agency.LABOR:
        routes.append(route(EMPLOYED, EmployedQuestion, book.employed))
    return Starlette(routes=routes)


def _fault(status: HTTPStatus) -> Response:
    fault = Fault(title=status.phrase, status=status)
    return Response(fault.model_dump_json(), status, media_type="application/problem+json")
