"""Encryption at rest and in payloads: AES-256-GCM under named keys, and keyed digests for look-ups."""

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict

from runtime.settings import Settings

_NONCE = 12


class KeyRing(BaseModel):
    """Keys by id, base64. New text is sealed under ``current``; old text is opened under the key it names."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    current: str
    keys: Mapping[str, str]
    digest: str
    """Key of the look-up digests. It is never rotated, since what is stored could no longer be found."""

    @classmethod
    def fresh(cls) -> Self:
        """A new ring with one key."""
        return cls(current="k1", keys={"k1": _random()}, digest=_random())


class Unreadable(Exception):
    """Sealed text that no key of the ring opens, or that was tampered with."""


class Vault:
    """Seals, opens and digests under one key ring."""

    def __init__(self, ring: KeyRing) -> None:
        self._current = ring.current
        self._keys = {name: AESGCM(base64.b64decode(key)) for name, key in ring.keys.items()}
        self._digest = base64.b64decode(ring.digest)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The vault of this deployment. The embedded default makes its keys at the first start."""
        if settings.keys is not None:
            return cls(KeyRing.model_validate_json(settings.keys.get_secret_value()))
        return cls(_kept_ring(settings.data / "keys.json"))

    def seal_bytes(self, plain: bytes, context: str) -> tuple[str, bytes]:
        """Key id and ciphertext. The context is authenticated: text moved elsewhere does not open."""
        nonce = os.urandom(_NONCE)
        return self._current, nonce + self._keys[self._current].encrypt(nonce, plain, context.encode())

    def open_bytes(self, key: str, sealed: bytes, context: str) -> bytes:
        """The plain bytes. Raises Unreadable."""
        if key not in self._keys:
            raise Unreadable("unknown key")
        try:
            return self._keys[key].decrypt(sealed[:_NONCE], sealed[_NONCE:], context.encode())
        except (InvalidTag, ValueError):
            raise Unreadable("wrong key, or tampered with") from None

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

    def digest(self, text: str) -> str:
        """A keyed digest (HMAC-SHA-256, hex) that finds equal texts without showing them."""
        return hmac.new(self._digest, text.encode(), hashlib.sha256).hexdigest()


def _random() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def _kept_ring(file: Path) -> KeyRing:
    return KeyRing.model_validate_json(kept_secret(file, lambda: KeyRing.fresh().model_dump_json()))


def kept_secret(file: Path, make: Callable[[], str] = lambda: secrets.token_urlsafe(24)) -> str:
    """The secret in a file (0600); made when there is none yet, and the same for all who ask at once."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(make())
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(draft)
        draft.unlink()
    return file.read_text()
