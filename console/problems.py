"""What can't be done, as HTTP says it (RFC 9457): the status, and each field with what to do."""

import traceback
from collections import defaultdict
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import asyncpg
import structlog
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from temporalio.service import RPCError, RPCStatusCode

import texts
from casebook.evidence import NotTaken
from client.connection import NoAnswer, NoSuchCase
from client.telling import NotTold
from domain.base import Model
from domain.refusal import Problem, Refused, problems
from domain.yaml_file import read_yaml
from runtime.attempts import TooLarge
from runtime.web import Away
from texts import sentences

AGAIN_AFTER: Final = 5
"""Seconds after which it is worth asking again while the engine is away."""
_STATUSES: Final = {
    HTTPStatus(status): frozenset(codes)
    for status, codes in read_yaml((Path(__file__).parent / "statuses.yaml").read_text("utf-8")).items()
}


_log: Final = structlog.get_logger()


class TooMany(Exception):
    """Too many wrong attempts from one address."""


class Told(Model):
    """One thing that is wrong: where, by which code, and what to do."""

    field: str
    code: str
    text: str


class ProblemDetails(Model):
    """Why something can't be done (RFC 9457). Never repeats a value that was given."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    problems: tuple[Told, ...] = ()


def status_of(found: Sequence[Problem]) -> HTTPStatus:
    """The status of a refusal: who is it, may they, were they overtaken, or is something to be mended."""
    codes = {one.code.removeprefix("refusals.") for one in found}
    return next((status for status, kind in _STATUSES.items() if codes & kind), HTTPStatus.UNPROCESSABLE_ENTITY)


def told(error: Exception, language: str) -> ProblemDetails:
    """What an error is to whoever asked; what nobody foresaw is told without its text."""
    match error:
        case Refused(problems=found):
            return of_problems(found, language)
        case ValidationError():
            return of_problems(problems(error), language)
        case NotTaken(code=code, params=params):
            return of_problems([Problem(field="file", code=code, params=params)], language)
        case NotTold():
            wrong = HTTPStatus.UNPROCESSABLE_ENTITY
            return ProblemDetails(title=wrong.phrase, status=wrong, detail=str(error))
        case NoSuchCase():
            return _plain(HTTPStatus.NOT_FOUND, "no_such_case", language)
        case HTTPException():
            return _plain(HTTPStatus.UNPROCESSABLE_ENTITY, "unreadable", language)
        case TooMany():
            return _plain(HTTPStatus.TOO_MANY_REQUESTS, "too_many", language)
        case TooLarge():
            return _plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", language)
        case RPCError(status=RPCStatusCode.NOT_FOUND):
            return _plain(HTTPStatus.CONFLICT, "case_over", language)
        case NoAnswer() | RPCError() | Away() | OSError() | asyncpg.PostgresError() | asyncpg.InterfaceError():
            return _plain(HTTPStatus.SERVICE_UNAVAILABLE, "away", language)
        case _:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            _log.error("unforeseen", kind=type(error).__name__, at=f"{Path(frame.filename).name}:{frame.lineno}")
            return _plain(HTTPStatus.INTERNAL_SERVER_ERROR, "unforeseen", language)


def of_problems(found: Sequence[Problem], language: str) -> ProblemDetails:
    """A refusal, field by field."""
    status = status_of(found)
    lines = tuple(
        Told(
            field=_sayable(one.field),
            code=one.code,
            text=_sayable(sentences.problem_line(one.field, one.code, one.params, language, path=False)),
        )
        for one in found
    )
    return ProblemDetails(
        title=status.phrase, status=status, detail="\n".join(one.text for one in lines), problems=lines
    )


def _sayable(text: str) -> str:
    """A text without halves of characters, which a caller can name a field by and nobody can be answered with."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _plain(status: HTTPStatus, name: str, language: str) -> ProblemDetails:
    return ProblemDetails(title=status.phrase, status=status, detail=texts.say(f"console.{name}", language))


def headers_of(details: ProblemDetails) -> dict[str, str]:
    """What an answer says besides: when to ask again, and how to sign in."""
    if details.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": str(AGAIN_AFTER)}
    return {"WWW-Authenticate": "Bearer"} if details.status == HTTPStatus.UNAUTHORIZED else {}


def body_of(details: ProblemDetails) -> dict[str, Any]:
    """As JSON."""
    return details.model_dump(mode="json")


def by_field(wrong: ProblemDetails | None) -> dict[str, list[str]]:
    """What is wrong with each field of a form."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in wrong.problems if wrong else ():
        found[one.field].append(one.text)
    return found
