"""A small OpenID Connect provider that serves real HTTP and signs with a key of its own."""

import asyncio
import contextlib
import hashlib
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from runtime.ports import free_port
from tests.runtime.running import until

CLIENT: Final = "onestop"
_KID: Final = "provider-1"


@dataclass
class Provider:
    """Who signs in there, and how often it was asked before they did."""

    address: str
    person: dict[str, Any]
    key: RSAPrivateKey = field(default_factory=lambda: generate_private_key(65537, 2048))
    calls_itself: str | None = None
    pending: int = 2
    denies: bool = False
    asked: dict[str, str] = field(default_factory=dict)
    """What the browser that was sent here brought along."""

    def id_token(self, key: Any = None, **changes: Any) -> str:
        """An ID token of the person."""
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 60} | self.person | changes
        return jwt.encode(claims, key or self.key, "RS256", headers={"kid": _KID})

    @property
    def application(self) -> Starlette:
        """Discovery, keys, and the device authorization flow."""

        async def discovery(asked: Request) -> Response:
            del asked
            return JSONResponse(
                {
                    "issuer": self.calls_itself or self.address,
                    "jwks_uri": f"{self.address}/jwks",
                    "token_endpoint": f"{self.address}/token",
                    "device_authorization_endpoint": f"{self.address}/device",
                    "authorization_endpoint": f"{self.address}/authorize",
                }
            )

        async def jwks(asked: Request) -> Response:
            del asked
            public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
            return JSONResponse({"keys": [{**public, "kid": _KID, "use": "sig", "alg": "RS256"}]})

        async def authorize(asked: Request) -> Response:
            """Somebody is signed in here already: the browser goes straight back."""
            self.asked = dict(asked.query_params)
            back = {"state": self.asked["state"], "code": "c"}
            return RedirectResponse(f"{self.asked['redirect_uri']}?{urlencode(back)}", 303)

        async def device(asked: Request) -> Response:
            assert parse_qs(await asked.body())[b"client_id"] == [CLIENT.encode()]
            codes = {"device_code": "d", "user_code": "ABCD-1234", "verification_uri": f"{self.address}/activate"}
            return JSONResponse(codes | {"expires_in": 5, "interval": 0.02})

        async def token(asked: Request) -> Response:
            form = parse_qs(await asked.body())
            if self.denies:
                return JSONResponse({"error": "access_denied"}, 400)
            tokens = {"id_token": self.id_token(), "access_token": "a", "token_type": "Bearer"}
            if form[b"grant_type"] == [b"refresh_token"]:
                assert form[b"refresh_token"] == [b"r"]
                return JSONResponse(tokens)
            if form[b"grant_type"] == [b"authorization_code"]:
                digest = hashlib.sha256(form[b"code_verifier"][0]).digest()
                kept = urlsafe_b64encode(digest).rstrip(b"=").decode() == self.asked["code_challenge"]
                if not kept or form[b"redirect_uri"][0].decode() != self.asked["redirect_uri"]:
                    return JSONResponse({"error": "invalid_grant"}, 400)
                signed = self.id_token(nonce=self.asked["nonce"])
                return JSONResponse(tokens | {"id_token": signed, "refresh_token": "r"})
            assert form[b"device_code"] == [b"d"]
            self.pending -= 1
            if self.pending >= 0:
                return JSONResponse({"error": "authorization_pending"}, 400)
            return JSONResponse(tokens | {"refresh_token": "r"})

        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", discovery),
                Route("/jwks", jwks),
                Route("/authorize", authorize),
                Route("/device", device, methods=["POST"]),
                Route("/token", token, methods=["POST"]),
            ]
        )


@contextlib.asynccontextmanager
async def served(application: Starlette, port: int) -> AsyncIterator[None]:
    """An application on a port of the loopback address."""
    server = uvicorn.Server(uvicorn.Config(application, port=port, log_level="error"))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    yield
    server.should_exit = True
    await serving


@contextlib.asynccontextmanager
async def provider(**person: Any) -> AsyncIterator[Provider]:
    """A provider at which somebody signs in."""
    port = free_port()
    there = Provider(f"http://127.0.0.1:{port}", person)
    async with served(there.application, port):
        yield there
