"""Signed requests: HTTP Message Signatures (RFC 9421) with Ed25519, over method, address, body and idempotency key."""

import secrets
from collections.abc import Generator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)

from connectors.wire import IDEMPOTENCY_KEY
from domain.base import CENTRE_ZONE

COVERED: Final = ("@method", "@target-uri", "content-type", "content-digest", IDEMPOTENCY_KEY.lower())
"""What a signature covers, besides its time, nonce and key id."""
GOOD_FOR: Final = timedelta(minutes=5)
"""How old a signature may be; a service remembers nonces as long."""
_TAG: Final = "onestop-records"


class _Own(HTTPSignatureKeyResolver):
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:  # noqa: ARG002 - there is only one
        return self._key


class Signed(httpx.Auth):
    """Signs every request with the worker's own key."""

    requires_request_body = True

    def __init__(self, key: Path, key_id: str) -> None:
        loaded = load_pem_private_key(key.read_bytes(), None)
        if not isinstance(loaded, Ed25519PrivateKey):
            raise TypeError(f"{key} is not an Ed25519 key")
        self._signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=_Own(loaded))
        self._key_id = key_id

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """See base class."""
        now = datetime.now(CENTRE_ZONE)
        self._signer.sign(
            request,
            key_id=self._key_id,
            created=now,
            expires=now + GOOD_FOR,
            nonce=secrets.token_urlsafe(18),
            tag=_TAG,
            covered_component_ids=COVERED,
            body=request.content,
        )
        yield request


class _Trusted(HTTPSignatureKeyResolver):
    def __init__(self, keys: Mapping[str, Path]) -> None:
        self._keys = {name: load_pem_public_key(file.read_bytes()) for name, file in keys.items()}

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        key = self._keys.get(key_id)
        return key if isinstance(key, Ed25519PublicKey) else None


class Doorkeeper:
    """The service's side: lets in what a trusted key signed, and each signature once."""

    def __init__(self, keys: Mapping[str, Path]) -> None:
        self._verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=_Trusted(keys))
        self._used: dict[str, datetime] = {}

    def let_in(self, request: Any, body: bytes, now: datetime) -> bool:
        """Whether a request (method, url, headers) with this body may be answered."""
        try:
            signature, *_ = self._verifier.verify(
                request, max_age=GOOD_FOR, expect_tag=_TAG, require_components=COVERED, body=body
            )
        except InvalidSignature:
            return False
        self._used = {nonce: at for nonce, at in self._used.items() if at > now - 2 * GOOD_FOR}
        if not signature.nonce or signature.nonce in self._used:
            return False
        self._used[signature.nonce] = now
        return True
