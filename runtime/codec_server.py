"""The codec server: shows what is encrypted to those who sign in, in Temporal's command line and pages.

``temporal workflow show --codec-endpoint http://127.0.0.1:8234 --codec-auth "Bearer TOKEN" …``; for the pages,
opening ``http://127.0.0.1:8234/?token=TOKEN`` once leaves a cookie in the browser. The centre's token is kept in
``codec.token`` of the data folder and shows everything; an agency's, in ``agencies/AGENCY/codec.token``, shows what
is sealed for that agency and nothing else.
"""

import argparse
import contextlib
import hmac
import sys
from collections.abc import AsyncIterator, Mapping
from typing import Final

import uvicorn
from google.protobuf import json_format
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
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
_LOOPBACK: Final = ("127.0.0.1", "localhost")


def application(doors: Mapping[str, Vault]) -> Starlette:
    """``/decode`` as Temporal's programs call it, under the keys that each token stands for.

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
        codec = admitted(request, given)
        if isinstance(codec, Response):
            return codec
        response = PlainTextResponse("In Temporal's pages, choose 'Include cross-origin credentials' for the codec.")
        response.set_cookie(_COOKIE, given, httponly=True, samesite="strict")
        return response

    return Starlette(
        routes=[Route("/decode", decode, methods=["POST"]), Route("/", sign_in)],
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
        self._settings = settings

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Process]:
        """The server, once it listens. Raises PortTaken or Failed."""
        self._port.must_be_free()
        process = Process(
            "codec",
            [sys.executable, "-m", "runtime.codec_server", "--port", self._port.number],
            log=self._settings.data / "codec.log",
            environment={"ONESTOP_DATA": str(self._settings.data), "PYTHONPATH": str(ROOT)},
        )
        async with process.running(ready=self._port.answers, within=_READY_WITHIN):
            yield process


def main() -> None:
    """Serve on a port of the loopback address until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=_USUAL_PORT)
    settings = Settings()
    served = application(doors_of(settings))
    uvicorn.run(served, host="127.0.0.1", port=parser.parse_args().port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
