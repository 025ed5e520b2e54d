"""Signing in and out, and the language of the pages."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

import texts
from console.door import Visitor
from console.look import COOKIE, LANGUAGE, draw, from_here, language_chosen, not_ours, to
from console.problems import ProblemDetails, told
from domain.refusal import Refused
from domain.words import Language
from runtime.attempts import Attempts
from runtime.token_server import SignIn


async def sign_in_page(request: Request) -> Response:
    query = request.query_params
    over = "over" in query and COOKIE in request.cookies
    return draw(request, "sign_in.html", language_chosen(request), to=inside(query.get("to", "/")), over=over)


async def sign_in(request: Request, attempts: Attempts) -> Response:
    language, form, door = language_chosen(request), await request.form(), request.app.state.door
    target = inside(str(form.get("to", "/")))
    try:
        if not (from_here(request) and attempts.heard(request)):
            return draw(request, "problem.html", language, HTTPStatus.FORBIDDEN, details=not_ours(language))
        given = SignIn(name=str(form.get("name", "")), password=str(form.get("password", "")))
        visitor = await door.signed_in(given)
    except Refused as refused:
        attempts.wrong(request)
        details = told(refused, language)
        return draw(request, "sign_in.html", language, details.status, to=target, over=False, wrong=details)
    attempts.right(request)
    return _signed_in(visitor, target)


def _signed_in(visitor: Visitor, target: str) -> Response:
    answer = to(target)
    answer.set_cookie(COOKIE, visitor.session, secure=True, httponly=True, samesite="lax", path="/")
    return answer


async def come_in_page(request: Request) -> Response:
    """Where a party's link leads: the code is asked for."""
    return draw(request, "come_in.html", language_chosen(request))


async def come_in(request: Request, attempts: Attempts) -> Response:
    """A party comes in by link and code, once."""
    language, form, door = language_chosen(request), await request.form(), request.app.state.door
    try:
        if not (from_here(request) and attempts.heard(request)):
            return draw(request, "problem.html", language, HTTPStatus.FORBIDDEN, details=not_ours(language))
        code = "".join(str(form.get("code", "")).split())
        visitor = await door.invited(request.path_params["link"], code)
    except Refused:
        attempts.wrong(request)
        wrong = ProblemDetails(title="Unauthorized", status=401, detail=texts.say("console.come-in.wrong", language))
        return draw(request, "come_in.html", language, wrong.status, wrong=wrong)
    attempts.right(request)
    return _signed_in(visitor, "/")


async def sign_out(request: Request) -> Response:
    answer = to("/sign-in")
    if from_here(request):
        answer.delete_cookie(COOKIE, secure=True, httponly=True, path="/")
    return answer


async def choose_language(request: Request) -> Response:
    answer, chosen = to(inside(request.query_params.get("to", "/"))), request.path_params["chosen"]
    if chosen in list(Language):
        answer.set_cookie(LANGUAGE, chosen, secure=True, httponly=True, samesite="lax", path="/")
    return answer


def inside(path: str) -> str:
    """A path of ours; the desk for anything else, so that nobody is led away."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
