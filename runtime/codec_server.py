"""The codec server: shows what is encrypted to those who sign in, in Temporal's command line and pages.

``temporal workflow show --codec-endpoint http://127.0.0.1:8234 --codec-auth "Bearer TOKEN" …``; for the pages,
opening ``http://127.0.0.1:8234/?token=TOKEN`` leaves a cookie in the browser and shows them from here, since a browser
sends it nowhere else. The centre's token is kept in
``codec.token`` of the data folder and shows everything; an agency's, in ``agencies/AGENCY/codec.token``, shows what
is sealed for that agency and nothing else.
"""

import argparse
import contextlib
import hmac
import sys
from collections.abc import AsyncIterator, Mapping
from typing import Final

import httpx
import uvicorn
from google.protobuf import json_format
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from temporalio.api.common.v1 import Payloads

from domain.words import Agency
from runtime.attempts import Attempts, TooLarge, body
from runtime.codec import Codec
from runtime.ports import Moved, Port
from runtime.process import Process
from runtime.rings import home, kept_secret
from runtime.settings import ROOT, Settings
from runtime.vault import Vault

_USUAL_PORT: Final = 8234
_READY_WITHIN: Final = 60.0
_COOKIE: Final = "onestop-codec"
_FIRST_PAGE: Final = "/namespaces/default/workflows"
_METHODS: Final = ["GET", "HEAD", "POST", "PUT", "DELETE"]
_HOP_BY_HOP: Final = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade"}
_NOT_HANDED_ON: Final = _HOP_BY_HOP | {"host", "cookie", "content-length", "origin", "referer"}
_LOOPBACK: Final = ("127.0.0.1", "localhost")


def application(doors: Mapping[str, Vault], ui: str | None = None) -> Starlette:
    """``/decode`` as Temporal's programs call it, under the keys that each token stands for; all else from its pages.

    A token reads: there is no ``/encode``, since whoever could seal could speak for the centre between its workers.
    """
    codecs = {token: Codec(vault) for token, vault in doors.items()}
    attempts = Attempts()

    def admitted(request: Request, given: str) -> Codec | Response:
        if not attempts.heard(request):
            return PlainTextResponse("too many wrong tokens: try again in a minute", 429)
        codec = _of(given, codecs)
        if codec is None:
            attempts.wrong(request)
            return PlainTextResponse("the token of codec.token is needed", 401)
        attempts.right(request)
        return codec

    async def decode(request: Request) -> Response:
        given = request.headers.get("authorization", "").removeprefix("Bearer ") or request.cookies.get(_COOKIE, "")
        codec = admitted(request, given)
        if isinstance(codec, Response):
            return codec
        try:
            payloads = json_format.Parse(await body(request), Payloads())
        except TooLarge:
            return PlainTextResponse("larger than Temporal itself takes", 413)
        except (json_format.ParseError, UnicodeError, RecursionError):
            return PlainTextResponse("not a JSON of payloads", 400)
        turned = Payloads(payloads=await codec.decode(payloads.payloads))
        return Response(json_format.MessageToJson(turned), media_type="application/json")

    async def sign_in(request: Request) -> Response:
        given = request.query_params.get("token", "")
        if not given and ui is not None:
            return RedirectResponse(_FIRST_PAGE)
        codec = admitted(request, given)
        if isinstance(codec, Response):
            return codec
        response = RedirectResponse(_FIRST_PAGE, 303) if ui is not None else PlainTextResponse("signed in")
        response.set_cookie(_COOKIE, given, httponly=True, samesite="strict")
        return response

    pages = [Route("/{path:path}", Pages(ui), methods=_METHODS)] if ui is not None else []
    return Starlette(
        routes=[Route("/decode", decode, methods=["POST"]), Route("/", sign_in), *pages],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(_LOOPBACK)),
            Middleware(
                CORSMiddleware,
                allow_origin_regex=r"http://(127\.0\.0\.1|localhost)(:\d+)?",
                allow_methods=["POST"],
                allow_headers=["authorization", "content-type", "x-namespace"],
                allow_credentials=True,
            ),
        ],
    )


class Pages:
    """Temporal's own pages, handed through."""

    def __init__(self, ui: str) -> None:
        self._client = httpx.AsyncClient(base_url=ui, timeout=60, trust_env=False, follow_redirects=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        request = Request(scope, receive)
        headers = [(n, v) for n, v in request.headers.items() if n not in _NOT_HANDED_ON]
        cookies = "; ".join(f"{n}={v}" for n, v in request.cookies.items() if n != _COOKIE)
        asked = self._client.build_request(
            request.method,
            httpx.URL(request.url.path, query=request.url.query.encode()),
            headers=[*headers, ("cookie", cookies)] if cookies else headers,
            content=await body(request),
        )
        try:
            answer = await self._client.send(asked, stream=True)
        except httpx.HTTPError:
            await PlainTextResponse("Temporal's pages do not answer", 502)(scope, receive, send)
            return
        response = StreamingResponse(answer.aiter_raw(), answer.status_code, background=BackgroundTask(answer.aclose))
        response.raw_headers = [(n.lower(), v) for n, v in answer.headers.raw if n.lower().decode() not in _HOP_BY_HOP]
        await response(scope, receive, send)


def token_of(settings: Settings, agency: Agency | None = None) -> str:
    """The centre's token or an agency's, made at the first start."""
    folder = settings.data if agency is None else home(settings.data, agency)
    return kept_secret(folder / "codec.token")


def doors_of(settings: Settings) -> dict[str, Vault]:
    """Every token of a data folder, and what it opens."""
    vault = Vault.of(settings)
    agencies = {token_of(settings, agency): own for agency, own in vault.agencies.items()}
    return {token_of(settings): vault, **agencies}


def _of(given: str, codecs: Mapping[str, Codec]) -> Codec | None:
    return next((c for token, c in codecs.items() if hmac.compare_digest(given.encode(), token.encode())), None)


class CodecServer:
    """The codec server as a process beside the embedded servers."""

    def __init__(self, settings: Settings) -> None:
        self._port = Port.choose("codec server", "ONESTOP_CODEC_PORT", asked=settings.codec_port, usual=_USUAL_PORT)
        self.address = f"http://127.0.0.1:{self._port.number}"
        self.moved: list[Moved] = [self._port.moved] if self._port.moved else []
        self.ui = ""
        """Where Temporal's pages are, if they are ours."""
        self._settings = settings

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Process]:
        """The server, once it listens. Raises PortTaken or Failed."""
        self._port.must_be_free()
        process = Process(
            "codec",
            [sys.executable, "-m", "runtime.codec_server", "--port", self._port.number, "--ui", self.ui],
            log=self._settings.data / "codec.log",
            environment={"ONESTOP_DATA": str(self._settings.data), "PYTHONPATH": str(ROOT)},
        )
        async with process.running(ready=self._port.answers, within=_READY_WITHIN):
            yield process


def main() -> None:
    """Serve on a port of the loopback address until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=_USUAL_PORT)
    parser.add_argument("--ui", default="")
    settings, asked = Settings(), parser.parse_args()
    served = application(doors_of(settings), asked.ui or None)
    uvicorn.run(served, host="127.0.0.1", port=asked.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
