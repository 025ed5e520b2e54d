"""Signing in and out, and the language of the pages."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

import texts
from casebook import accounts
from console.door import Visitor
from console.invitations import TO_SIGN
from console.look import COOKIE, LANGUAGE, SECURITY, draw, from_here, language_chosen, not_ours, remember, to
from console.problems import ProblemDetails, told
from domain.refusal import PARTIES, Refused, must, refusal
from domain.words import Language
from runtime.attempts import Attempts
from runtime.oidc import Leaving
from runtime.token_server import SignIn
from runtime.vault import Unreadable
from runtime.web import Away

LEAVING: Final = "__Host-onestop-leaving"
"""The cookie of a browser that is at the provider, and what its content is sealed for."""
_AWAY: Final = 600
"""Seconds in which it may come back."""


async def sign_in_page(request: Request) -> Response:
    query, door = request.query_params, request.app.state.door
    over = "over" in query and COOKIE in request.cookies
    target, there = inside(query.get("to", "/")), door.prover.by_provider
    return draw(request, "sign_in.html", language_chosen(request), to=target, over=over, there=there)


async def leave(request: Request) -> Response:
    """Off to the OpenID Connect provider; what the browser has to come back with goes along sealed."""
    door = request.app.state.door
    base = door.settings.public_address or str(request.base_url)
    leaving = Leaving.now(f"{base.rstrip('/')}/signed-in", inside(request.query_params.get("to", "/")))
    try:
        address = await door.prover.leave(leaving)
    except (Refused, Away) as error:
        return _not_signed_in(request, told(error, language_chosen(request)), leaving.to)
    answer = RedirectResponse(address, HTTPStatus.SEE_OTHER, SECURITY)
    sealed = urlsafe_b64encode(door.vault.seal(leaving.model_dump_json(), LEAVING).encode()).decode()
    answer.set_cookie(LEAVING, sealed, max_age=_AWAY, secure=True, httponly=True, samesite="lax", path="/")
    return answer


async def come_back(request: Request, attempts: Attempts) -> Response:
    """Back from the provider, with a code that is good once and with what was sealed here."""
    language, door, query = language_chosen(request), request.app.state.door, request.query_params
    target = "/"
    try:
        must(attempts.heard(request), "oidc.denied", "id_token")
        leaving = Leaving.model_validate_json(
            door.vault.open(urlsafe_b64decode(request.cookies.get(LEAVING, "")).decode(), LEAVING)
        )
        target = leaving.to
        visitor = await door.came_back(leaving, query.get("state", ""), query.get("code", ""))
    except (ValueError, Unreadable):
        return _not_signed_in(request, told(refusal("oidc.denied", "id_token"), language), target)
    except (Refused, Away) as error:
        attempts.wrong(request)
        return _not_signed_in(request, told(error, language), target)
    attempts.right(request)
    answer = _signed_in(visitor, target)
    answer.delete_cookie(LEAVING, secure=True, httponly=True, path="/")
    return answer


def _not_signed_in(request: Request, wrong: ProblemDetails, target: str) -> Response:
    there = request.app.state.door.prover.by_provider
    shown = {"to": target, "over": False, "there": there, "wrong": wrong}
    return draw(request, "sign_in.html", language_chosen(request), wrong.status, **shown)


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
        return _not_signed_in(request, told(refused, language), target)
    attempts.right(request)
    return _signed_in(visitor, target)


def _signed_in(visitor: Visitor, target: str) -> Response:
    answer = to(target)
    remember(answer, visitor)
    return answer


async def come_in_page(request: Request) -> Response:
    """Where a party's link leads: the code is asked for."""
    onward, before = request.query_params.get("to", ""), await _party_before(request)
    return draw(request, "come_in.html", language_chosen(request), onward=onward, before=before)


async def come_in(request: Request, attempts: Attempts) -> Response:
    """A party comes in by link and code, once."""
    language, form, door = language_chosen(request), await request.form(), request.app.state.door
    try:
        if not (from_here(request) and attempts.heard(request)):
            return draw(request, "problem.html", language, HTTPStatus.FORBIDDEN, details=not_ours(language))
        code = "".join(str(form.get("code", "")).split())
        visitor = await door.invited(request.path_params["link"], code)
        if form.get("mine") and (before := await _party_before(request)) is not None:
            await accounts.hold_together(door.pool, before, request.path_params["link"])
    except Refused:
        attempts.wrong(request)
        wrong = ProblemDetails(title="Unauthorized", status=401, detail=texts.say("console.come-in.wrong", language))
        shown = {"wrong": wrong, "onward": str(form.get("to", "")), "before": await _party_before(request)}
        return draw(request, "come_in.html", language, wrong.status, **shown)
    attempts.right(request)
    return _signed_in(visitor, f"/cases/{visitor.scope}/sign" if form.get("to") == TO_SIGN else "/")


async def _party_before(request: Request) -> str | None:
    """The account of the party who is signed in already on this device, if one is."""
    try:
        visitor = await request.app.state.door.visitor(request.cookies.get(COOKIE, ""))
    except Refused:
        return None
    account: str | None = visitor.account
    return account if visitor.actor.role in PARTIES else None


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
