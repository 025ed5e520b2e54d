"""The token server: signs for those who have logged in, so that nobody else needs a private key.

``POST /session`` with what proves a person gives a session; ``POST /token`` with the session and what is about to
be sent gives the token for it; ``GET /keys`` is the set of public keys. A refusal is 403 with its problems.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from domain.base import Model
from domain.refusal import Refused
from runtime.attempts import Attempts, TooLarge, body
from runtime.sessions import Person, Request, Sessions
from runtime.signing_keys import KeySetFile


class SignIn(Model):
    """What proves a person: a local account's name and password, or a provider's ID token."""

    name: str | None = None
    password: str | None = None
    id_token: str | None = None


Prove = Callable[[SignIn], Awaitable[Person]]
"""Raises Refused unless the person is proved."""


def application(sessions: Sessions, published: KeySetFile, prove: Prove) -> Starlette:
    """The three addresses."""

    attempts = Attempts()

    async def session(asked: Asked) -> Response:
        if not attempts.heard(asked):
            return JSONResponse({"error": "too many wrong attempts: try again in a minute"}, 429)
        try:
            person = await prove(SignIn.model_validate_json(await body(asked)))
        except Refused:
            attempts.wrong(asked)
            raise
        attempts.right(asked)
        return JSONResponse({"session": sessions.open(person)})

    async def token(asked: Asked) -> Response:
        request = Request.model_validate_json(await body(asked))
        return JSONResponse({"token": await sessions.token(request.session, request.sent)})

    async def keys(asked: Asked) -> Response:
        del asked
        return JSONResponse(published.latest.model_dump(mode="json"))

    return Starlette(
        routes=[
            Route("/session", session, methods=["POST"]),
            Route("/token", token, methods=["POST"]),
            Route("/keys", keys),
        ],
        exception_handlers={Refused: _refused, ValidationError: _bad, TooLarge: _large},
    )


async def _refused(asked: Asked, refused: Any) -> Response:
    del asked
    return JSONResponse({"problems": [problem.model_dump(mode="json") for problem in refused.problems]}, 403)


async def _bad(asked: Asked, error: Any) -> Response:
    del asked, error
    return JSONResponse({"error": "not what is expected here"}, 400)


async def _large(asked: Asked, error: Any) -> Response:
    del asked, error
    return JSONResponse({"error": "larger than Temporal itself takes"}, 413)
