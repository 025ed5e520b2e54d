"""OpenID Connect: a person signs in at the provider, and the ID token says which roles they have.

The device authorization flow (RFC 8628) serves a command line: it shows an address and a code, and asks the
provider until the person has signed in with a browser, wherever that is. The code flow with PKCE (RFC 7636) serves
the console's pages: the browser goes to the provider and comes back with a code that is of use to us alone.
"""

import asyncio
import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import jwt
from pydantic import ValidationError

from domain.base import Model
from domain.case.identity import EVERY_CASE, PEOPLE
from domain.ledger import Actor
from domain.refusal import PARTIES, must, refusal
from domain.words import Agency, Role
from domain.yaml_file import read_yaml
from runtime.sessions import Person
from runtime.web import reaching

if TYPE_CHECKING:
    import httpx

_ALGORITHMS: Final = ["EdDSA", "RS256", "ES256"]
_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
_SCOPE: Final = "openid profile"
_LEEWAY: Final = 30
"""Seconds that the provider's clock may differ."""


LASTS: Final = timedelta(minutes=15)
"""After so long the provider is asked again: it may have taken a role away, or know the person no more."""


@dataclass(frozen=True)
class SignedIn:
    """What a provider gives whoever signs in."""

    id_token: str
    renewal: str | None
    """With which it is asked again; None where it gives none, and the person signs in anew."""


class Leaving(Model):
    """What a browser that goes to the provider has to come back with. It stays sealed with whoever sent it there."""

    state: str
    nonce: str
    verifier: str
    back: str
    """The address that the provider sends the browser back to."""
    to: str
    """The page that was asked for."""

    @classmethod
    def now(cls, back: str, to: str) -> "Leaving":
        """A new one; nobody can guess it."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state=state, nonce=nonce, verifier=verifier, back=back, to=to)


class Granted(Model):
    """A row of the table: who has this value in the claim has this role."""

    value: str
    role: Role
    agency: Agency | None = None


class Roles(Model):
    """Which claim of an ID token makes which role; the first row that fits holds."""

    claim: str
    actor: str
    """The claim that holds the actor's id."""
    case: str | None = None
    """The claim that holds the workflow id of a party's case."""
    rows: tuple[Granted, ...]

    @classmethod
    def read(cls, file: Path) -> "Roles":
        """The table in a YAML file. Raises OSError or ValidationError."""
        return cls.model_validate(read_yaml(file.read_text(encoding="utf-8")))


class Provider:
    """An OpenID Connect provider."""

    def __init__(self, issuer: str, client: str) -> None:
        self._issuer, self._client = issuer.rstrip("/"), client
        self._found: dict[str, Any] | None = None

    async def sign_in(self, show: Callable[[str, str], None]) -> SignedIn:
        """Who signs in. ``show`` is given the address and the code. Raises Refused, Away."""
        async with reaching() as web:
            found = await self._configuration(web)
            asked = {"client_id": self._client, "scope": _SCOPE}
            device = (await web.post(found["device_authorization_endpoint"], data=asked)).raise_for_status().json()
            show(device.get("verification_uri_complete", device["verification_uri"]), device["user_code"])
            pause, left = float(device.get("interval", 5)), float(device["expires_in"])
            while left > 0:
                await asyncio.sleep(pause)
                left -= pause
                form = {"grant_type": _GRANT, "device_code": device["device_code"], "client_id": self._client}
                answer = (await web.post(found["token_endpoint"], data=form)).json()
                if "id_token" in answer:
                    return SignedIn(answer["id_token"], answer.get("refresh_token"))
                if answer.get("error") == "slow_down":
                    pause += 5
                elif answer.get("error") != "authorization_pending":
                    break
        raise refusal("oidc.denied", "id_token")

    async def address(self, leaving: Leaving) -> str:
        """Where the browser signs in. Raises Refused, Away."""
        async with reaching() as web:
            found = await self._configuration(web)
        digest = hashlib.sha256(leaving.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": leaving.back,
            "scope": _SCOPE,
            "state": leaving.state,
            "nonce": leaving.nonce,
            "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{found['authorization_endpoint']}?{urlencode(asked)}"

    async def came_back(self, leaving: Leaving, state: str, code: str) -> SignedIn:
        """Who signed in with the browser that came back. Raises Refused, Away."""
        must(code and secrets.compare_digest(state, leaving.state), "oidc.denied", "id_token")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": leaving.back,
            "client_id": self._client,
            "code_verifier": leaving.verifier,
        }
        async with reaching() as web:
            found = await self._configuration(web)
            answer = (await web.post(found["token_endpoint"], data=form)).json()
        must("id_token" in answer, "oidc.denied", "id_token")
        return SignedIn(answer["id_token"], answer.get("refresh_token"))

    async def renew(self, renewal: str) -> SignedIn:
        """Who had signed in, as the provider knows them now. Raises Refused where it does not any more, Away."""
        async with reaching() as web:
            found = await self._configuration(web)
            form = {"grant_type": "refresh_token", "refresh_token": renewal, "client_id": self._client}
            answer = (await web.post(found["token_endpoint"], data=form)).json()
        must("id_token" in answer, "oidc.over", "id_token")
        return SignedIn(answer["id_token"], answer.get("refresh_token", renewal))

    async def person(self, id_token: str, roles: Roles, nonce: str | None = None) -> Person:
        """Whom an ID token proves, and one asked for under a nonce only there. Raises Refused, Away."""
        async with reaching() as web:
            found = await self._configuration(web)
            published = (await web.get(found["jwks_uri"])).raise_for_status().json()
        try:
            key = jwt.PyJWKSet.from_dict(published)[jwt.get_unverified_header(id_token).get("kid", "")]
            claims = jwt.decode(
                id_token,
                key,
                algorithms=_ALGORITHMS,
                audience=self._client,
                issuer=self._issuer,
                leeway=_LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, KeyError):
            raise refusal("oidc.token", "id_token") from None
        must(nonce is None or claims.get("nonce") == nonce, "oidc.token", "id_token")
        return person_of(claims, roles)

    async def _configuration(self, web: "httpx.AsyncClient") -> dict[str, Any]:
        if self._found is None:
            address = f"{self._issuer}/.well-known/openid-configuration"
            found: dict[str, Any] = (await web.get(address)).raise_for_status().json()
            if found.get("issuer", "").rstrip("/") != self._issuer:
                raise refusal("oidc.issuer", "id_token")
            self._found = found
        return self._found


def person_of(claims: dict[str, Any], roles: Roles) -> Person:
    """Whom the claims of an ID token make by the table. Raises Refused when no row fits."""
    held = claims.get(roles.claim, [])
    values = set(held) if isinstance(held, list) else {held}
    row = next((row for row in roles.rows if row.value in values), None)
    if row is None or row.role not in PEOPLE:
        raise refusal("oidc.no_role", "id_token", claim=roles.claim)
    scope = claims.get(roles.case or "") if row.role in PARTIES else EVERY_CASE
    must(row.role not in PARTIES or scope not in (None, "", EVERY_CASE), "oidc.no_actor", "id_token", claim=roles.case)
    try:
        actor = Actor(id=claims.get(roles.actor, ""), role=row.role, agency=row.agency)
        return Person(actor=actor, scope=scope, lasts=LASTS)
    except ValidationError:
        raise refusal("oidc.no_actor", "id_token", claim=roles.actor) from None
