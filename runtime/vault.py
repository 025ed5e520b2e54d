"""Encryption at rest and in payloads: AES-256-GCM under named keys, and keyed digests for look-ups."""

import base64
import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.words import Agency
from runtime.rings import KeyRing, kept_ring
from runtime.settings import Settings

_NONCE = 12


class Unreadable(Exception):
    """Sealed text that no key of the ring opens, or that was tampered with."""


class Vault:
    """Seals, opens and digests under one key ring."""

    def __init__(self, ring: KeyRing, renew: Callable[[], KeyRing] | None = None) -> None:
        self._renew = renew
        self._take(ring)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The vault of this deployment. The embedded default makes its keys at the first start."""
        if settings.keys is not None:
            return cls(KeyRing.model_validate_json(settings.keys.get_secret_value()))
        return cls(kept_ring(settings.data), lambda: kept_ring(settings.data))

    def of_agency(self, agency: Agency) -> "Vault":
        """Seals and opens as one agency does; the vault itself where it holds no ring of the agency's."""
        return self._agencies.get(agency, self)

    @property
    def agencies(self) -> Mapping[Agency, "Vault"]:
        """What each agency holds; nothing in an agency's own vault."""
        return self._agencies

    def seal_bytes(self, plain: bytes, context: str) -> tuple[str, bytes]:
        """Key id and ciphertext. The context is authenticated: text moved elsewhere does not open."""
        nonce = os.urandom(_NONCE)
        return self._current, nonce + self._keys[self._current].encrypt(nonce, plain, context.encode())

    def open_bytes(self, key: str, sealed: bytes, context: str) -> bytes:
        """The plain bytes. A key that came with a rotation is looked up once more. Raises Unreadable."""
        if key not in self._keys and self._renew is not None:
            self._take(self._renew())
        if key not in self._keys:
            raise Unreadable("unknown key")
        try:
            return self._keys[key].decrypt(sealed[:_NONCE], sealed[_NONCE:], context.encode())
        except (InvalidTag, ValueError):
            raise Unreadable("wrong key, or tampered with") from None

    def holder(self, key: str) -> Agency | None:
        """The agency whose ring a key stands in; None for one of the vault's own. Raises Unreadable."""
        if key not in self._keys:
            raise Unreadable("unknown key")
        return next((agency for agency, own in self._agencies.items() if key in own._keys), None)

    def seal(self, plain: str, context: str) -> str:
        """Text sealed as ``key:base64``."""
        key, sealed = self.seal_bytes(plain.encode(), context)
        return f"{key}:{base64.b64encode(sealed).decode()}"

    def open(self, sealed: str, context: str) -> str:
        """The plain text. Raises Unreadable."""
        key, _, body = sealed.partition(":")
        try:
            return self.open_bytes(key, base64.b64decode(body, validate=True), context).decode()
        except ValueError:
            raise Unreadable("not sealed text") from None

    def current(self, sealed: str) -> bool:
        """Whether a text is sealed under the key that seals now."""
        return sealed.startswith(f"{self._current}:")

    def digest(self, text: str) -> str:
        """A keyed digest (HMAC-SHA-256, hex) that finds equal texts without showing them."""
        return hmac.new(self._digest, text.encode(), hashlib.sha256).hexdigest()

    def _take(self, ring: KeyRing) -> None:
        self._current = ring.current
        self._agencies = {agency: Vault(own) for agency, own in ring.agencies.items()}
        self._keys = {name: AESGCM(base64.b64decode(key)) for name, key in ring.keys.items()}
        for vault in self._agencies.values():
            self._keys = vault._keys | self._keys
        self._digest = base64.b64decode(ring.digest)
